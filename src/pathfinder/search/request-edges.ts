/** What one search sees of a request: some of its channels at both ends, and the edges that it leaves open. */
import type { AmountView } from '../view/amount-view.ts';
import { type EndChannel, EndChannels } from './end-channels.ts';
import type { RequestSpace } from './request-space.ts';

export class RequestEdges {
  readonly view: AmountView;
  readonly source: number;
  readonly target: number;
  readonly first: readonly EndChannel[];
  readonly last: readonly EndChannel[];
  readonly firstEnds: EndChannels;
  readonly lastEnds: EndChannels;
  /** Some node is both first and last: then a path may not come back over the channel that it left by. */
  readonly overlapping: boolean;
  /** Whether a path may go out to a peer and straight back. */
  readonly mayTurn: boolean;
  /** Some channel leads from source to target by itself. */
  readonly direct: boolean;
  /** Whether anything but fees counts. */
  readonly priced: boolean;
  readonly #closedNodes: ReadonlySet<number> | undefined;
  readonly #narrowed: ReadonlyMap<number, number> | undefined;
  readonly #penalties: ReadonlyMap<number, number> | undefined;

  /** @param ends The channels to begin and end with. @defaultValue all of the request's */
  constructor(space: RequestSpace, ends: Pick<RequestSpace, 'first' | 'last'> = space) {
    this.view = space.view;
    this.source = space.source;
    this.target = space.target;
    this.#closedNodes = space.closedNodes;
    this.#narrowed = space.narrowed;
    this.#penalties = space.penalties;
    this.priced = space.view.priced || space.penalties !== undefined;
    this.firstEnds = ends === space ? space.firstEnds : EndChannels.of(ends.first);
    this.lastEnds = ends === space ? space.lastEnds : EndChannels.of(ends.last);
    this.first = this.firstEnds.channels;
    this.last = this.lastEnds.channels;
    this.overlapping =
      space.circular && this.lastEnds.nodes.some((node) => this.firstEnds.at(node) >= 0);
    this.mayTurn = space.mayTurn;
    this.direct = this.lastEnds.direct.length > 0;
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
