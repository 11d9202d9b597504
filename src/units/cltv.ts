/** Time locks: deltas and limits in blocks, expiries as absolute block heights; both are plain numbers. */

/**
 * lnd refuses to offer or forward an HTLC that expires more than this many blocks ahead
 * (lnd: `DefaultMaxOutgoingCltvExpiry`), so it is the default limit of a whole route.
 */
export const MAX_ROUTE_CLTV_BLOCKS = 2016;

/** lnd fails an HTLC at the receiver below this distance to its expiry (lnd: `FinalCltvRejectDelta`). */
export const FINAL_CLTV_REJECT_DELTA = 19;

/** The smallest `cltv_expiry` that lnd takes for an invoice (lnd: `MinCLTVDelta`, 18 up to 0.20). */
export const MIN_INVOICE_CLTV_DELTA = 24;

/**
 * Final delta that Ballast puts into its own invoices: 40 blocks. Above lnd's minimum of 24 and above the 18 blocks
 * at which a held HTLC is cancelled, with a night's room; half of lnd's default of 80, because a stuck payment
 * locks the liquidity of the whole circle for at least this long.
 */
export const DEFAULT_INVOICE_CLTV_DELTA = 40;

/** Blocks added on top of the invoice's delta, as lnd's own payments do: blocks may be found on the way. */
export const BLOCK_PADDING = 3;
