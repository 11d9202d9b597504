/** The questions that all contenders are asked: circles of real nodes over two of their own channels. */
import { DISABLED, HAS_POLICY } from '../src/graph/columns.ts';
import type { GraphSnapshot } from '../src/graph/snapshot.ts';
import type { CircularRouteRequest } from '../src/pathfinder/request.ts';
import { SeededRandom } from '../src/sim/random.ts';

export interface CircleQuery {
  /** Index of the node that pays itself. */
  readonly self: number;
  /** The direction that the payment leaves by, and the one that it returns by, in the snapshot. */
  readonly first: number;
  readonly last: number;
  readonly request: CircularRouteRequest;
}

export interface QueryOptions {
  readonly count: number;
  readonly amountMsat: bigint;
  readonly seed: number;
  /** Channels that can carry the amount which a node must have in each sense to be asked for. */
  readonly leastChannels: number;
}

/** Room for fees that a channel must have above the amount to count as usable. */
const HEADROOM = 1.02;

/**
 * Circles of seeded random nodes, out and back over seeded random channels with two different peers.
 *
 * @throws Error when no node of the network has enough channels.
 */
export function circleQueries(snapshot: GraphSnapshot, options: QueryOptions): CircleQuery[] {
  const ends = usableEnds(snapshot, Number(options.amountMsat));
  const candidates = ends
    .filter(({ out, back }) => Math.min(out.length, back.length) >= options.leastChannels)
    .sort((a, b) => (snapshot.nodeId(a.node) < snapshot.nodeId(b.node) ? -1 : 1));
  const able = candidates.filter(({ out, back }) =>
    out.some((first) => back.some((last) => snapshot.to(first) !== snapshot.from(last))),
  );
  if (able.length === 0) {
    throw new Error(
      `no node has ${options.leastChannels} channels each way for ${options.amountMsat} msat; ask for fewer or less`,
    );
  }
  const random = new SeededRandom(options.seed);
  const queries: CircleQuery[] = [];
  while (queries.length < options.count) {
    const { node: self, out, back } = random.pick(able);
    const [first, last] = [random.pick(out), random.pick(back)];
    if (snapshot.to(first) === snapshot.from(last)) continue;
    const request = {
      self: snapshot.nodeId(self),
      amountMsat: options.amountMsat,
      outChannels: [snapshot.channelId(first >> 1)],
      inChannels: [snapshot.channelId(last >> 1)],
    };
    queries.push({ self, first, last, request });
  }
  return queries;
}

export interface UsableEnds {
  readonly node: number;
  /** Directions that leave the node, and that lead to it, and carry the amount. */
  readonly out: readonly number[];
  readonly back: readonly number[];
}

export function usableEnds(snapshot: GraphSnapshot, amountMsat: number): UsableEnds[] {
  const { columns } = snapshot;
  const ends = Array.from({ length: snapshot.nodeCount }, (_, node) => ({
    node,
    out: [] as number[],
    back: [] as number[],
  }));
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    if ((columns.flags[direction]! & (HAS_POLICY | DISABLED)) !== HAS_POLICY) continue;
    const capacityMsat = columns.capacitySat[direction >> 1]! * 1000;
    const maximum = Math.min(columns.maxHtlcMsat[direction]!, capacityMsat);
    if (maximum < amountMsat * HEADROOM || columns.minHtlcMsat[direction]! > amountMsat) continue;
    ends[snapshot.from(direction)]!.out.push(direction);
    ends[snapshot.to(direction)]!.back.push(direction);
  }
  return ends;
}
