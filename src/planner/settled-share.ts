/** How much of what goes out is settled in the end. */
import type { DemandRow } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import type { FlowSums } from './decayed-flow.ts';
import { added, type ChannelSums, NO_SUMS } from './demand-sums.ts';

/** With the weight of so many forwards of usual size, a peer is taken to be like the whole node. */
const PRIOR_FORWARDS = 10;

/** Of one side of a channel, by amount: 0 to 1. */
export type SettledShare = (channelId: ChannelId) => number;

/** Of all channels with a peer together, for what asks for one of them may pass over any. 1 where nothing is known. */
export function settledShare(
  sums: ReadonlyMap<ChannelId, ChannelSums>,
  side: DemandRow['side'],
  peerOf: (channelId: ChannelId) => string,
): SettledShare {
  const ofPeers = new Map<string, Ends>();
  let node: Ends = { served: NO_SUMS, failed: NO_SUMS };
  for (const [channelId, { [side]: ends }] of sums) {
    const peer = peerOf(channelId);
    ofPeers.set(peer, together(ofPeers.get(peer), ends));
    node = together(node, ends);
  }
  const all = added(node.served, node.failed);
  if (all.msat === 0) return () => 1;
  const nodeShare = node.served.msat / all.msat;
  // Of sizes as a satoshi meets them: that of large forwards rather than of many.
  const priorMsat = (PRIOR_FORWARDS * all.squares) / all.msat;
  return (channelId) => {
    const { served, failed } = together(ofPeers.get(peerOf(channelId)), NO_ENDS);
    return (served.msat + priorMsat * nodeShare) / (served.msat + failed.msat + priorMsat);
  };
}

interface Ends {
  readonly served: FlowSums;
  readonly failed: FlowSums;
}

const NO_ENDS: Ends = { served: NO_SUMS, failed: NO_SUMS };

const together = (a: Ends | undefined, b: Ends): Ends => ({
  served: added(a?.served ?? NO_SUMS, b.served),
  failed: added(a?.failed ?? NO_SUMS, b.failed),
});
