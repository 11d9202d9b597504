/** What is known of one directed corridor, all channels from one node to another together: types only. */

/**
 * The most that passed and the least that did not, each with its date in milliseconds since the Unix epoch. Amounts are
 * `number`: evidence is an estimate's input and never becomes part of a route.
 */
export interface Evidence {
  /** This much passed, less what has been moved since. 0: nothing is known to pass. */
  readonly lowMsat: number;
  /** 0 where `lowMsat` was never learnt. */
  readonly lowAtMs: number;
  /** This much did not pass. Infinity: nothing is known to fail. 0: it failed whatever the amount. */
  readonly highMsat: number;
  /** 0 where `highMsat` was never learnt. */
  readonly highAtMs: number;
}

export const NO_EVIDENCE: Evidence = {
  lowMsat: 0,
  lowAtMs: 0,
  highMsat: Number.POSITIVE_INFINITY,
  highAtMs: 0,
};
