/** Time locks: deltas and limits in blocks, expiries as absolute block heights; both are plain numbers. */

/**
 * lnd refuses to offer or forward an HTLC that expires more than this many blocks ahead
 * (lnd: `DefaultMaxOutgoingCltvExpiry`), so it is the default limit of a whole route.
 */
export const MAX_ROUTE_CLTV_BLOCKS = 2016;

/**
 * Final delta that Ballast puts into its own invoices: 40 blocks. lnd takes no less than 24 (`MinCLTVDelta`; 18 up to
 * 0.20), fails an arriving HTLC below 19 (`FinalCltvRejectDelta`) and cancels a held one at 18, so 40 leaves some 20
 * blocks of delay on the way. Half of lnd's default of 80, because a stuck payment locks the liquidity of the whole
 * circle for at least this long.
 */
export const DEFAULT_INVOICE_CLTV_DELTA = 40;

/**
 * The same for hold invoices, above the blocks at which the node gives a held HTLC back: this many are left to look at it
 * and settle. As few as that, for if nobody comes to settle, the whole circle stays locked until then.
 */
export const HOLD_MARGIN_BLOCKS = 10;

/** Least final delta that every lnd takes for its invoices (lnd: `MinCLTVDelta`; 18 up to 0.20). */
export const LEAST_INVOICE_CLTV_DELTA = 24;

/** Blocks added on top of the invoice's delta, as lnd's own payments do: blocks may be found on the way. */
export const BLOCK_PADDING = 3;
