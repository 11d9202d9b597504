/**
 * Who has channels with whom, given how many channels each node shall have: a configuration model on a tree. The tree
 * keeps the network in one piece; everything else is paired at random, which gives large nodes to large nodes.
 */
import type { SeededRandom } from './random.ts';

/** Indices of the two nodes that a channel joins. */
export type Pair = readonly [number, number];

/** Real pairs of nodes seldom have more channels than this between them. */
const MOST_PARALLEL = 3;
/** How often ends that found no partner are shuffled and tried again. */
const PAIRING_ROUNDS = 4;

/** Joins nodes; degrees come close to those wanted, short where too few partners remain. */
export function joinNodes(degrees: readonly number[], random: SeededRandom): Pair[] {
  const order = degrees.map((_, node) => node).sort((a, b) => degrees[b]! - degrees[a]! || a - b);
  const pairs: Pair[] = [];
  const free = growTree({ degrees, order, random, pairs });
  const between = new Map<string, number>();
  for (const pair of pairs) between.set(keyOf(pair), 1);
  let ends = free;
  for (let round = 0; round < PAIRING_ROUNDS && ends.length > 1; round++) {
    random.shuffle(ends);
    ends = pairUp({ ends, pairs, between });
  }
  return pairs;
}

/**
 * From the largest node down, each is joined to one already placed, in proportion to the channels that one still
 * wants. Returns the ends that are left, a node once for each channel it wants.
 */
function growTree(tree: {
  degrees: readonly number[];
  order: readonly number[];
  random: SeededRandom;
  pairs: Pair[];
}): number[] {
  const { degrees, order, random, pairs } = tree;
  const free: number[] = [];
  order.forEach((node, place) => {
    if (place > 0) {
      const at = free.length > 0 ? random.below(free.length) : -1;
      const partner = at >= 0 ? free[at]! : order[random.below(place)]!;
      if (at >= 0) free[at] = free.at(-1)!;
      if (at >= 0) free.pop();
      pairs.push([partner, node]);
    }
    const wanted = degrees[node]! - (place > 0 ? 1 : 0);
    for (let i = 0; i < wanted; i++) free.push(node);
  });
  return free;
}

function pairUp(pool: {
  ends: readonly number[];
  pairs: Pair[];
  between: Map<string, number>;
}): number[] {
  const left: number[] = [];
  for (let i = 0; i + 1 < pool.ends.length; i += 2) {
    const pair: Pair = [pool.ends[i]!, pool.ends[i + 1]!];
    const count = pool.between.get(keyOf(pair)) ?? 0;
    if (pair[0] === pair[1] || count >= MOST_PARALLEL) {
      left.push(...pair);
      continue;
    }
    pool.between.set(keyOf(pair), count + 1);
    pool.pairs.push(pair);
  }
  return left;
}

const keyOf = ([a, b]: Pair): string => (a < b ? `${a}-${b}` : `${b}-${a}`);
