/** One plan in parts that threads can work on, and the parts' answers as one plan again. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { DEFAULT_MAX_CIRCLES } from '../pathfinder/plan-circular-routes.ts';
import type { CircularPlan, CircularPlanRequest } from '../pathfinder/plan-request.ts';
import { RankedCircles } from '../pathfinder/ranked-circles.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { SharedGains } from './search-worker.ts';

/** The channels that a request may leave by, or come back by: those named, or all of the node. */
export function ownChannelIds(
  snapshot: GraphSnapshot,
  { self, named }: { readonly self: NodeId; readonly named: readonly ChannelId[] | undefined },
): readonly ChannelId[] {
  const node = snapshot.nodeIndex(self);
  if (named !== undefined || node === undefined) return [...new Set(named)];
  const { offsets, outgoing } = snapshot.adjacency;
  return Array.from(outgoing.subarray(offsets[node]!, offsets[node + 1]!), (direction) =>
    snapshot.channelId(direction >> 1),
  );
}

/** Lists of outgoing channels, as many as there are parts at most; a peer's channels stay together, for they share a tree. */
export function dividedByPeer(
  snapshot: GraphSnapshot,
  given: {
    readonly self: NodeId;
    readonly outChannels: readonly ChannelId[];
    readonly parts: number;
  },
): readonly (readonly ChannelId[])[] {
  const peerOf = (channelId: ChannelId): number | undefined => {
    const direction = snapshot.directionFrom(channelId, given.self);
    return direction === undefined ? undefined : snapshot.to(direction);
  };
  const lists: ChannelId[][] = Array.from({ length: given.parts }, () => []);
  for (const channels of Map.groupBy(given.outChannels, peerOf).values()) {
    const shortest = lists.reduce((least, list) => (list.length < least.length ? list : least));
    shortest.push(...channels);
  }
  return lists.filter((list) => list.length > 0);
}

/** What every move is worth, asked once for each. */
export function gainTable(
  request: CircularPlanRequest,
  ends: { readonly outChannels: readonly ChannelId[]; readonly inChannels: readonly ChannelId[] },
): SharedGains | undefined {
  const { gainMsat } = request;
  if (gainMsat === undefined) return undefined;
  const amountsMsat = [...new Set(request.amountsMsat)];
  const { outChannels, inChannels } = ends;
  const count = amountsMsat.length * outChannels.length * inChannels.length;
  const gainsMsat = new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT));
  let at = 0;
  for (const amountMsat of amountsMsat) {
    for (const outChannel of outChannels) {
      for (const inChannel of inChannels) {
        gainsMsat[at++] =
          outChannel === inChannel ? 0 : gainMsat({ outChannel, inChannel, amountMsat });
      }
    }
  }
  return { amountsMsat, outChannels, inChannels, gainsMsat };
}

export function joinedPlans(
  plans: readonly CircularPlan[],
  { maxCircles = DEFAULT_MAX_CIRCLES }: CircularPlanRequest,
): CircularPlan {
  const ranked = new RankedCircles(maxCircles, Number.NEGATIVE_INFINITY);
  for (const { circles } of plans) for (const circle of circles) ranked.add(circle);
  const sum = (of: (plan: CircularPlan) => number): number =>
    plans.reduce((total, plan) => total + of(plan), 0);
  return {
    circles: ranked.best(),
    moves: sum(({ moves }) => moves),
    searched: sum(({ searched }) => searched),
    refused: plans[0]?.refused ?? [],
  };
}
