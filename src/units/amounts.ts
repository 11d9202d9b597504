/** Amounts: `bigint`, named `...Msat` or `...Sat`. 1 sat is 1,000 msat. */

const MSAT_PER_SAT = 1000n;

/**
 * The largest amount, in msat, that the search handles: 2^52, about 45,036 BTC. Up to here an amount plus a fee
 * stays below 2^53, where every integer is exact in a double. Requests above it are refused with a typed reason.
 */
export const MAX_SEARCH_MSAT: bigint = 2n ** 52n;

/** 1 sat is 1,000 msat; exact for any amount. */
export const satToMsat = (amountSat: bigint): bigint => amountSat * MSAT_PER_SAT;

/** Whole satoshis, rounded down as lnd does in every `*_sat` field (lnd: `lnwire.MilliSatoshi.ToSatoshis`). */
export const msatToSatFloor = (amountMsat: bigint): bigint => amountMsat / MSAT_PER_SAT;

/**
 * A fee as a share of the amount, in parts per million, for showing to people. Limits are never checked against
 * this rounded number; see {@link feeLimitMsat}.
 */
export function feePpm(fee: { feeMsat: bigint; amountMsat: bigint }): number {
  if (fee.amountMsat === 0n) return 0;
  return Number((fee.feeMsat * 1_000_000_000n) / fee.amountMsat) / 1000;
}

/** The most msat that `maxFeePpm` of the amount allows, rounded down; fractions of a ppm count. */
export function feeLimitMsat(limit: { amountMsat: bigint; maxFeePpm: number }): bigint {
  const milliPpm = BigInt(Math.floor(limit.maxFeePpm * 1000));
  return (limit.amountMsat * milliPpm) / 1_000_000_000n;
}
