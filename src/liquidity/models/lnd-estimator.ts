/** What lnd's two estimators have in common: types, and the age of evidence. */
import type { Evidence } from '../evidence.ts';
import type { LiquidityModel } from '../liquidity-model.ts';

/** A model that also knows lnd's rule for the sender's own channels. */
export interface LndEstimator extends LiquidityModel {
  /**
   * Probability of an own channel, whose balance is known: near 1, and less for a while after an unexpected failure,
   * so that it is not tried again at once (lnd: `LocalPairProbability`).
   */
  ownProbability(evidence: Evidence, nowMs: number): number;
}

/** Whether something has been learnt of the corridor: whether lnd has a record of the pair. */
export const isKnown = ({ lowAtMs, highAtMs }: Evidence): boolean => lowAtMs > 0 || highAtMs > 0;

/** Never negative, for a clock may be set back. */
export const ageMs = (atMs: number, nowMs: number): number => Math.max(0, nowMs - atMs);

/** lnd takes parallel channels as one with the capacity of the largest (lnd: `unified_edges.go`, `getEdgeNetwork`). */
export function largestCapacityMsat(capacitiesMsat: readonly number[]): number {
  let largest = 0;
  for (const capacity of capacitiesMsat) if (capacity > largest) largest = capacity;
  return largest;
}
