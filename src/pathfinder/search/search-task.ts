/** What an exact search is asked, and what it answers. */
import type { Meeting } from './bound-search.ts';
import type { ReachAhead } from './reach-ahead.ts';
import type { RequestEdges } from './request-edges.ts';

/** Limits as the search compares them; Infinity where there is none. */
export interface SearchLimits {
  readonly maxFeeMsat: number;
  readonly maxCltvBlocks: number;
  readonly maxHops: number;
  readonly maxOnionBytes: number;
  readonly unlikelihood: UnlikelihoodLimit | undefined;
}

/** A limit on the product of probabilities, as a sum: -ln p in millionths, rounded, so that sums are exact. */
export interface UnlikelihoodLimit {
  readonly max: number;
  readonly of: (direction: number) => number;
}

/** What the exact search needs to know of the way from the start: lower bounds, from a search at the fixed amount. */
export interface StartBounds {
  /** Least that any path pays on its first channel. */
  readonly leastFirstMsat: number;
  /** Lower bound of what a path pays from the start up to and including its arrival at the node. */
  distanceTo(node: number): number;
  /**
   * Sharper, where a search has it: lower bound of the same for a payment of which the node wants to keep so much, with
   * what it then does keep. Without it the node's own figures are added to the distance.
   */
  restMsat?(node: number, keepsMsat: number): number;
  /** Makes distances longer, as far as that helps to tell whether a path costs less. */
  deepen?(belowMsat: number): void;
  /** The way that this bound stands for, where it is known; it may pass a node twice, or one of the rest of the path. */
  wayFor?(node: number, keepsMsat: number): StartWay | undefined;
}

/** From the start to a node: a first channel of the request and edges of the view. */
export interface StartWay {
  readonly first: number;
  readonly edges: readonly number[];
}

/** How a search treats the limits on time lock, hops, onion bytes and probability. */
export type ResourceMode =
  /** Not at all: the best path, which may break them. */
  | 'ignored'
  /** Exactly: labels are compared in them too. */
  | 'compared'
  /** Paths that break them are cut off, but labels are compared by cost alone: quick, and may miss the best. */
  | 'pruned';

export interface SearchTask {
  readonly request: RequestEdges;
  readonly bounds: StartBounds;
  readonly limits: SearchLimits;
  readonly mode: ResourceMode;
  readonly finalCltvDelta: number;
  readonly blockHeight: number;
  /** Labels after which the search gives up. */
  readonly labelBudget: number;
  /** The path that the bound search found, if any; its exact price is the first to beat. */
  readonly meeting: Meeting | undefined;
  /** Only what costs less is of interest. */
  readonly belowMsat: number;
  /** Lower bounds of time lock and hops from the start, by node, where known. */
  readonly ahead?: Pick<ReachAhead, 'blocks' | 'hops'> | undefined;
  /**
   * Search walks, which may pass nodes again but for these, at most `MOST_ONCE_ONLY`. The best walk is the best path if it is one;
   * else the outcome tells what it passes again, to be added here. Without it, only paths are searched.
   */
  readonly onceOnly?: readonly number[];
}

export interface FoundPath {
  /** Index of the first channel, edges of the view, index of the last channel (-1: the first one is also the last). */
  readonly first: number;
  readonly edges: readonly number[];
  readonly last: number;
  readonly sentMsat: number;
  /** Fee, prices, and a trifle per hop. */
  readonly costMsat: number;
}

export interface ExactOutcome {
  readonly best: FoundPath | undefined;
  /** False where the budget ended the search, or amounts could not be compared (a discount steeper than 100 %). */
  readonly complete: boolean;
  /** The budget ended the search. */
  readonly exhausted: boolean;
  readonly labels: number;
  /** Nodes that the best walk passes more than once, where it costs less than the best path found. */
  readonly passedAgain: readonly number[];
}
