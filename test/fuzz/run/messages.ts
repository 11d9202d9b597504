/** What the process that runs cases is told, and what it tells. */

export type ToRunner =
  | {
      readonly kind: 'cases';
      /** Module of the target, and its name in there. */
      readonly module: string;
      readonly seed: number;
      readonly from: number;
      readonly count: number;
      /** It ends earlier, between two cases, after so long. `null`: never by the clock. */
      readonly mostMs: number | null;
    }
  /** Runs one given input, for making it smaller. */
  | { readonly kind: 'input'; readonly module: string; readonly hex: string };

export type FromRunner =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'done'; readonly tally: Tally }
  | { readonly kind: 'survived' };

export type FindingKind = 'error' | 'hang' | 'memory' | 'death';

export interface Finding {
  readonly kind: FindingKind;
  readonly what: string;
  readonly signature: string;
  readonly index: number;
  /** The smallest input that was found to do the same. */
  readonly hex: string;
}

export interface Tally {
  readonly cases: number;
  readonly accepted: number;
  readonly longestMs: number;
  /** Largest growth of the heap, and of what lies beside it, in bytes. */
  readonly growthBytes: number;
}

export const NO_CASES: Tally = { cases: 0, accepted: 0, longestMs: 0, growthBytes: 0 };

export const together = (one: Tally, other: Tally): Tally => ({
  cases: one.cases + other.cases,
  accepted: one.accepted + other.accepted,
  longestMs: Math.max(one.longestMs, other.longestMs),
  growthBytes: Math.max(one.growthBytes, other.growthBytes),
});
