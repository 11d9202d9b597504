/** How much less to ask for when the amount finds no route. */
import type { NoRouteReason } from '../pathfinder/request.ts';

/**
 * Where the last peer lacked what it was to hand over, the most that can be received is 1 msat less than that, and the
 * true figure is known to the peer alone: reserves and fee buffers are estimated. Steps of 2 % get there in a few
 * attempts, and half would leave much behind.
 */
const LEAST_STEP = 50n;

export interface ShrinkSituation {
  readonly amountMsat: bigint;
  readonly minAmountMsat: bigint;
  readonly reason: NoRouteReason;
  /** Attempts of this rebalance met pairs that lacked the liquidity. */
  readonly metCeilings: boolean;
  /** The most that may be paid for moving an amount. */
  readonly feeLimitMsat: (amountMsat: bigint) => bigint;
}

/**
 * The next amount to try, or `null` where none is left or no amount would help.
 *
 * Where the reason names what would fit (balances, announced maxima), that is taken. Otherwise, also where that was
 * tried and met the same reason again, the amount is halved. Of a pair that could not carry X nothing more is known than
 * that it carries something below, each amount as likely as another; so an attempt of `a` passes with probability
 * 1 - a / X, and `a` times that, what it can be expected to move, is greatest at X / 2. The minimum itself is always tried before giving up, unless it exceeds what our
 * own channels hold. Amounts are cut to whole satoshis, never below the minimum.
 */
export function shrinkAmount(situation: ShrinkSituation): bigint | null {
  const { amountMsat, minAmountMsat } = situation;
  if (amountMsat <= minAmountMsat) return null;
  const fits = whatFits(situation);
  if (fits === null) return null;
  const less = fits < amountMsat ? fits : amountMsat / 2n;
  const inSat = less - (less % 1000n);
  const next = inSat < minAmountMsat ? minAmountMsat : inSat;
  return next < amountMsat ? next : null;
}

function whatFits(situation: ShrinkSituation): bigint | null {
  const { amountMsat, minAmountMsat, reason, metCeilings, feeLimitMsat } = situation;
  const half = amountMsat / 2n;
  const unlessBelow = (balanceMsat: bigint, fits: bigint): bigint | null =>
    balanceMsat < minAmountMsat ? null : fits;
  switch (reason.code) {
    case 'no_outgoing_balance': {
      const { bestSpendableMsat } = reason;
      return unlessBelow(bestSpendableMsat, withFeeWithin(bestSpendableMsat, feeLimitMsat));
    }
    case 'no_incoming_capacity': {
      const { bestReceivableMsat } = reason;
      const stepMsat = amountMsat - amountMsat / LEAST_STEP;
      const isLittleLess = stepMsat < bestReceivableMsat && bestReceivableMsat < amountMsat;
      return unlessBelow(
        bestReceivableMsat,
        metCeilings && isLittleLess ? stepMsat : bestReceivableMsat,
      );
    }
    case 'amount_out_of_range':
      return unlessBelow(reason.maxMsat, reason.maxMsat);
    case 'amount_too_large':
      return metCeilings && half < reason.payableMsat ? half : reason.payableMsat;
    case 'fee_limit':
    case 'cltv_limit':
    case 'hop_limit':
    case 'onion_limit':
    case 'probability_limit':
    case 'search_budget':
    case 'avoided':
      return half;
    // No amount was found to pass; but the one that passes may be too small a share of this one to be found.
    case 'disconnected':
      return minAmountMsat;
    case 'unknown_node':
    case 'same_peer':
    case 'no_outgoing_channel':
    case 'no_incoming_channel':
      return null;
  }
}

/** The largest amount that, with the most that may be paid for it, does not exceed the balance. */
function withFeeWithin(balanceMsat: bigint, feeLimitMsat: (amountMsat: bigint) => bigint): bigint {
  let [fits, exceeds] = [0n, balanceMsat + 1n];
  while (exceeds - fits > 1n) {
    const amountMsat = (fits + exceeds) / 2n;
    if (amountMsat + feeLimitMsat(amountMsat) <= balanceMsat) fits = amountMsat;
    else exceeds = amountMsat;
  }
  return fits;
}
