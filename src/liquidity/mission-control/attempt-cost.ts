/** lnd's price of an attempt that may fail, which its search divides by the probability (lnd: `findPath`). */

export interface AttemptCostTerms {
  /** Price of an attempt whatever its amount. @defaultValue 100,000 msat, lnd's `attemptcost` of 100 sat */
  readonly baseMsat?: number;
  /** What comes on top, in parts per million of the amount. @defaultValue 1,000, lnd's `attemptcostppm` */
  readonly ratePpm?: number;
  /** From -1, lowest fee, to 1, most reliable (lnd's `time_pref`). @defaultValue 0 */
  readonly timePreference?: number;
}

/** Keeps the preference off the ends, where the price would be nothing or without bounds. */
const PREFERENCE_SHARE = 0.9;

/** @throws RangeError for a preference outside -1 to 1. */
export function attemptCostMsat(amountMsat: number, terms: AttemptCostTerms = {}): number {
  const { baseMsat = 100_000, ratePpm = 1000, timePreference = 0 } = terms;
  if (!(Math.abs(timePreference) <= 1)) {
    throw new RangeError(`timePreference must lie between -1 and 1, but is ${timePreference}`);
  }
  const cost = baseMsat + Math.floor((amountMsat * ratePpm) / 1e6);
  return cost * (1 / (0.5 - (PREFERENCE_SHARE * timePreference) / 2) - 1);
}
