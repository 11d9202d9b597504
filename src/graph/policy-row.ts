/** A policy between its public form, with amounts in bigint, and the columns. */
import type { ChannelPolicy } from '../ports.ts';

/** A policy as the columns hold it: amounts in msat too are numbers, and exact, for none is above 2^53 - 1. */
export interface PolicyRow {
  readonly feeBaseMsat: number;
  readonly feeRatePpm: number;
  readonly timeLockDelta: number;
  readonly minHtlcMsat: number;
  /** Infinity where none was announced. */
  readonly maxHtlcMsat: number;
  readonly disabled: boolean;
  readonly inboundFeeBaseMsat: number;
  readonly inboundFeeRatePpm: number;
  readonly lastUpdate: number;
}

export const policyRow = (policy: ChannelPolicy): PolicyRow => ({
  feeBaseMsat: Number(policy.feeBaseMsat),
  feeRatePpm: policy.feeRatePpm,
  timeLockDelta: policy.timeLockDelta,
  minHtlcMsat: Number(policy.minHtlcMsat),
  maxHtlcMsat: policy.maxHtlcMsat === null ? Number.POSITIVE_INFINITY : Number(policy.maxHtlcMsat),
  disabled: policy.disabled,
  inboundFeeBaseMsat: Number(policy.inboundFeeBaseMsat),
  inboundFeeRatePpm: policy.inboundFeeRatePpm,
  lastUpdate: policy.lastUpdate,
});

export const policyRecord = (row: PolicyRow): ChannelPolicy => ({
  feeBaseMsat: BigInt(row.feeBaseMsat),
  feeRatePpm: row.feeRatePpm,
  timeLockDelta: row.timeLockDelta,
  minHtlcMsat: BigInt(row.minHtlcMsat),
  maxHtlcMsat: row.maxHtlcMsat === Number.POSITIVE_INFINITY ? null : BigInt(row.maxHtlcMsat),
  disabled: row.disabled,
  inboundFeeBaseMsat: BigInt(row.inboundFeeBaseMsat),
  inboundFeeRatePpm: row.inboundFeeRatePpm,
  lastUpdate: row.lastUpdate,
});
