/** Planning for one node as a whole: channels with room to send against channels with room to receive. */
import type { GraphSnapshot } from '../src/graph/snapshot.ts';
import { planCircularRoutes } from '../src/pathfinder/plan-circular-routes.ts';
import type { CircularPlan, CircularPlanRequest } from '../src/pathfinder/plan-request.ts';
import { type UsableEnds, usableEnds } from './queries.ts';

const MAX_FEE_PPM = 1000;

export interface WholeNodeTerms {
  readonly channels: number;
  readonly amountsMsat: readonly bigint[];
}

/** A quarter, a half and all of an amount. */
export const amountsToPlan = (amountMsat: bigint): readonly bigint[] => [
  amountMsat / 4n,
  amountMsat / 2n,
  amountMsat,
];

/** What to plan for the node whose number of usable channels each way comes nearest to what is asked. */
export function wholeNodeRequest(
  snapshot: GraphSnapshot,
  { channels, amountsMsat }: WholeNodeTerms,
): CircularPlanRequest & Required<Pick<CircularPlanRequest, 'outChannels' | 'inChannels'>> {
  const { node, out, back } = nodeOfWidth(snapshot, channels, Number(amountsMsat[0]));
  const ids = (directions: readonly number[]) =>
    directions.slice(0, channels).map((direction) => snapshot.channelId(direction >> 1));
  return {
    self: snapshot.nodeId(node),
    amountsMsat,
    outChannels: ids(out),
    inChannels: ids(back),
    maxFeePpm: MAX_FEE_PPM,
  };
}

export const planWholeNode = (snapshot: GraphSnapshot, terms: WholeNodeTerms): CircularPlan =>
  planCircularRoutes(snapshot, wholeNodeRequest(snapshot, terms));

function nodeOfWidth(snapshot: GraphSnapshot, channels: number, amountMsat: number): UsableEnds {
  const distance = ({ out, back }: UsableEnds): number =>
    Math.abs(Math.min(out.length, back.length) - channels);
  return usableEnds(snapshot, amountMsat).reduce((nearest, ends) =>
    distance(ends) < distance(nearest) ? ends : nearest,
  );
}
