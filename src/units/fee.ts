/**
 * Forwarding fees in bigint, exactly as lnd charges them. `fee-number.ts` is the twin that the search runs on.
 */

/** A node's fee for forwarding out over a channel. Base in msat, rate in parts per million of the amount sent on. */
export interface OutboundFee {
  readonly feeBaseMsat: bigint;
  readonly feeRatePpm: number;
}

/** A node's surcharge or discount for HTLCs that arrive over a channel; negative is a discount. */
export interface InboundFee {
  readonly inboundFeeBaseMsat: bigint;
  readonly inboundFeeRatePpm: number;
}

/** lnd caps an inbound rate to +-1000 % before use (lnd: `graph/db/models/inbound_fee.go`, `CalcFee`). */
export const MAX_INBOUND_RATE_PPM = 10_000_000;

const MILLION = 1_000_000n;

/** base + floor(amount * rate / 1e6) for the amount sent on (BOLT 7; lnd: `ComputeFee`). */
export function outboundFeeMsat(fee: OutboundFee, amountOutMsat: bigint): bigint {
  return fee.feeBaseMsat + (amountOutMsat * BigInt(fee.feeRatePpm)) / MILLION;
}

/**
 * The inbound part of a node's fee, on the amount it sends on plus its outbound fee. The rate's share is truncated
 * toward zero, apart from the base (lnd: `InboundFee.CalcFee`; Go's signed division, which bigint shares).
 */
export function inboundFeeMsat(fee: InboundFee, amountMsat: bigint): bigint {
  const rate = Math.max(
    -MAX_INBOUND_RATE_PPM,
    Math.min(MAX_INBOUND_RATE_PPM, fee.inboundFeeRatePpm),
  );
  return fee.inboundFeeBaseMsat + (amountMsat * BigInt(rate)) / MILLION;
}

/**
 * What a forwarding node keeps: outbound fee of the channel it sends on over plus inbound fee of the channel it
 * received on, never below zero (lnd: `routing/pathfind.go`, `newRoute`).
 */
export function forwardingFeeMsat(fees: {
  readonly outbound: OutboundFee;
  readonly inbound: InboundFee;
  readonly amountOutMsat: bigint;
}): bigint {
  const outMsat = outboundFeeMsat(fees.outbound, fees.amountOutMsat);
  const totalMsat = outMsat + inboundFeeMsat(fees.inbound, fees.amountOutMsat + outMsat);
  return totalMsat > 0n ? totalMsat : 0n;
}
