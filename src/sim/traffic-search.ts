/**
 * How those who pay choose a path: the cheapest by fee, time lock and doubt, backwards from the payee, with the fees of
 * the amount that really passes (after lnd: `routing/pathfind.go`, additive instead of divided by the probability).
 */
import type { TrafficEdge, TrafficGraph } from './traffic-graph.ts';

export interface PathWish {
  readonly from: number;
  readonly to: number;
  readonly amountMsat: number;
  /** On top of the amount. */
  readonly mostFeeMsat: number;
  /** What the payer's own channels can send. */
  readonly ownMsat: (edge: TrafficEdge) => number;
  /** The payer has no reason to think that the direction refuses so much. */
  readonly trusts: (edge: TrafficEdge, amountMsat: number) => boolean;
}

/** lnd's prices: of a failed attempt, 100 sat and a thousandth; of a msat locked for a block, 15 billionths. */
const ATTEMPT_BASE_MSAT = 100_000;
const ATTEMPT_SHARE = 0.001;
const RISK_PER_BLOCK = 15e-9;
const LEAST_CHANCE = 0.01;
const MOST_HOPS = 20;

export class TrafficSearch {
  readonly #graph: TrafficGraph;
  /** Of every node reached: the price so far, its own fee in it, what it sends on, what it asks for that, how far it is. */
  #price = new Float64Array(0);
  #outMsat = new Float64Array(0);
  #feeMsat = new Float64Array(0);
  #hops = new Uint8Array(0);
  #done = new Uint8Array(0);
  #next: (TrafficEdge | undefined)[] = [];
  /** A binary heap of nodes by price; a node may be in it several times. */
  readonly #heap: { readonly place: number; readonly price: number }[] = [];

  constructor(graph: TrafficGraph) {
    this.#graph = graph;
  }

  /** In order of travel; `undefined` where nothing fits the wish. */
  find(wish: PathWish): readonly TrafficEdge[] | undefined {
    this.#reset();
    this.#price[wish.to] = 0;
    this.#outMsat[wish.to] = wish.amountMsat;
    this.#heap.push({ place: wish.to, price: 0 });
    for (let top = this.#pop(); top !== undefined; top = this.#pop()) {
      const { place } = top;
      if (this.#done[place] === 1) continue;
      if (place === wish.from) return this.#pathFrom(place, wish.to);
      this.#done[place] = 1;
      if (this.#hops[place]! >= MOST_HOPS) continue;
      for (const edge of this.#graph.into(place)) this.#relax(edge, wish);
    }
    return undefined;
  }

  #reset(): void {
    const count = this.#graph.nodeCount;
    if (this.#price.length !== count) {
      this.#price = new Float64Array(count);
      this.#outMsat = new Float64Array(count);
      this.#feeMsat = new Float64Array(count);
      this.#hops = new Uint8Array(count);
      this.#done = new Uint8Array(count);
      this.#next = new Array<TrafficEdge | undefined>(count);
    }
    this.#price.fill(Number.POSITIVE_INFINITY);
    this.#feeMsat.fill(0);
    this.#hops.fill(0);
    this.#done.fill(0);
    this.#next.fill(undefined);
    this.#heap.length = 0;
  }

  #relax(edge: TrafficEdge, wish: PathWish): void {
    const { from, to, policy } = edge;
    if (this.#done[from] === 1) return;
    const own = from === wish.from;
    if (policy.disabled && !own) return;
    const outMsat = this.#outMsat[to]!;
    const keptMsat = to === wish.to ? 0 : this.#kept(edge, outMsat);
    const amountMsat = outMsat + keptMsat;
    if (amountMsat < policy.minMsat || amountMsat > policy.maxMsat) return;
    if (amountMsat - wish.amountMsat > wish.mostFeeMsat) return;
    const feeMsat = own ? 0 : policy.baseMsat + Math.floor((policy.ppm * amountMsat) / 1e6);
    // What the end keeps for sending on is in its price already; here comes what it asks or leaves for the way in.
    const inboundMsat = keptMsat - (to === wish.to ? 0 : this.#feeMsat[to]!);
    const leastPrice = this.#price[to]! + Math.max(0, inboundMsat + feeMsat);
    if (leastPrice >= this.#price[from]!) return;
    const price = leastPrice + (own ? 0 : worry(edge, amountMsat));
    if (price >= this.#price[from]!) return;
    if (own && amountMsat > wish.ownMsat(edge)) return;
    if (!wish.trusts(edge, amountMsat)) return;
    this.#price[from] = price;
    this.#outMsat[from] = amountMsat;
    this.#feeMsat[from] = feeMsat;
    this.#hops[from] = this.#hops[to]! + 1;
    this.#next[from] = edge;
    this.#push(from, price);
  }

  /** What the node at the end of the edge keeps of what comes in over it. */
  #kept(edge: TrafficEdge, outMsat: number): number {
    const feeMsat = this.#feeMsat[edge.to]!;
    const { baseMsat, ppm } = edge.inbound;
    const inboundMsat = baseMsat + Math.trunc((ppm * (outMsat + feeMsat)) / 1e6);
    return Math.max(0, feeMsat + inboundMsat);
  }

  #pathFrom(from: number, to: number): TrafficEdge[] {
    const path: TrafficEdge[] = [];
    for (let place = from; place !== to; place = path.at(-1)!.to) path.push(this.#next[place]!);
    return path;
  }

  #push(place: number, price: number): void {
    const heap = this.#heap;
    const item = { place, price };
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.price <= price) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  #pop(): { readonly place: number; readonly price: number } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.price < heap[child]!.price) child++;
      if (last.price <= heap[child]!.price) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

/** Time lock, and the chance that a channel filled anyhow cannot carry the amount. */
function worry(edge: TrafficEdge, amountMsat: number): number {
  const chance = Math.max(LEAST_CHANCE, 1 - amountMsat / edge.capacityMsat);
  const attemptMsat = ATTEMPT_BASE_MSAT + ATTEMPT_SHARE * amountMsat;
  return RISK_PER_BLOCK * amountMsat * edge.policy.timeLockDelta - attemptMsat * Math.log(chance);
}
