/** How much less to ask for when the amount finds no route. */
import type { NoRouteReason } from '../pathfinder/request.ts';

export interface ShrinkSituation {
  readonly amountMsat: bigint;
  readonly minAmountMsat: bigint;
  readonly reason: NoRouteReason;
  /** Attempts of this rebalance met pairs that lacked the liquidity. */
  readonly metCeilings: boolean;
  /** The most that may be paid for the present amount. */
  readonly feeLimitMsat: bigint;
}

/**
 * The next amount to try, or `null` where none is left.
 *
 * Where the reason names what would fit (balances, announced maxima), that is taken. Where attempts failed for lack
 * of liquidity, the amount is halved: a pair that could not carry X seldom carries a little less, and halving reaches
 * any minimum in a few steps. The minimum itself is always tried before giving up. Amounts are cut to whole satoshis,
 * never below the minimum.
 */
export function shrinkAmount(situation: ShrinkSituation): bigint | null {
  const { amountMsat, minAmountMsat } = situation;
  if (amountMsat <= minAmountMsat) return null;
  const fits = whatFits(situation);
  if (fits === null || fits < minAmountMsat) return null;
  const inSat = fits - (fits % 1000n);
  const next = inSat < minAmountMsat ? minAmountMsat : inSat;
  return next < amountMsat ? next : null;
}

function whatFits(situation: ShrinkSituation): bigint | null {
  const { amountMsat, minAmountMsat, reason, metCeilings, feeLimitMsat } = situation;
  const half = amountMsat / 2n > minAmountMsat ? amountMsat / 2n : minAmountMsat;
  switch (reason.code) {
    case 'no_outgoing_balance':
      return reason.bestSpendableMsat - feeLimitMsat;
    case 'no_incoming_capacity':
      return reason.bestReceivableMsat;
    case 'amount_out_of_range':
      return reason.maxMsat;
    case 'amount_too_large':
      return metCeilings && half < reason.payableMsat ? half : reason.payableMsat;
    // The ways that remain are too dear, too long, or lack liquidity: a smaller amount may use those that failed.
    case 'fee_limit':
    case 'cltv_limit':
    case 'hop_limit':
    case 'onion_limit':
    case 'search_budget':
    case 'avoided':
      return metCeilings ? half : null;
    case 'unknown_node':
    case 'no_outgoing_channel':
    case 'no_incoming_channel':
    case 'disconnected':
      return null;
  }
}
