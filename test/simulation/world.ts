/** The network of a seed: a few nodes, several channels to some of our peers, fees of all sorts, hidden balances. */
import type { ChannelPolicy, Clock } from '../../src/ports.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { SeededRandom } from '../../src/sim/random.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import type { FaultTally } from './faults/fault-kinds.ts';
import type { FaultPlan } from './faults/fault-plan.ts';

export interface OwnEnd {
  readonly channelId: ChannelId;
  readonly peer: NodeId;
}

export interface World {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly others: readonly NodeId[];
  readonly peers: readonly NodeId[];
  readonly ownChannels: readonly OwnEnd[];
  /** Between others. */
  readonly foreignChannels: readonly {
    readonly channelId: ChannelId;
    readonly ends: readonly [NodeId, NodeId];
  }[];
}

const MOST_HOP_DELAY_MS = 40;

export function makeWorld(
  random: SeededRandom,
  parts: { readonly clock: Clock; readonly plan: FaultPlan; readonly tally: FaultTally },
): World {
  const network = new SimulatedNetwork({ seed: random.uint32(), clock: parts.clock });
  const self = network.addNode({ alias: 'us' });
  const others = Array.from({ length: 3 + random.below(6) }, () => network.addNode());
  // A message takes a while everywhere, so that no HTLC comes and goes within one step.
  for (const nodeId of [self, ...others])
    network.setDelay(nodeId, 1 + random.below(MOST_HOP_DELAY_MS));
  const peers = others.slice(0, 2 + random.below(Math.min(3, others.length - 1)));
  const ownChannels = peers.flatMap((peer) => openOwn(network, random, self, peer));
  const foreignChannels = others.flatMap((one, i) =>
    others.slice(0, i).flatMap((other) => openForeign(network, random, [one, other], i === 1)),
  );
  for (const peer of peers) drawWays(network, random, peer, parts);
  return { network, self, others, peers, ownChannels, foreignChannels };
}

function openOwn(
  network: SimulatedNetwork,
  random: SeededRandom,
  self: NodeId,
  peer: NodeId,
): OwnEnd[] {
  return Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => ({
    peer,
    channelId: openBetween(network, random, [self, peer]),
  }));
}

function openForeign(
  network: SimulatedNetwork,
  random: SeededRandom,
  ends: readonly [NodeId, NodeId],
  always: boolean,
): World['foreignChannels'][number][] {
  if (!always && random.chance(0.35)) return [];
  return Array.from({ length: random.pick([1, 1, 1, 2]) }, () => ({
    ends,
    channelId: openBetween(network, random, ends),
  }));
}

function openBetween(
  network: SimulatedNetwork,
  random: SeededRandom,
  [node1, node2]: readonly [NodeId, NodeId],
): ChannelId {
  const capacitySat = BigInt(random.pick([500_000, 1_000_000, 2_000_000, 5_000_000]));
  const share = BigInt(random.pick([2, 10, 90, 98, 1 + random.below(99)]));
  return network.openChannel({
    node1,
    node2,
    capacitySat,
    balance1Msat: (capacitySat * 1000n * share) / 100n,
    opener: random.pick([1, 2] as const),
    policy1: drawPolicy(random),
    policy2: drawPolicy(random),
  });
}

export function drawPolicy(random: SeededRandom): Partial<ChannelPolicy> {
  return {
    feeBaseMsat: BigInt(random.pick([0, 0, 1000, random.below(3000)])),
    feeRatePpm: random.pick([0, 10, 100, random.below(1000)]),
    timeLockDelta: random.pick([10, 40, 40, 80]),
    minHtlcMsat: BigInt(random.pick([1, 1000, 1000, 5_000_000])),
    inboundFeeRatePpm: random.chance(0.3) ? random.below(400) - 300 : 0,
    inboundFeeBaseMsat: BigInt(random.chance(0.2) ? random.below(1000) - 800 : 0),
  };
}

function drawWays(
  network: SimulatedNetwork,
  random: SeededRandom,
  peer: NodeId,
  { plan, tally }: { readonly plan: FaultPlan; readonly tally: FaultTally },
): void {
  if (random.chance(plan.siblingShare)) {
    network.setForwarding(peer, { prefersSiblings: true });
    tally.count('peer forwards over a sibling channel');
  }
  if (random.chance(plan.skimShare)) {
    network.setForwarding(peer, { skimMsat: BigInt(1 + random.below(5000)) });
    tally.count('peer underpays');
  }
}
