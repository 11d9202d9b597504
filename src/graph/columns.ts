/**
 * The graph's data in typed columns. A channel has one slot, and each slot two directions: direction `2 * slot` runs
 * from node1 to node2 and is governed by node1's policy, direction `2 * slot + 1` runs back. So `direction ^ 1` is
 * the opposite direction, and the inbound fee that a node charges for HTLCs arriving over `direction` stands in the
 * policy of `direction ^ 1`.
 */
import type { ChannelPolicy } from '../ports.ts';
import { type PolicyRow, policyRecord, policyRow } from './policy-row.ts';

export const HAS_POLICY = 1;
export const DISABLED = 2;

/** Columns indexed by channel slot or by direction. Readers must not write to the arrays of a snapshot. */
export class ChannelColumns {
  /** By slot: index of the node at each end, and capacity in sat. */
  node1: Uint32Array;
  node2: Uint32Array;
  capacitySat: Float64Array;
  /** By slot: 1 once the channel was closed. */
  removed: Uint8Array;
  /** By direction. */
  flags: Uint8Array;
  feeBaseMsat: Uint32Array;
  feeRatePpm: Uint32Array;
  timeLockDelta: Uint16Array;
  minHtlcMsat: Float64Array;
  /** Infinity where none was announced. */
  maxHtlcMsat: Float64Array;
  inboundFeeBaseMsat: Int32Array;
  inboundFeeRatePpm: Int32Array;
  lastUpdate: Uint32Array;

  constructor(slots: number) {
    const directions = 2 * slots;
    this.node1 = new Uint32Array(slots);
    this.node2 = new Uint32Array(slots);
    this.capacitySat = new Float64Array(slots);
    this.removed = new Uint8Array(slots);
    this.flags = new Uint8Array(directions);
    this.feeBaseMsat = new Uint32Array(directions);
    this.feeRatePpm = new Uint32Array(directions);
    this.timeLockDelta = new Uint16Array(directions);
    this.minHtlcMsat = new Float64Array(directions);
    this.maxHtlcMsat = new Float64Array(directions);
    this.inboundFeeBaseMsat = new Int32Array(directions);
    this.inboundFeeRatePpm = new Int32Array(directions);
    this.lastUpdate = new Uint32Array(directions);
  }

  get slots(): number {
    return this.node1.length;
  }

  /** A copy of the first `used` slots with room for `slots`. */
  copy({ used, slots }: { used: number; slots: number }): ChannelColumns {
    const copy = new ChannelColumns(slots);
    copy.fill(this, used);
    return copy;
  }

  /** Takes over the first `used` slots of other columns. */
  fill(from: Readonly<ChannelColumns>, used: number): void {
    this.node1.set(from.node1.subarray(0, used));
    this.node2.set(from.node2.subarray(0, used));
    this.capacitySat.set(from.capacitySat.subarray(0, used));
    this.removed.set(from.removed.subarray(0, used));
    const directions = 2 * used;
    this.flags.set(from.flags.subarray(0, directions));
    this.feeBaseMsat.set(from.feeBaseMsat.subarray(0, directions));
    this.feeRatePpm.set(from.feeRatePpm.subarray(0, directions));
    this.timeLockDelta.set(from.timeLockDelta.subarray(0, directions));
    this.minHtlcMsat.set(from.minHtlcMsat.subarray(0, directions));
    this.maxHtlcMsat.set(from.maxHtlcMsat.subarray(0, directions));
    this.inboundFeeBaseMsat.set(from.inboundFeeBaseMsat.subarray(0, directions));
    this.inboundFeeRatePpm.set(from.inboundFeeRatePpm.subarray(0, directions));
    this.lastUpdate.set(from.lastUpdate.subarray(0, directions));
  }

  setPolicy(direction: number, policy: ChannelPolicy | null): void {
    this.setRow(direction, policy === null ? null : policyRow(policy));
  }

  setRow(direction: number, row: PolicyRow | null): void {
    if (row === null) {
      this.clearPolicy(direction);
      return;
    }
    this.flags[direction] = HAS_POLICY | (row.disabled ? DISABLED : 0);
    this.feeBaseMsat[direction] = row.feeBaseMsat;
    this.feeRatePpm[direction] = row.feeRatePpm;
    this.timeLockDelta[direction] = row.timeLockDelta;
    this.minHtlcMsat[direction] = row.minHtlcMsat;
    this.maxHtlcMsat[direction] = row.maxHtlcMsat;
    this.inboundFeeBaseMsat[direction] = row.inboundFeeBaseMsat;
    this.inboundFeeRatePpm[direction] = row.inboundFeeRatePpm;
    this.lastUpdate[direction] = row.lastUpdate;
  }

  /** All zero, so that an absent policy's inbound fee and minimum read as none without a look at the flags. */
  private clearPolicy(direction: number): void {
    this.flags[direction] = 0;
    this.feeBaseMsat[direction] = 0;
    this.feeRatePpm[direction] = 0;
    this.timeLockDelta[direction] = 0;
    this.minHtlcMsat[direction] = 0;
    this.maxHtlcMsat[direction] = 0;
    this.inboundFeeBaseMsat[direction] = 0;
    this.inboundFeeRatePpm[direction] = 0;
    this.lastUpdate[direction] = 0;
  }

  policy(direction: number): ChannelPolicy | null {
    const flags = this.flags[direction]!;
    if ((flags & HAS_POLICY) === 0) return null;
    return policyRecord({
      feeBaseMsat: this.feeBaseMsat[direction]!,
      feeRatePpm: this.feeRatePpm[direction]!,
      timeLockDelta: this.timeLockDelta[direction]!,
      minHtlcMsat: this.minHtlcMsat[direction]!,
      maxHtlcMsat: this.maxHtlcMsat[direction]!,
      disabled: (flags & DISABLED) !== 0,
      inboundFeeBaseMsat: this.inboundFeeBaseMsat[direction]!,
      inboundFeeRatePpm: this.inboundFeeRatePpm[direction]!,
      lastUpdate: this.lastUpdate[direction]!,
    });
  }
}
