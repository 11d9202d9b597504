/** The columns of the journal's table, less `seq`. */

/** Whole numbers are bigint. */
export interface JournalRow {
  readonly rebalance_id: string;
  readonly kind: string;
  readonly payment_hash: string | null;
  readonly attempt: bigint | null;
  readonly preimage: Uint8Array | null;
  readonly route: Uint8Array | null;
  readonly amount_msat: bigint | null;
  readonly fee_msat: bigint | null;
  readonly outcome: string | null;
  readonly attempt_id: string | null;
  readonly failure: Uint8Array | null;
  readonly reason: string | null;
}

/** What a row has where its kind of record has nothing. */
export const NOTHING: Omit<{ readonly [Name in keyof JournalRow]: null }, 'rebalance_id' | 'kind'> =
  {
    payment_hash: null,
    attempt: null,
    preimage: null,
    route: null,
    amount_msat: null,
    fee_msat: null,
    outcome: null,
    attempt_id: null,
    failure: null,
    reason: null,
  };

export const JOURNAL_COLUMNS: readonly string[] = ['rebalance_id', 'kind', ...Object.keys(NOTHING)];
