/** Small random networks with a circle to find in them, meant to be nasty: discounts, minima, maxima, parallels. */
import type { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { channelOf, graphOf, nodeIdOf } from '../graph/make-graph.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** How often the odd things occur; each a probability per policy. */
export interface Regime {
  readonly name: string;
  readonly discount: number;
  readonly surcharge: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly steep?: number;
}

export const REGIMES: readonly Regime[] = [
  { name: 'outbound fees only', discount: 0, surcharge: 0, minimum: 0, maximum: 0 },
  { name: 'minima and maxima', discount: 0, surcharge: 0, minimum: 0.3, maximum: 0.3 },
  { name: 'some discounts', discount: 0.14, surcharge: 0.03, minimum: 0, maximum: 0 },
  { name: 'many discounts', discount: 0.5, surcharge: 0.1, minimum: 0, maximum: 0 },
  { name: 'everything', discount: 0.5, surcharge: 0.2, minimum: 0.3, maximum: 0.3 },
];

/** Half of the policies with inbound rates below -100 % and a base fee that keeps them from being free. */
export const STEEP: Regime = {
  name: 'steep discounts',
  discount: 0.2,
  surcharge: 0,
  minimum: 0,
  maximum: 0,
  steep: 0.4,
};

export interface RandomCircle {
  readonly graph: NetworkGraph;
  readonly self: NodeId;
  readonly amountMsat: bigint;
  readonly outChannels: readonly ChannelId[] | undefined;
  readonly inChannels: readonly ChannelId[] | undefined;
}

export function randomCircle(random: SeededRandom, regime: Regime): RandomCircle {
  const nodes = random.between(3, 7);
  const amount = random.pick([
    random.between(1, 2000),
    random.between(100_000, 100_000_000),
    random.between(1_000_000_000, 20_000_000_000),
  ]);
  const sketches = [];
  const pairs: [number, number][] = [];
  for (let node = 1; node < nodes; node++) pairs.push([node, random.between(0, node - 1)]);
  const extra = random.between(2, nodes + 4);
  for (let i = 0; i < extra; i++) {
    const one = random.between(0, nodes - 1);
    const other = (one + random.between(1, nodes - 1)) % nodes;
    pairs.push([one, other]);
    if (random.chance(0.15)) pairs.push([one, other]);
  }
  for (const [i, ends] of pairs.entries()) {
    const policy = (): Partial<ChannelPolicy> | null =>
      random.chance(0.95) ? randomPolicy(random, regime, amount) : null;
    sketches.push({ id: 1000 + i, ends, capacitySat: 0n, policy1: policy(), policy2: policy() });
  }
  const own = sketches.filter(({ ends }) => ends.includes(0)).map((s) => channelOf(s).channelId);
  const some = (): readonly ChannelId[] | undefined =>
    random.chance(0.4) ? undefined : own.filter(() => random.chance(0.6));
  return {
    graph: graphOf(sketches),
    self: nodeIdOf(0),
    amountMsat: BigInt(amount),
    outChannels: some(),
    inChannels: some(),
  };
}

function randomPolicy(
  random: SeededRandom,
  regime: Regime,
  amount: number,
): Partial<ChannelPolicy> {
  const base = amount <= 2000 ? 20 : amount <= 1e8 ? 5000 : 2_000_000;
  const policy: { -readonly [K in keyof ChannelPolicy]?: ChannelPolicy[K] } = {
    feeBaseMsat: BigInt(random.chance(0.4) ? 0 : random.between(0, base)),
    feeRatePpm: random.pick([
      0,
      random.between(1, 3000),
      random.between(1, 3000),
      random.between(3000, 900_000),
    ]),
    timeLockDelta: random.pick([0, 1, 14, 34, 40, 80, 144]),
  };
  const draw = random.next();
  if (draw < regime.discount) {
    policy.inboundFeeRatePpm = -random.pick([
      0,
      random.between(1, 3000),
      random.between(3000, 1_000_000),
    ]);
    policy.inboundFeeBaseMsat = BigInt(random.chance(0.4) ? -random.between(0, base) : 0);
  } else if (draw < regime.discount + regime.surcharge) {
    policy.inboundFeeRatePpm = random.between(0, 5000) * random.pick([1, 1, -1]);
    policy.inboundFeeBaseMsat = BigInt(random.between(0, base));
  }
  if (random.chance(regime.steep ?? 0)) {
    policy.inboundFeeRatePpm = -random.between(1_000_001, 10_000_000);
    policy.inboundFeeBaseMsat = BigInt(random.between(0, 2 ** 31 - 1)) % BigInt(4 * amount + 1);
  }
  const near = (): bigint => BigInt(Math.max(1, Math.floor(amount * (0.95 + 0.2 * random.next()))));
  if (random.chance(regime.minimum)) policy.minHtlcMsat = near();
  if (random.chance(regime.maximum)) {
    const maximum = near();
    policy.maxHtlcMsat = maximum;
    if ((policy.minHtlcMsat ?? 0n) > maximum) policy.minHtlcMsat = maximum;
  }
  return policy;
}
