/**
 * One request laid over an amount view: the channels at both ends of the path with what we know of them, and what
 * the request closes. The view itself is never written to.
 */
import { outboundFeeNumber } from '../units/fee-number.ts';
import type { AmountView } from './amount-view.ts';
import { closedNodes, narrowedEdges } from './closed-edges.ts';
import {
  type EndDirection,
  firstDirections,
  largest,
  lastDirections,
  raiseToEndSiblings,
} from './end-directions.ts';
import type { SpaceTerms } from './space-terms.ts';
import { arrivingBoundMsat, HOP_MSAT, leastInboundMsat, leavingBoundMsat } from './view-bounds.ts';
import { allocateEdges, type EdgeTerms, setAnnounced } from './view-edges.ts';

/** A channel at an end of the path; `weight` is its share of the lower bound, `next` the following one at the node. */
export interface EndChannel {
  readonly node: number;
  readonly edge: number;
  readonly direction: number;
  readonly priceMsat: number;
  readonly weight: number;
  readonly next: number;
}

/** What the channels at either end could do at best, for explaining a refusal. */
export interface EndFacts {
  readonly outgoingChannels: number;
  readonly bestSpendableMsat: number;
  readonly incomingChannels: number;
  readonly bestReceivableMsat: number;
}

export class RequestEdges {
  readonly view: AmountView;
  readonly source: number;
  readonly target: number;
  readonly first: readonly EndChannel[];
  readonly last: readonly EndChannel[];
  /** Terms of the channels at the ends, by `EndChannel.edge`. */
  readonly endTerms: EdgeTerms;
  readonly facts: EndFacts;
  /** Some node is both first and last: then a path may not come back over the channel that it left by. */
  readonly overlapping: boolean;
  readonly #firstAt: ReadonlyMap<number, number>;
  /** The node of the only first channel, or -1: spares the map in the usual case. */
  readonly #onlyFirst: number;
  readonly #closedNodes: ReadonlySet<number> | undefined;
  /** Largest amount for edges that the request narrows. */
  readonly #narrowed: ReadonlyMap<number, number> | undefined;

  constructor(view: AmountView, terms: SpaceTerms) {
    this.view = view;
    this.source = terms.source;
    this.target = terms.target;
    this.#closedNodes = closedNodes(view.snapshot, terms.exclude);
    this.#narrowed = narrowedEdges(view, terms);
    const { snapshot } = view;
    const outgoing = firstDirections(snapshot, terms).filter(({ direction }) =>
      this.#isOpen(snapshot.to(direction)),
    );
    const incoming = lastDirections(snapshot, terms).filter(({ direction }) =>
      this.#isOpen(snapshot.from(direction)),
    );
    this.facts = {
      outgoingChannels: outgoing.length,
      bestSpendableMsat: largest(outgoing),
      incomingChannels: incoming.length,
      bestReceivableMsat: largest(incoming),
    };
    this.endTerms = allocateEdges(outgoing.length + incoming.length);
    this.first = this.#firstChannels(outgoing, terms);
    this.last = this.#lastChannels(incoming, terms);
    this.#firstAt = new Map(this.first.map(({ node }, i) => [node, i] as const).reverse());
    this.#onlyFirst = this.first.length === 1 ? this.first[0]!.node : -1;
    this.overlapping = this.last.some(({ node }) => this.#firstAt.has(node));
  }

  /** Index of the first channel that leads into the node, or -1; `EndChannel.next` has the others. */
  firstAt(node: number): number {
    if (this.#onlyFirst >= 0) return node === this.#onlyFirst ? 0 : -1;
    return this.#firstAt.get(node) ?? -1;
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

  #isOpen(node: number): boolean {
    return this.#closedNodes?.has(node) !== true;
  }

  #firstChannels(found: readonly EndDirection[], terms: SpaceTerms): EndChannel[] {
    const { snapshot, bounds } = this.view;
    const channels: EndChannel[] = [];
    found.forEach(({ direction, maximum }, edge) => {
      setAnnounced(this.endTerms, edge, { snapshot, direction });
      this.endTerms.maxMsat[edge] = maximum;
      const node = snapshot.to(direction);
      if (maximum < terms.amountMsat) return;
      const { inboundBaseMsat, inboundRatePpm } = this.endTerms;
      const inbound = leastInboundMsat(inboundBaseMsat[edge]!, inboundRatePpm[edge]!, this.view);
      const arriving = arrivingBoundMsat(bounds.leastOutMsat[node]!, inbound);
      const priceMsat = terms.priceOf(direction, 0);
      const weight = arriving + priceMsat + HOP_MSAT;
      channels.push({ node, edge, direction, priceMsat, weight, next: -1 });
    });
    return channels.map((channel, i) => ({
      ...channel,
      next: channels.findIndex((other, j) => j > i && other.node === channel.node),
    }));
  }

  #lastChannels(found: readonly EndDirection[], terms: SpaceTerms): EndChannel[] {
    const { view, endTerms } = this;
    const { snapshot, bounds } = view;
    const offset = this.facts.outgoingChannels;
    const channels: EndChannel[] = [];
    found.forEach(({ direction, maximum }, i) => {
      const edge = offset + i;
      setAnnounced(endTerms, edge, { snapshot, direction });
      const node = snapshot.from(direction);
      const usable = maximum >= terms.amountMsat && endTerms.minMsat[edge]! <= terms.amountMsat;
      if (terms.siblings === 'any')
        raiseToEndSiblings(endTerms, edge, { snapshot, direction, terms });
      endTerms.direction[edge] = direction;
      endTerms.maxMsat[edge] = maximum;
      if (!usable) return;
      const out = outboundFeeNumber(
        endTerms.feeBaseMsat[edge]!,
        endTerms.feeRatePpm[edge]!,
        terms.amountMsat,
      );
      const leaving = leavingBoundMsat(out, {
        leastOutMsat: bounds.leastOutMsat[node]!,
        leastInMsat: bounds.leastInMsat[node]!,
      });
      const priceMsat = terms.priceOf(direction, endTerms.timeLockDelta[edge]!);
      channels.push({
        node,
        edge,
        direction,
        priceMsat,
        weight: leaving + priceMsat + HOP_MSAT,
        next: -1,
      });
    });
    return channels;
  }
}
