/** A network for tests of the machine: ourselves with two channels out and two in, and two ways between the peers. */
import type { RebalanceTerms } from '../../src/executor/rebalance-terms.ts';
import type { ListedChannel } from '../../src/graph/overlay.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';

export const SELF: NodeId = nodeIdOf(9);
export const A: NodeId = nodeIdOf(1);
export const B: NodeId = nodeIdOf(2);

const id = (n: number) => parseChannelId(String(n));
/** Our channels: 10 to A, 11 to A as well, 20 to B. */
export const OUT: ChannelId = id(10);
export const OUT_2: ChannelId = id(11);
export const IN: ChannelId = id(20);
export const AB: ChannelId = id(30);
export const BLOCK_HEIGHT = 900_000;

/** A -> B directly for 100 ppm, by C for 200 ppm, by D for 400 ppm. */
export const SNAPSHOT: GraphSnapshot = graphOf([
  { id: 10, ends: [9, 1] },
  { id: 11, ends: [9, 1] },
  { id: 20, ends: [2, 9] },
  { id: 30, ends: [1, 2], policy1: { feeRatePpm: 100 } },
  { id: 31, ends: [1, 3], policy1: { feeRatePpm: 100 } },
  { id: 32, ends: [3, 2], policy1: { feeRatePpm: 100 } },
  { id: 33, ends: [1, 4], policy1: { feeRatePpm: 200 } },
  { id: 34, ends: [4, 2], policy1: { feeRatePpm: 200 } },
]).snapshot();

const balance = (
  channel: number,
  spendableMsat: bigint,
  receivableMsat: bigint,
): ListedChannel => ({
  channelId: id(channel),
  graphChannelId: id(channel),
  inboundChannelId: id(channel),
  spendableMsat,
  receivableMsat,
  active: true,
});

export const OWN_CHANNELS: readonly ListedChannel[] = [
  balance(10, 80_000_000_000n, 10_000_000n),
  balance(11, 80_000_000_000n, 10_000_000n),
  balance(20, 10_000_000n, 80_000_000_000n),
];

export function terms(fields: Partial<RebalanceTerms> = {}): RebalanceTerms {
  return {
    rebalanceId: 'test',
    self: SELF,
    outChannels: [OUT],
    inChannels: [IN],
    amountMsat: 1_000_000_000n,
    minAmountMsat: 1_000_000_000n,
    totalMsat: null,
    maxFeePpm: 1000,
    attemptCostMsat: 0n,
    attemptCostPpm: 0,
    minProbability: 0,
    maxCltvBlocks: 2016,
    maxAttempts: 10,
    exclude: {},
    arrival: 'report',
    probe: false,
    dryRun: false,
    invoiceCltvDelta: 40,
    finalCltvDelta: 43,
    invoiceExpirySeconds: 660,
    ...fields,
  };
}
