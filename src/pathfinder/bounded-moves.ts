/**
 * The moves of a plan, those that may be worth most first. A peer stands for all moves out over its channels until
 * one of them may be the best; only then its tree is grown, and each move gets a bound of its own.
 */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { RouteTask } from './best-route.ts';
import { renamedWithin } from './excluded-siblings.ts';
import type { Searcher } from './kept-searcher.ts';
import type { CircularMove, CircularPlanRequest, PlannedCircle } from './plan-request.ts';
import { NumberHeap } from './search/number-heap.ts';
import { PeerBounds, type PeerTree, PeerTrees } from './search/peer-tree.ts';
import { RequestEdges } from './search/request-edges.ts';
import { type EndChannel, RequestSpace } from './search/request-space.ts';
import { searcherFor } from './search-cache.ts';
import { searchExactly } from './search-exactly.ts';

type GainOf = NonNullable<CircularPlanRequest['gainMsat']>;

/** What all searches for one amount share. */
interface Ground {
  readonly amountMsat: bigint;
  readonly task: RouteTask;
  readonly searcher: Searcher;
  readonly space: RequestSpace;
  readonly request: RequestEdges;
  readonly trees: PeerTrees;
  readonly lastNodes: ReadonlySet<number>;
}

/** A move within reach: a channel to leave by, one to come back by, and what that is worth. */
interface Pair {
  readonly first: EndChannel;
  readonly last: EndChannel;
  readonly move: CircularMove;
  readonly gainMsat: number;
}

interface PeerItem {
  readonly ground: Ground;
  readonly peer: number;
  readonly pairs: readonly Pair[];
}

export class BoundedMoves {
  readonly #gainOf: GainOf;
  readonly #items: (PeerItem | BoundedMove)[] = [];
  readonly #heap = new NumberHeap();
  #count = 0;

  constructor(gainOf: GainOf) {
    this.#gainOf = gainOf;
  }

  /** Moves between two channels that join and could carry the amount. */
  get count(): number {
    return this.#count;
  }

  addAmount(snapshot: GraphSnapshot, given: { amountMsat: bigint; task: RouteTask }): void {
    const ground = groundOf(snapshot, given);
    const { request, space, trees } = ground;
    const toEnd = trees.distancesToEnd(request);
    for (const [peer, channels] of Map.groupBy(space.first, ({ node }) => node)) {
      if (peer < 0 || toEnd[peer] === Number.POSITIVE_INFINITY) continue;
      const pairs = channels.flatMap((first) => this.#pairsFrom(first, ground));
      let mostMsat = Number.NEGATIVE_INFINITY;
      for (const { first, gainMsat } of pairs) {
        mostMsat = Math.max(mostMsat, gainMsat - Math.floor(first.weight + toEnd[peer]!));
      }
      this.#count += pairs.length;
      if (pairs.length > 0) this.#push({ ground, peer, pairs }, mostMsat);
    }
  }

  /** The next move to search, or `undefined` once none is left that could be worth as much as the threshold. */
  next(thresholdMsat: number): BoundedMove | undefined {
    while (this.#heap.size > 0) {
      const item = this.#items[this.#heap.pop()]!;
      if (-this.#heap.poppedKey < thresholdMsat) return undefined;
      if (item instanceof BoundedMove) return item;
      this.#expand(item);
    }
    return undefined;
  }

  #push(item: PeerItem | BoundedMove, netMsat: number): void {
    this.#heap.push(-netMsat, this.#items.push(item) - 1);
  }

  #pairsFrom(first: EndChannel, { space, searcher, request, amountMsat }: Ground): Pair[] {
    const { snapshot } = searcher.view;
    const outChannel = snapshot.channelId(first.direction >> 1);
    const pairs: Pair[] = [];
    for (const last of space.last) {
      if (last.node < 0 || first.direction >> 1 === last.direction >> 1) continue;
      if (last.node === first.node && !request.mayTurn) continue;
      const inChannel = snapshot.channelId(last.direction >> 1);
      const move: CircularMove = { outChannel, inChannel, amountMsat };
      const gainMsat = this.#gainOf(move);
      if (Number.isNaN(gainMsat)) throw new RangeError('gainMsat returned NaN for a move');
      pairs.push({ first, last, move, gainMsat });
    }
    return pairs;
  }

  #expand({ ground, peer, pairs }: PeerItem): void {
    const { request, trees, lastNodes, task } = ground;
    const tree = trees.grow(peer, { request, targets: lastNodes });
    const limitMsat = request.priced ? Number.POSITIVE_INFINITY : task.limits.maxFeeMsat + 1;
    for (const pair of pairs) {
      const boundMsat = pair.first.weight + tree.distance[pair.last.node]! + pair.last.weight;
      if (boundMsat < limitMsat) {
        this.#push(new BoundedMove(ground, pair, tree), pair.gainMsat - Math.floor(boundMsat));
      }
    }
  }
}

export class BoundedMove {
  readonly #ground: Ground;
  readonly #pair: Pair;
  readonly #tree: PeerTree;

  constructor(ground: Ground, pair: Pair, tree: PeerTree) {
    this.#ground = ground;
    this.#pair = pair;
    this.#tree = tree;
  }

  /** The cheapest circle that makes the move, where its net gain reaches the threshold. */
  search(thresholdMsat: number): PlannedCircle | undefined {
    const { searcher, space, task } = this.#ground;
    const { first, last, move, gainMsat } = this.#pair;
    const { found, proven } = searchExactly(searcher, {
      task,
      request: new RequestEdges(space, { first: [first], last: [last] }),
      bounds: new PeerBounds(this.#tree, first.weight),
      // Whole costs up to gain less threshold are of interest, with the trifles that break ties.
      belowMsat: gainMsat - thresholdMsat + 1,
    });
    if (found === undefined) return undefined;
    const { path, quote, costMsat } = found;
    const netMsat = gainMsat - costMsat;
    return { ...move, path, quote, costMsat, gainMsat, netMsat, proven };
  }
}

function groundOf(
  snapshot: GraphSnapshot,
  { amountMsat, task }: { amountMsat: bigint; task: RouteTask },
): Ground {
  const current = renamedWithin(snapshot.withPolicies(task.overlay?.policies), task);
  const { limits, pricing } = task;
  const { maxFeeMsat } = limits;
  const searcher = searcherFor(current, { amountMsat: task.amountMsat, maxFeeMsat, pricing });
  const space = new RequestSpace(searcher.view, task);
  return {
    amountMsat,
    task,
    searcher,
    space,
    request: new RequestEdges(space),
    trees: new PeerTrees(searcher.view),
    lastNodes: new Set(space.last.map(({ node }) => node).filter((node) => node >= 0)),
  };
}
