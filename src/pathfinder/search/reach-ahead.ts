/** The least time lock and the fewest hops from the start to each node: labels that cannot keep a limit end early. */
import type { AmountView } from '../view/amount-view.ts';
import type { RequestEdges } from './request-edges.ts';

export class ReachAhead {
  readonly #view: AmountView;
  /** Least sum of the deltas of the edges on the way; Infinity beyond the limit. */
  readonly blocks: Float64Array;
  /** Fewest edges on the way, without the first channel; Infinity beyond the limit. */
  readonly hops: Float64Array;
  /** Nodes by distance, as lists: the first entry of each, and for each entry its node and the next one. */
  #heads = new Int32Array(0);
  #entries = new Int32Array(2048);
  #count = 0;

  constructor(view: AmountView) {
    this.#view = view;
    this.blocks = new Float64Array(view.nodeCount);
    this.hops = new Float64Array(view.nodeCount);
  }

  /** @param most Of each on the way to a node; `undefined` where it does not matter, and all lower bounds are 0. */
  run(request: RequestEdges, most: { readonly blocks?: number; readonly hops?: number }): void {
    const { timeLockDelta } = this.#view.terms;
    if (most.blocks === undefined) this.blocks.fill(0);
    else this.#search(this.blocks, { request, most: most.blocks, lengths: timeLockDelta });
    if (most.hops === undefined) this.hops.fill(0);
    else this.#search(this.hops, { request, most: most.hops });
  }

  /** Lengths are small whole numbers, so lists by distance do for a heap. */
  #search(
    distance: Float64Array,
    given: { request: RequestEdges; most: number; lengths?: Uint32Array },
  ): void {
    const { outStart, outEdge, outTo } = this.#view;
    const { request, most, lengths } = given;
    distance.fill(Number.POSITIVE_INFINITY);
    this.#count = 0;
    if (this.#heads.length <= most) this.#heads = new Int32Array(most + 1);
    this.#heads.fill(-1);
    for (const node of request.firstEnds.nodes) {
      distance[node] = 0;
      this.#enter(node, 0);
    }
    for (let here = 0; here <= most; here++) {
      for (let entry = this.#heads[here]!; entry >= 0; entry = this.#heads[here]!) {
        this.#heads[here] = this.#entries[2 * entry + 1]!;
        const node = this.#entries[2 * entry]!;
        if (distance[node]! < here) continue;
        for (let i = outStart[node]!, end = outStart[node + 1]!; i < end; i++) {
          const next = outTo[i]!;
          if (distance[next]! <= here) continue;
          const there = here + (lengths === undefined ? 1 : lengths[outEdge[i]!]!);
          if (there >= distance[next]! || there > most) continue;
          if (request.isClosed(outEdge[i]!, next)) continue;
          distance[next] = there;
          this.#enter(next, there);
        }
      }
    }
  }

  #enter(node: number, distance: number): void {
    const entry = this.#count++;
    if (2 * entry === this.#entries.length) {
      const grown = new Int32Array(2 * this.#entries.length);
      grown.set(this.#entries);
      this.#entries = grown;
    }
    this.#entries[2 * entry] = node;
    this.#entries[2 * entry + 1] = this.#heads[distance]!;
    this.#heads[distance] = entry;
  }
}
