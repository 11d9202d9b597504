/**
 * One request laid over an amount view: the channels at both ends of the path with what we know of them, and what
 * the request closes or makes dearer. The view itself is never written to.
 */
import type { AmountView } from '../view/amount-view.ts';
import { closedNodes, narrowedEdges, penalisedEdges } from './closed-edges.ts';
import type { EndChannel, EndChannels } from './end-channels.ts';
import { pathEnds } from './path-ends.ts';
import type { SpaceTerms } from './space-terms.ts';

export type { EndChannel } from './end-channels.ts';

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
  /** It begins and ends at the same node. */
  readonly circular: boolean;
  /**
   * Whether a path may go out to a peer and straight back. Where any sibling may be picked it may not: the peer may
   * hand the payment back over the very channel that it came by, and then its fee is paid and nothing has moved.
   */
  readonly mayTurn: boolean;
  readonly firstEnds: EndChannels;
  readonly lastEnds: EndChannels;
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
    this.circular = terms.source === terms.target;
    this.mayTurn = !this.circular || terms.siblings === 'named';
    const closed = closedNodes(snapshot, terms.exclude);
    this.closedNodes = closed && new Set([...closed].map((node) => numberOf[node]!));
    this.narrowed = narrowedEdges(view, terms);
    this.penalties = penalisedEdges(view, terms);
    const { first, last } = pathEnds(view, terms, closed);
    this.firstEnds = first.ends;
    this.lastEnds = last.ends;
    this.facts = {
      outgoingChannels: first.open,
      bestSpendableMsat: first.bestMsat,
      incomingChannels: last.open,
      bestReceivableMsat: last.bestMsat,
    };
  }

  get first(): readonly EndChannel[] {
    return this.firstEnds.channels;
  }

  get last(): readonly EndChannel[] {
    return this.lastEnds.channels;
  }
}
