/** What evidence says about a corridor: from both of its directions, each bound with its age. */
import type { CorridorQuery } from './liquidity-model.ts';

/** A bound, and how long ago it was true for certain. */
interface AgingBound {
  readonly msat: number;
  /** Infinity where nothing was ever learnt. */
  readonly ageMs: number;
}

export interface Interval {
  /** At least this much passed. */
  readonly low: AgingBound;
  /** This much did not. */
  readonly high: AgingBound;
}

/** What both ends keep as a reserve, as a share of the capacity; twice BOLT 2's usual 1 %. */
const RESERVES = 0.02;

/**
 * What the opposite direction lacks is on this side: of a single channel both bounds carry over, of parallel ones only
 * that all together lack an amount.
 */
export function intervalOf(query: CorridorQuery, amountMsat: number, nowMs: number): Interval {
  const { capacitiesMsat, evidence, reverse } = query;
  const aging = (msat: number, atMs: number): AgingBound => ({
    msat,
    ageMs: atMs > 0 ? Math.max(0, nowMs - atMs) : Number.POSITIVE_INFINITY,
  });
  let low = aging(evidence.lowMsat, evidence.lowAtMs);
  let high = aging(evidence.highMsat, evidence.highAtMs);
  const capacityMsat = Math.max(...capacitiesMsat);
  const leastMsat = capacityMsat * (1 - RESERVES) - reverse.highMsat;
  if (reverse.highAtMs > 0 && leastMsat > 0) {
    const other = aging(leastMsat, reverse.highAtMs);
    low = tellingMore([low, other], (bound) => bound.msat >= amountMsat);
  }
  if (reverse.lowMsat > 0 && capacitiesMsat.length === 1) {
    const other = aging(capacityMsat - reverse.lowMsat, reverse.lowAtMs);
    high = tellingMore([high, other], (bound) => bound.msat <= amountMsat);
  }
  // Of two that contradict each other the newer one is right.
  if (low.msat < high.msat || !isKnown(low) || !isKnown(high)) return { low, high };
  return low.ageMs < high.ageMs ? { low, high: NOTHING_FAILS } : { low: NOTHING_PASSES, high };
}

const NOTHING_PASSES: AgingBound = { msat: 0, ageMs: Number.POSITIVE_INFINITY };
const NOTHING_FAILS: AgingBound = {
  msat: Number.POSITIVE_INFINITY,
  ageMs: Number.POSITIVE_INFINITY,
};

const isKnown = ({ ageMs }: AgingBound): boolean => ageMs < Number.POSITIVE_INFINITY;

/** One that decides about the amount before one that does not; then the newer one. */
function tellingMore(
  [known, other]: readonly [AgingBound, AgingBound],
  decides: (bound: AgingBound) => boolean,
): AgingBound {
  if (!isKnown(known)) return other;
  const [first, second] = [decides(known), decides(other)];
  if (first !== second) return first ? known : other;
  return other.ageMs < known.ageMs ? other : known;
}
