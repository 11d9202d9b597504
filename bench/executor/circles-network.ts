/**
 * The network that attempts are counted on: circles that fail at their third channel, twenty for each pair of ends, and
 * circles that settle. Every node answers at once, so that what is measured is Ballast and the call.
 */
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

/** Own channels by what becomes of a payment from one of `out` to one of the others. */
export interface CircleEnds {
  readonly out: readonly ChannelId[];
  readonly failing: readonly ChannelId[];
  readonly settling: readonly ChannelId[];
}

/** Circles that fail between two own channels; each costs more than the one before. */
export const FAILING_CIRCLES = 20;
/** Own channels of each kind, so that 256 payments find slots. */
const CHANNELS = 4;
const CAPACITY_SAT = 1_000_000_000n;
const SEED = 20260203;

export function circlesNetwork(): {
  readonly network: SimulatedNetwork;
  readonly self: NodeId;
  readonly ends: CircleEnds;
} {
  const network = new SimulatedNetwork({ seed: SEED });
  const self = network.addNode({ alias: 'us' });
  const nodes = (count: number): NodeId[] => Array.from({ length: count }, () => network.addNode());
  const open = (node1: NodeId, node2: NodeId, terms: ChannelTerms = {}): ChannelId => {
    const policy = {
      feeBaseMsat: 0n,
      feeRatePpm: terms.feeRatePpm ?? 0,
      timeLockDelta: 40,
      maxHtlcMsat: (CAPACITY_SAT / 10n) * 1000n,
    };
    const balance = terms.share1Percent === undefined ? {} : shareOf(terms.share1Percent);
    const ends = { node1, node2, capacitySat: CAPACITY_SAT };
    return network.openChannel({ ...ends, ...balance, policy1: policy, policy2: policy });
  };
  const [outPeers, failingPeers, settlingPeers] = [
    nodes(CHANNELS),
    nodes(CHANNELS),
    nodes(CHANNELS),
  ];
  const out = outPeers.map((peer) => open(self, peer, { share1Percent: 90 }));
  const failing = failingPeers.map((peer) => open(self, peer, { share1Percent: 10 }));
  const settling = settlingPeers.map((peer) => open(self, peer, { share1Percent: 10 }));
  nodes(FAILING_CIRCLES).forEach((middle, i) => {
    for (const peer of outPeers) open(peer, middle);
    // The middle has nothing to forward with.
    for (const peer of failingPeers) {
      open(middle, peer, { share1Percent: 0, feeRatePpm: 100 + 10 * i });
    }
  });
  const [live] = nodes(1);
  for (const peer of outPeers) open(peer, live!);
  for (const peer of settlingPeers) open(live!, peer, { feeRatePpm: 100 });
  return { network, self, ends: { out, failing, settling } };
}

interface ChannelTerms {
  readonly feeRatePpm?: number;
  readonly share1Percent?: number;
}

const shareOf = (percent: number): { readonly balance1Msat: bigint } => ({
  balance1Msat: (CAPACITY_SAT * 1000n * BigInt(percent)) / 100n,
});
