/**
 * Inbound fees for a network whose file records none. What is known of the real ones: 14 % of channels grant a
 * discount (see `src/sim/mainnet-shape.ts`); their sizes and how they cluster are assumptions, stated here.
 */
import type { ChannelPolicy, GraphDescription } from '../../src/ports.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import type { NodeId } from '../../src/units/ids.ts';

/** `clustered`: a quarter of the nodes grant all discounts. `even`: any direction may have one. */
export type InboundSpread = 'clustered' | 'even';

const DISCOUNT_SHARE = 0.14;
const DISCOUNTING_NODES = 0.25;
const SURCHARGE_SHARE = 0.02;
/** Of the discounts, those that take off something from the base as well. */
const BASE_SHARE = 0.1;
const LEAST_PPM = 10;
const MOST_DISCOUNT_PPM = 500;
const MOST_SURCHARGE_PPM = 200;
const MOST_BASE_MSAT = 1000;

export interface InboundNetwork {
  readonly description: GraphDescription;
  /** Shares of all directions with a policy. */
  readonly discountShare: number;
  readonly surchargeShare: number;
}

export function withInboundFees(
  description: GraphDescription,
  options: { spread: InboundSpread; seed: number },
): InboundNetwork {
  const random = new SeededRandom(options.seed);
  const discountShare = discountShares(description, options.spread, random.fork('nodes'));
  const fees = random.fork('fees');
  let [policies, discounts, surcharges] = [0, 0, 0];
  const renew = (owner: NodeId, policy: ChannelPolicy | null): ChannelPolicy | null => {
    if (policy === null) return null;
    policies++;
    const share = discountShare(owner);
    const lot = fees.unit();
    if (lot < share) {
      discounts++;
      const ppm = LEAST_PPM + fees.below(MOST_DISCOUNT_PPM - LEAST_PPM + 1);
      const baseMsat = fees.chance(BASE_SHARE) ? fees.below(MOST_BASE_MSAT + 1) : 0;
      return { ...policy, inboundFeeRatePpm: -ppm, inboundFeeBaseMsat: BigInt(-baseMsat) };
    }
    if (lot >= share + SURCHARGE_SHARE) return policy;
    surcharges++;
    const ppm = LEAST_PPM + fees.below(MOST_SURCHARGE_PPM - LEAST_PPM + 1);
    return { ...policy, inboundFeeRatePpm: ppm };
  };
  const channels = description.channels.map((channel) => ({
    ...channel,
    policy1: renew(channel.node1, channel.policy1),
    policy2: renew(channel.node2, channel.policy2),
  }));
  return {
    description: { ...description, channels },
    discountShare: discounts / policies,
    surchargeShare: surcharges / policies,
  };
}

/** How likely a node's directions are to grant a discount, such that the share over all of them comes out. */
function discountShares(
  description: GraphDescription,
  spread: InboundSpread,
  random: SeededRandom,
): (node: NodeId) => number {
  if (spread === 'even') return () => DISCOUNT_SHARE;
  const policies = new Map<NodeId, number>();
  const count = (node: NodeId, policy: ChannelPolicy | null): void => {
    if (policy !== null) policies.set(node, (policies.get(node) ?? 0) + 1);
  };
  for (const channel of description.channels) {
    count(channel.node1, channel.policy1);
    count(channel.node2, channel.policy2);
  }
  const discounting = new Set(
    [...policies.keys()].sort().filter(() => random.chance(DISCOUNTING_NODES)),
  );
  let [owned, all] = [0, 0];
  for (const [node, held] of policies) {
    all += held;
    if (discounting.has(node)) owned += held;
  }
  const share = owned === 0 ? 0 : Math.min(1, (DISCOUNT_SHARE * all) / owned);
  return (node) => (discounting.has(node) ? share : 0);
}
