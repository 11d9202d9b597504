/**
 * One request laid over an amount view: the channels at both ends of the path with what we know of them, and what
 * the request closes or makes dearer. The view itself is never written to.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import { arrivingBoundMsat, HOP_MSAT, leastInboundMsat, leavingBoundMsat } from '../view/bounds.ts';
import { allocateEdges, type EdgeTerms, setAnnounced } from '../view/edge-terms.ts';
import { closedNodes, narrowedEdges, penalisedEdges } from './closed-edges.ts';
import { type EndDirection, EndDirections, largest } from './end-directions.ts';
import type { SpaceTerms } from './space-terms.ts';

/** A channel at an end of the path. */
export interface EndChannel {
  /** The node at its inner end, as the view numbers it; -1 where that node does not forward. */
  readonly node: number;
  /** Index into the space's `endTerms`. */
  readonly edge: number;
  readonly direction: number;
  readonly priceMsat: number;
  /** Its share of the lower bound. */
  readonly weight: number;
  /** It leads from source to target by itself. */
  readonly direct: boolean;
}

/** What the channels at either end could do at best, for explaining a refusal. */
export interface EndFacts {
  readonly outgoingChannels: number;
  readonly bestSpendableMsat: number;
  readonly incomingChannels: number;
  readonly bestReceivableMsat: number;
}

export class RequestSpace {
  readonly view: AmountView;
  /** As the view numbers them; -1 where they cannot forward. */
  readonly source: number;
  readonly target: number;
  readonly first: readonly EndChannel[];
  readonly last: readonly EndChannel[];
  /** Terms of the channels at the ends, by `EndChannel.edge`. */
  readonly endTerms: EdgeTerms;
  readonly facts: EndFacts;
  readonly closedNodes: ReadonlySet<number> | undefined;
  /** Largest amount for edges that the request narrows; -1 for those that it closes. */
  readonly narrowed: ReadonlyMap<number, number> | undefined;
  /** Prices on top, by edge. */
  readonly penalties: ReadonlyMap<number, number> | undefined;

  constructor(view: AmountView, terms: SpaceTerms) {
    const { snapshot, numberOf } = view;
    this.view = view;
    this.source = numberOf[terms.source]!;
    this.target = numberOf[terms.target]!;
    const closed = closedNodes(snapshot, terms.exclude);
    this.closedNodes = closed && new Set([...closed].map((node) => numberOf[node]!));
    this.narrowed = narrowedEdges(view, terms);
    this.penalties = penalisedEdges(view, terms);
    const ends = new EndDirections(snapshot, terms);
    const outgoing = ends.first().filter((at) => closed?.has(snapshot.to(at.direction)) !== true);
    const incoming = ends.last().filter((at) => closed?.has(snapshot.from(at.direction)) !== true);
    this.facts = {
      outgoingChannels: outgoing.length,
      bestSpendableMsat: largest(outgoing),
      incomingChannels: incoming.length,
      bestReceivableMsat: largest(incoming),
    };
    this.endTerms = allocateEdges(outgoing.length + incoming.length);
    this.first = this.#firstChannels(outgoing, terms);
    this.last = this.#lastChannels(incoming, { terms, ends });
  }

  #firstChannels(found: readonly EndDirection[], terms: SpaceTerms): EndChannel[] {
    const { view, endTerms } = this;
    const { snapshot, bounds } = view;
    const channels: EndChannel[] = [];
    found.forEach(({ direction, maximum }, edge) => {
      setAnnounced(endTerms, edge, { snapshot, direction });
      endTerms.maxMsat[edge] = maximum;
      if (maximum < terms.amountMsat) return;
      const direct = snapshot.to(direction) === terms.target;
      const node = direct ? -1 : view.numberOf[snapshot.to(direction)]!;
      const { inboundBaseMsat, inboundRatePpm } = endTerms;
      const inbound = leastInboundMsat(inboundBaseMsat[edge]!, inboundRatePpm[edge]!, view);
      const arriving = node < 0 ? 0 : arrivingBoundMsat(bounds.leastOutMsat[node]!, inbound);
      const priceMsat = terms.priceOf(direction, 0) + (terms.penalties?.get(direction) ?? 0);
      const weight = arriving + priceMsat + HOP_MSAT;
      channels.push({ node, edge, direction, priceMsat, weight, direct });
    });
    return channels;
  }

  #lastChannels(
    found: readonly EndDirection[],
    { terms, ends }: { terms: SpaceTerms; ends: EndDirections },
  ): EndChannel[] {
    const { view, endTerms } = this;
    const { snapshot, bounds } = view;
    const offset = this.facts.outgoingChannels;
    const channels: EndChannel[] = [];
    found.forEach(({ direction, maximum }, i) => {
      const edge = offset + i;
      setAnnounced(endTerms, edge, { snapshot, direction });
      const usable = maximum >= terms.amountMsat && endTerms.minMsat[edge]! <= terms.amountMsat;
      if (terms.siblings === 'any') ends.raiseToSiblings(endTerms, edge, direction);
      endTerms.direction[edge] = direction;
      endTerms.maxMsat[edge] = maximum;
      if (!usable) return;
      const direct = snapshot.from(direction) === terms.source;
      const node = direct ? -1 : view.numberOf[snapshot.from(direction)]!;
      const out = outboundFeeNumber(
        endTerms.feeBaseMsat[edge]!,
        endTerms.feeRatePpm[edge]!,
        terms.amountMsat,
      );
      const leaving =
        node < 0
          ? 0
          : leavingBoundMsat(out, {
              leastOutMsat: bounds.leastOutMsat[node]!,
              leastInMsat: bounds.leastInMsat[node]!,
            });
      const priceMsat =
        terms.priceOf(direction, endTerms.timeLockDelta[edge]!) +
        (terms.penalties?.get(direction) ?? 0);
      const weight = leaving + priceMsat + HOP_MSAT;
      channels.push({ node, edge, direction, priceMsat, weight, direct });
    });
    return channels;
  }
}
