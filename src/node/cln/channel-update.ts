/** BOLT 7's channel_update as it stands on the wire: in gossip_store, and in the failures that nodes send back. */
import type { ChannelUpdate } from '../../generated/messages/failure.ts';
import type { ChannelPolicy } from '../../ports.ts';
import type { InboundFee } from '../../units/fee.ts';
import { ByteReader } from './byte-reader.ts';
import { readTlvs } from './tlv-stream.ts';

/** Wire type of channel_update. */
export const CHANNEL_UPDATE = 258;
const HAS_MAXIMUM = 1;
const DISABLED = 2;

/**
 * @param bytes After the wire type
 * @returns `undefined` where they are too few
 */
export function readChannelUpdate(bytes: Uint8Array): ChannelUpdate | undefined {
  const reader = new ByteReader(bytes);
  const update = {
    signature: reader.bytes(64),
    chainHash: reader.bytes(32),
    chanId: reader.u64().toString(),
    timestamp: reader.u32(),
    messageFlags: reader.u8(),
    channelFlags: reader.u8(),
    timeLockDelta: reader.u16(),
    htlcMinimumMsat: reader.u64(),
    baseFee: reader.u32(),
    feeRate: reader.u32(),
  };
  const htlcMaximumMsat = (update.messageFlags & HAS_MAXIMUM) === 0 ? 0n : reader.u64();
  if (reader.ranOut) return undefined;
  return { ...update, htlcMaximumMsat, extraOpaqueData: reader.rest() };
}

/** TLV type of inbound fees (lnd: `lnwire/typed_fee.go`). */
const INBOUND_FEE = 55555n;

/** As the graph has it. `undefined` where its extra data is no TLV stream: then nobody knows what it announces. */
export function policyOf(update: ChannelUpdate): ChannelPolicy | undefined {
  const inbound = inboundFee(update.extraOpaqueData);
  if (inbound === undefined) return undefined;
  return {
    feeBaseMsat: BigInt(update.baseFee),
    feeRatePpm: update.feeRate,
    timeLockDelta: update.timeLockDelta,
    minHtlcMsat: update.htlcMinimumMsat,
    maxHtlcMsat: update.htlcMaximumMsat === 0n ? null : update.htlcMaximumMsat,
    disabled: (update.channelFlags & DISABLED) !== 0,
    lastUpdate: update.timestamp,
    ...inbound,
  };
}

function inboundFee(bytes: Uint8Array): InboundFee | undefined {
  const none = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };
  const records = readTlvs(bytes);
  if (records === undefined) return undefined;
  const fee = records.get(INBOUND_FEE);
  if (fee === undefined) return none;
  if (fee.length !== 8) return undefined;
  const view = new DataView(fee.buffer, fee.byteOffset, fee.byteLength);
  return { inboundFeeBaseMsat: BigInt(view.getInt32(0)), inboundFeeRatePpm: view.getInt32(4) };
}
