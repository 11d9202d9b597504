/**
 * The fee arithmetic of `fee.ts` on doubles, for the search. Exact for amounts up to 2^52 msat, base fees and rates
 * up to 2^32 - 1 and inbound rates within +-1e7 ppm, wherever the result is at most 2^52; a larger true result
 * gives a number above 2^52 too, so comparing with the limit still decides right.
 *
 * amount * ppm overflows 2^53, so the amount is split at 1e6: the quotient's product is exact while the result is
 * in range, and the remainder's is below 1e6 * 2^32 < 2^53.
 */
import { MAX_INBOUND_RATE_PPM } from './fee.ts';

const MILLION = 1e6;

/** floor(amount * ratePpm / 1e6) for non-negative arguments. */
export function proportionalFeeNumber(amountMsat: number, ratePpm: number): number {
  const millions = Math.floor(amountMsat / MILLION);
  const rest = amountMsat - millions * MILLION;
  return millions * ratePpm + Math.floor((rest * ratePpm) / MILLION);
}

/** Twin of `outboundFeeMsat`; parameters in the order base (msat), rate (ppm), amount (msat). */
export function outboundFeeNumber(
  baseMsat: number,
  ratePpm: number,
  amountOutMsat: number,
): number {
  return baseMsat + proportionalFeeNumber(amountOutMsat, ratePpm);
}

/** Twin of `inboundFeeMsat`; the share is truncated toward zero. */
export function inboundFeeNumber(baseMsat: number, ratePpm: number, amountMsat: number): number {
  const capped = Math.max(-MAX_INBOUND_RATE_PPM, Math.min(MAX_INBOUND_RATE_PPM, ratePpm));
  const share =
    capped >= 0
      ? proportionalFeeNumber(amountMsat, capped)
      : -proportionalFeeNumber(amountMsat, -capped);
  return baseMsat + share;
}
