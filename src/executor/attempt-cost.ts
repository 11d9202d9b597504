/** What a failed attempt costs its user. */

export interface AttemptCost {
  /** Whatever the amount, msat: some seconds, HTLC slots, and a record in the node's database. */
  readonly attemptCostMsat: bigint;
  /** In parts per million of the amount, for what is locked meanwhile, and for gains that come later. */
  readonly attemptCostPpm: number;
}

/** In msat. */
export const attemptCostOf = (cost: AttemptCost, amountMsat: bigint): number =>
  Number(cost.attemptCostMsat) + (Number(amountMsat) * cost.attemptCostPpm) / 1e6;
