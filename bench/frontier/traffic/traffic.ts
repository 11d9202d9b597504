/**
 * Payments that move balances, one after another. Each takes the cheapest way that its sender believes in, by announced
 * terms; where a channel lacks the balance, it comes back, and the sender takes the cheapest way that leaves the failed
 * one before that place and avoids all pairs of nodes that failed it. Fees are not kept by anybody: the same amount
 * crosses every channel.
 */
import type { SeededRandom } from '../../../src/sim/random.ts';
import { type CheapestTree, cheapestTree } from './cheapest-tree.ts';
import type { Wish } from './demand.ts';
import type { PaymentGraph } from './payment-graph.ts';
import { CLASSES_MSAT, classOf, hopCost, type Tastes } from './tastes.ts';

/** Attempts of one payment. */
const TRIES = 6;
/** Senders differ in which of their own channels they like to use: up to so much for each, drawn for each payment. */
const OWN_TASTE_PPM = 500;

export class Traffic {
  readonly shareMsat: Float64Array;
  /** Channels whose balance changed since somebody last looked, and those among them that were renewed. */
  readonly changed: Set<number> = new Set();
  readonly renewed: Set<number> = new Set();
  settled = 0;
  failed = 0;
  readonly #graph: PaymentGraph;
  readonly #usable: Float64Array;
  readonly #tastes: Tastes;
  readonly #random: SeededRandom;
  readonly #trees = new Map<number, CheapestTree>();
  /** Pairs of nodes that failed the present payment. */
  readonly #avoided = new Set<number>();
  /** By node: its place in the present path, or -1. */
  readonly #place: Int32Array;

  constructor(parts: {
    readonly graph: PaymentGraph;
    readonly usableMsat: Float64Array;
    readonly shareMsat: Float64Array;
    readonly tastes: Tastes;
    readonly random: SeededRandom;
  }) {
    this.#graph = parts.graph;
    this.#usable = parts.usableMsat;
    this.shareMsat = parts.shareMsat;
    this.#tastes = parts.tastes;
    this.#random = parts.random;
    this.#place = new Int32Array(parts.graph.nodeCount).fill(-1);
  }

  /** Whether it arrived. */
  pay(wish: Wish): boolean {
    this.#avoided.clear();
    const tree = this.#tree(wish);
    let path = this.#detour({ wish, tree, kept: [] });
    for (let tries = 1; path !== undefined; tries++) {
      const chosen = this.#channels(path, wish.amountMsat);
      if (chosen.length === path.length) {
        for (const direction of chosen) this.#move(direction, wish.amountMsat);
        this.settled++;
        return true;
      }
      if (tries === TRIES) break;
      this.#avoided.add(this.#graph.pairOf[path[chosen.length]!]!);
      path = this.#detour({ wish, tree, kept: path.slice(0, chosen.length) });
    }
    this.failed++;
    return false;
  }

  /** The channel is closed and opened anew, or filled up: half and half, or all on one side or the other. */
  renew(slot: number): void {
    const lot = this.#random.unit();
    const share = lot < 0.5 ? 0.5 : lot < 0.75 ? 0 : 1;
    this.shareMsat[slot] = Math.floor(this.#usable[slot]! * share);
    this.changed.add(slot);
    this.renewed.add(slot);
  }

  #sendable(direction: number): number {
    const share = this.shareMsat[direction >> 1]!;
    return (direction & 1) === 0 ? share : this.#usable[direction >> 1]! - share;
  }

  #move(direction: number, amountMsat: number): void {
    this.shareMsat[direction >> 1]! += (direction & 1) === 0 ? -amountMsat : amountMsat;
    this.changed.add(direction >> 1);
  }

  /** The channels that nodes pick at random among those that can; shorter than the path where one finds none. */
  #channels(path: readonly number[], amountMsat: number): number[] {
    const { pairOf, pairStart, ofPair, maxMsat } = this.#graph;
    const chosen: number[] = [];
    for (const named of path) {
      const able: number[] = [];
      const pair = pairOf[named]!;
      for (let i = pairStart[pair]!; i < pairStart[pair + 1]!; i++) {
        const direction = ofPair[i]!;
        if (maxMsat[direction]! >= amountMsat && this.#sendable(direction) >= amountMsat)
          able.push(direction);
      }
      if (able.length === 0) break;
      chosen.push(able.length === 1 ? able[0]! : this.#random.pick(able));
    }
    return chosen;
  }

  /**
   * The cheapest way that begins like `kept`, leaves it somewhere, and follows the tree from there. At the sender itself
   * only channels with the balance count, and their policy costs nothing.
   */
  #detour(search: {
    readonly wish: Wish;
    readonly tree: CheapestTree;
    readonly kept: readonly number[];
  }): number[] | undefined {
    const { wish, tree, kept } = search;
    const graph = this.#graph;
    const costOf = this.#tastes.costs(wish.receiver, classOf(wish.amountMsat));
    const { amountMsat } = wish;
    const own = hopCost(amountMsat);
    const liking = (amountMsat * OWN_TASTE_PPM) / 1e6;
    const nodes = [wish.sender, ...kept.map((direction) => graph.to[direction]!)];
    nodes.forEach((node, place) => {
      this.#place[node] = place;
    });
    let best = { cost: Number.POSITIVE_INFINITY, place: -1, direction: -1 };
    let before = 0;
    for (const [place, node] of nodes.entries()) {
      for (let i = graph.leavingStart[node]!; i < graph.leavingStart[node + 1]!; i++) {
        const direction = graph.leaving[i]!;
        const onwards = tree.cost[graph.to[direction]!]!;
        const step = place === 0 ? own + liking * this.#random.unit() : costOf[direction]!;
        const cost = before + step + onwards;
        if (!(cost < best.cost) || graph.maxMsat[direction]! < wish.amountMsat) continue;
        if (place === 0 && this.#sendable(direction) < wish.amountMsat) continue;
        if (this.#isFree(direction, { tree, place })) best = { cost, place, direction };
      }
      const direction = kept[place];
      if (direction !== undefined) before += place === 0 ? own : costOf[direction]!;
    }
    for (const node of nodes) this.#place[node] = -1;
    if (best.direction < 0) return undefined;
    const path = [...kept.slice(0, best.place), best.direction];
    for (let node = graph.to[best.direction]!; node !== wish.receiver; ) {
      path.push(tree.next[node]!);
      node = graph.to[tree.next[node]!]!;
    }
    return path;
  }

  /** Whether the way over this direction and on along the tree avoids what failed, and itself. */
  #isFree(direction: number, at: { tree: CheapestTree; place: number }): boolean {
    const { to, pairOf } = this.#graph;
    for (let step = direction; step >= 0; ) {
      if (this.#avoided.has(pairOf[step]!)) return false;
      const node = to[step]!;
      const place = this.#place[node]!;
      if (place >= 0 && place <= at.place) return false;
      step = at.tree.next[node]!;
    }
    return true;
  }

  #tree({ receiver, amountMsat }: Wish): CheapestTree {
    const size = classOf(amountMsat);
    const key = receiver * CLASSES_MSAT.length + size;
    let tree = this.#trees.get(key);
    if (tree === undefined) {
      const costOf = this.#tastes.costs(receiver, size);
      tree = cheapestTree(this.#graph, {
        root: receiver,
        amountMsat: CLASSES_MSAT[size]!,
        costOf,
      });
      this.#trees.set(key, tree);
    }
    return tree;
  }
}
