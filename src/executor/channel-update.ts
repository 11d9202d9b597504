/** Reads the `channel_update` that a failing node may enclose: what it enforces, in its own words, unverified. */
import type { ChannelUpdate } from '../generated/messages/failure.ts';
import { policyDefect } from '../graph/read-record.ts';
import type { ChannelPolicy } from '../ports.ts';
import type { InboundFee } from '../units/fee.ts';
import type { NodeId } from '../units/ids.ts';
import type { RouteLink, UpdateReading } from './verdict.ts';

/** TLV type under which lnd announces inbound fees (lnd: `lnwire/typed_fee.go`). */
const INBOUND_FEE_TYPE = 55555n;
/** Bits of `message_flags` and `channel_flags` (BOLT 7). */
const HAS_MAXIMUM = 1;
const DIRECTION = 1;
const DISABLED = 2;

/**
 * The update as a record, if it is one that `source` could have made about a channel of its own on this route: the
 * one it was to forward over, or the one it received on, whose policy holds its inbound fee. The signature is not
 * verified, so a caller may use the record for its own route but must not pass it on as the network's word.
 */
export function readChannelUpdate(
  update: ChannelUpdate | undefined,
  failure: { readonly source: NodeId; readonly links: readonly RouteLink[] },
): UpdateReading {
  if (update === undefined) return { kind: 'none' };
  const { source } = failure;
  const link = failure.links.find((l) => l.channelId === update.chanId);
  if (link === undefined || (link.from !== source && link.to !== source)) {
    return refused(
      `it is about channel ${update.chanId}, which ${source} does not have on this route`,
    );
  }
  const other = link.from === source ? link.to : link.from;
  const signer =
    (update.channelFlags & DIRECTION) === 0 ? lesser(source, other) : greater(source, other);
  if (signer !== source) return refused('it describes the direction that the other end governs');
  const inbound = readInboundFee(update.extraOpaqueData);
  if (inbound === undefined) return refused('its extra data is no valid TLV stream');
  const policy: ChannelPolicy = {
    feeBaseMsat: BigInt(update.baseFee),
    feeRatePpm: update.feeRate,
    timeLockDelta: update.timeLockDelta,
    minHtlcMsat: update.htlcMinimumMsat,
    maxHtlcMsat: readMaximum(update),
    disabled: (update.channelFlags & DISABLED) !== 0,
    lastUpdate: update.timestamp,
    ...inbound,
  };
  const defect = policyDefect(policy);
  if (defect !== undefined) return refused(defect);
  return { kind: 'usable', update: { channelId: link.channelId, from: source, policy } };
}

const refused = (reason: string): UpdateReading => ({ kind: 'refused', reason });
const lesser = (a: NodeId, b: NodeId): NodeId => (a < b ? a : b);
const greater = (a: NodeId, b: NodeId): NodeId => (a < b ? b : a);

/** A maximum of 0 reads as absent, as it does in the graph. */
function readMaximum(update: ChannelUpdate): bigint | null {
  if ((update.messageFlags & HAS_MAXIMUM) === 0 || update.htlcMaximumMsat === 0n) return null;
  return update.htlcMaximumMsat;
}

const NO_INBOUND_FEE: InboundFee = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

/** Inbound fee out of a TLV stream: zero where it has none, `undefined` where the bytes are no TLV stream. */
export function readInboundFee(bytes: Uint8Array): InboundFee | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let fee = NO_INBOUND_FEE;
  let lastType = -1n;
  for (let at = 0; at < bytes.length; ) {
    const type = readBigSize(view, at);
    const length = type === undefined ? undefined : readBigSize(view, type.end);
    if (type === undefined || length === undefined || type.value <= lastType) return undefined;
    if (length.value > BigInt(bytes.length - length.end)) return undefined;
    if (type.value === INBOUND_FEE_TYPE) {
      if (length.value !== 8n) return undefined;
      fee = {
        inboundFeeBaseMsat: BigInt(view.getInt32(length.end)),
        inboundFeeRatePpm: view.getInt32(length.end + 4),
      };
    }
    lastType = type.value;
    at = length.end + Number(length.value);
  }
  return fee;
}

/** BigSize of BOLT 1; `undefined` where it is cut short or longer than its value needs. */
function readBigSize(view: DataView, at: number): { value: bigint; end: number } | undefined {
  if (at >= view.byteLength) return undefined;
  const first = view.getUint8(at);
  if (first < 0xfd) return { value: BigInt(first), end: at + 1 };
  const size = first === 0xfd ? 2 : first === 0xfe ? 4 : 8;
  if (at + 1 + size > view.byteLength) return undefined;
  const value =
    size === 2
      ? BigInt(view.getUint16(at + 1))
      : size === 4
        ? BigInt(view.getUint32(at + 1))
        : view.getBigUint64(at + 1);
  const smallest = size === 2 ? 0xfdn : size === 4 ? 0x1_0000n : 0x1_0000_0000n;
  return value < smallest ? undefined : { value, end: at + 1 + size };
}
