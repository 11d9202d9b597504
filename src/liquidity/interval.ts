/** What evidence says about a corridor now: from both of its directions, each fading with its age. */
import type { CorridorQuery } from './liquidity-model.ts';

/** A bound, and the share of channels of which it may still be true. */
interface FadingBound {
  readonly msat: number;
  readonly trust: number;
}

export interface Interval {
  /** At least this much passes. */
  readonly low: FadingBound;
  /** This much does not. */
  readonly high: FadingBound;
}

export interface FadingTerms {
  readonly nowMs: number;
  /** After this time a balance has, with probability 1 - 1/e, become any other. */
  readonly fadingMs: number;
}

/** What both ends keep as a reserve, as a share of the capacity; twice BOLT 2's usual 1 %. */
const RESERVES = 0.02;

/**
 * What the opposite direction lacks is on this side: of a single channel both bounds carry over, of parallel ones only
 * that all together lack an amount.
 */
export function intervalOf(query: CorridorQuery, amountMsat: number, terms: FadingTerms): Interval {
  const { capacitiesMsat, evidence, reverse } = query;
  let low = fading(evidence.lowMsat, evidence.lowAtMs, terms);
  let high = fading(evidence.highMsat, evidence.highAtMs, terms);
  const capacityMsat = Math.max(...capacitiesMsat);
  const leastMsat = capacityMsat * (1 - RESERVES) - reverse.highMsat;
  if (reverse.highAtMs > 0 && leastMsat > 0) {
    const other = fading(leastMsat, reverse.highAtMs, terms);
    low = tellingMore([low, other], (bound) => bound.msat >= amountMsat);
  }
  if (reverse.lowMsat > 0 && capacitiesMsat.length === 1) {
    const other = fading(capacityMsat - reverse.lowMsat, reverse.lowAtMs, terms);
    high = tellingMore([high, other], (bound) => bound.msat <= amountMsat);
  }
  // Of two that contradict each other the newer one is right.
  if (low.msat < high.msat || low.trust === 0 || high.trust === 0) return { low, high };
  return low.trust > high.trust ? { low, high: NOTHING_FAILS } : { low: NOTHING_PASSES, high };
}

const NOTHING_PASSES: FadingBound = { msat: 0, trust: 0 };
const NOTHING_FAILS: FadingBound = { msat: Number.POSITIVE_INFINITY, trust: 0 };

function fading(msat: number, atMs: number, { nowMs, fadingMs }: FadingTerms): FadingBound {
  const trust = atMs > 0 ? Math.exp(-Math.max(0, nowMs - atMs) / fadingMs) : 0;
  return { msat, trust };
}

/** One that decides about the amount before one that does not; then the one that is trusted more. */
function tellingMore(
  [known, other]: readonly [FadingBound, FadingBound],
  decides: (bound: FadingBound) => boolean,
): FadingBound {
  if (known.trust === 0) return other;
  const [first, second] = [decides(known), decides(other)];
  if (first !== second) return first ? known : other;
  return other.trust > known.trust ? other : known;
}
