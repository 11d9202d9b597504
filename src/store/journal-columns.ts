/** The columns of the journal's table, less `seq`. */

/** Whole numbers are bigint. */
export interface JournalRow {
  readonly rebalance_id: string;
  readonly kind: string;
  readonly at_ms: bigint;
  readonly payment_hash: string | null;
  readonly attempt: bigint | null;
  readonly preimage: Uint8Array | null;
  readonly route: Uint8Array | null;
  readonly block_height: bigint | null;
  readonly amount_msat: bigint | null;
  readonly fee_msat: bigint | null;
  readonly outcome: string | null;
  readonly attempt_id: string | null;
  readonly failure: Uint8Array | null;
  readonly reason: string | null;
  readonly node_id: string | null;
  readonly out_channels: string | null;
  readonly in_channels: string | null;
}

/** Fees of settled attempts, added up. */
export interface FeesRow {
  readonly day: bigint;
  readonly out_channels: string | null;
  readonly in_channels: string | null;
  readonly fee_msat: bigint | null;
}

/** What a row has where its kind of record has nothing. */
export const NOTHING: Omit<
  { readonly [Name in keyof JournalRow]: null },
  'rebalance_id' | 'kind' | 'at_ms'
> = {
  payment_hash: null,
  attempt: null,
  preimage: null,
  route: null,
  block_height: null,
  amount_msat: null,
  fee_msat: null,
  outcome: null,
  attempt_id: null,
  failure: null,
  reason: null,
  node_id: null,
  out_channels: null,
  in_channels: null,
};

export const JOURNAL_COLUMNS: readonly string[] = [
  'rebalance_id',
  'kind',
  'at_ms',
  ...Object.keys(NOTHING),
];
