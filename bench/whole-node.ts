/** Planning for one node as a whole: channels with room to send against channels with room to receive. */
import type { GraphSnapshot } from '../src/graph/snapshot.ts';
import { findCircularRoute } from '../src/pathfinder/find-circular-route.ts';
import { type UsableEnds, usableEnds } from './queries.ts';

const MAX_FEE_PPM = 1000;
/** Circles searched one by one, a sample of all pairs, until whole nodes are planned at once. */
const PAIRS_PER_AMOUNT = 100;

export interface WholeNodePlan {
  /** Of the node, each way. */
  readonly channels: number;
  readonly pairs: number;
  readonly circles: number;
}

/** A quarter, a half and all of an amount. */
export const amountsToPlan = (amountMsat: bigint): readonly bigint[] => [
  amountMsat / 4n,
  amountMsat / 2n,
  amountMsat,
];

/** Plans for the node whose number of usable channels each way comes nearest to what is asked. */
export function planWholeNode(
  snapshot: GraphSnapshot,
  terms: { readonly channels: number; readonly amountsMsat: readonly bigint[] },
): WholeNodePlan {
  const { amountsMsat } = terms;
  const { node, out, back } = nodeOfWidth(snapshot, terms.channels, Number(amountsMsat[0]));
  const self = snapshot.nodeId(node);
  const ids = (directions: readonly number[]) =>
    directions.slice(0, terms.channels).map((direction) => snapshot.channelId(direction >> 1));
  const [outChannels, inChannels] = [ids(out), ids(back)];
  let [pairs, circles] = [0, 0];
  for (const amountMsat of amountsMsat) {
    for (let i = 0; i < PAIRS_PER_AMOUNT; i++) {
      const first = outChannels[i % outChannels.length]!;
      const last = inChannels[(i + 1) % inChannels.length]!;
      if (first === last) continue;
      pairs++;
      const found = findCircularRoute(snapshot, {
        self,
        amountMsat,
        outChannels: [first],
        inChannels: [last],
        maxFeePpm: MAX_FEE_PPM,
      });
      if (found.kind === 'route') circles++;
    }
  }
  return { channels: Math.min(outChannels.length, inChannels.length), pairs, circles };
}

function nodeOfWidth(snapshot: GraphSnapshot, channels: number, amountMsat: number): UsableEnds {
  const distance = ({ out, back }: UsableEnds): number =>
    Math.abs(Math.min(out.length, back.length) - channels);
  return usableEnds(snapshot, amountMsat).reduce((nearest, ends) =>
    distance(ends) < distance(nearest) ? ends : nearest,
  );
}
