/** What one search sees of a request: some of its channels at both ends, and the edges that it leaves open. */
import type { AmountView } from '../view/amount-view.ts';
import type { EdgeTerms } from '../view/edge-terms.ts';
import type { EndChannel, RequestSpace } from './request-space.ts';

export class RequestEdges {
  readonly view: AmountView;
  readonly source: number;
  readonly target: number;
  readonly first: readonly EndChannel[];
  readonly last: readonly EndChannel[];
  readonly endTerms: EdgeTerms;
  /** Some node is both first and last: then a path may not come back over the channel that it left by. */
  readonly overlapping: boolean;
  /** Some channel leads from source to target by itself. */
  readonly direct: boolean;
  /** Whether anything but fees counts. */
  readonly priced: boolean;
  /** By first channel: the next one to the same node, or -1. */
  readonly #next: Int32Array;
  readonly #firstAt: ReadonlyMap<number, number>;
  /** The node of the only first channel, or -1: spares the map in the usual case. */
  readonly #onlyFirst: number;
  readonly #closedNodes: ReadonlySet<number> | undefined;
  readonly #narrowed: ReadonlyMap<number, number> | undefined;
  readonly #penalties: ReadonlyMap<number, number> | undefined;

  /** @param ends The channels to begin and end with. @defaultValue all of the request's */
  constructor(space: RequestSpace, ends: Pick<RequestSpace, 'first' | 'last'> = space) {
    this.view = space.view;
    this.source = space.source;
    this.target = space.target;
    this.endTerms = space.endTerms;
    this.#closedNodes = space.closedNodes;
    this.#narrowed = space.narrowed;
    this.#penalties = space.penalties;
    this.priced = space.view.priced || space.penalties !== undefined;
    const { first, last } = ends;
    this.first = first;
    this.last = last;
    this.#next = new Int32Array(first.length).fill(-1);
    const firstAt = new Map<number, number>();
    for (let i = first.length - 1; i >= 0; i--) {
      const { node } = first[i]!;
      if (node < 0) continue;
      this.#next[i] = firstAt.get(node) ?? -1;
      firstAt.set(node, i);
    }
    this.#firstAt = firstAt;
    this.#onlyFirst = first.length === 1 ? first[0]!.node : -1;
    this.overlapping = last.some(({ node }) => firstAt.has(node));
    this.direct = last.some(({ direct }) => direct);
  }

  /** Index of the first channel that leads into the node, or -1. */
  firstAt(node: number): number {
    if (this.#onlyFirst >= 0) return node === this.#onlyFirst ? 0 : -1;
    return this.#firstAt.get(node) ?? -1;
  }

  /** Index of the next first channel to the same node, or -1. */
  nextFirst(index: number): number {
    return this.#next[index]!;
  }

  /** Whether the request keeps the search from entering a node over an edge. */
  isClosed(edge: number, node: number): boolean {
    if (node === this.source || node === this.target) return true;
    if (this.#closedNodes?.has(node) === true) return true;
    return this.#narrowed !== undefined && this.maximum(edge) < this.view.amountMsat;
  }

  /** Largest amount that may cross an edge of the view in this request. */
  maximum(edge: number): number {
    const announced = this.view.terms.maxMsat[edge]!;
    const narrowed = this.#narrowed?.get(edge);
    return narrowed === undefined || narrowed > announced ? announced : narrowed;
  }

  /** What an edge is priced at besides its fee. */
  priceMsat(edge: number): number {
    const price = this.view.priceMsat[edge]!;
    return this.#penalties === undefined ? price : price + (this.#penalties.get(edge) ?? 0);
  }
}
