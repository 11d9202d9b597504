/** Our node: channels to well-connected peers, and fees that follow what others ask for the same peers. */
import type { ChannelPolicy, ChannelRecord } from '../../../src/ports.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { WorldTerms } from './terms.ts';

/** Rates outside are cut off: nobody forwards for less for long, nor is anybody's liquidity worth more. */
const LEAST_RATE_PPM = 10;
const MOST_RATE_PPM = 2000;
/** Our part of each channel at the beginning, before the warm-up moves it. */
const LEAST_SHARE = 0.2;
const MOST_SHARE = 0.8;

/** Opens one channel with each peer, drawn in proportion to their own channels. */
export function openOurNode(network: SimulatedNetwork, terms: WorldTerms): NodeId {
  const random = new SeededRandom(terms.seed).fork('our node');
  const { channels } = network.description();
  const directions = channels.flatMap(directionsOf);
  const toward = Map.groupBy(directions, ({ to }) => to);
  const ours = network.addNode({ alias: 'ours' });
  const [low, high] = [terms.leastCapacitySat, terms.mostCapacitySat].map(Math.log);
  for (let i = 0; i < terms.channels; i++) {
    const peer = random.pick([...toward].flatMap(([node, into]) => into.map(() => node)));
    const into = toward.get(peer)!;
    toward.delete(peer);
    const capacitySat = BigInt(Math.round(Math.exp(low! + (high! - low!) * random.unit())));
    const share = LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * random.unit();
    const asked = directions.filter(({ from }) => from === peer);
    network.openChannel({
      node1: ours,
      node2: peer,
      capacitySat,
      balance1Msat: BigInt(Math.round(Number(capacitySat) * 1000 * share)),
      policy1: {
        feeBaseMsat: terms.feeBaseMsat,
        feeRatePpm: rateToward(into, terms.feeFactor),
        timeLockDelta: 80,
      },
      policy2: asked.length === 0 ? {} : feesOf(random.pick(asked).policy),
    });
  }
  return ours;
}

interface Direction {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly policy: ChannelPolicy;
}

function directionsOf({ node1, node2, policy1, policy2 }: ChannelRecord): Direction[] {
  const directions: Direction[] = [];
  if (policy1?.disabled === false) directions.push({ from: node1, to: node2, policy: policy1 });
  if (policy2?.disabled === false) directions.push({ from: node2, to: node1, policy: policy2 });
  return directions;
}

function rateToward(into: readonly Direction[], factor: number): number {
  const rates = into.map(({ policy }) => policy.feeRatePpm).sort((a, b) => a - b);
  const median = rates[rates.length >> 1]!;
  return Math.max(LEAST_RATE_PPM, Math.min(MOST_RATE_PPM, Math.round(factor * median)));
}

/** Amounts that a policy allows are those of a channel of another size. */
function feesOf(policy: ChannelPolicy): Partial<ChannelPolicy> {
  const { feeBaseMsat, feeRatePpm, timeLockDelta, inboundFeeBaseMsat, inboundFeeRatePpm } = policy;
  return { feeBaseMsat, feeRatePpm, timeLockDelta, inboundFeeBaseMsat, inboundFeeRatePpm };
}
