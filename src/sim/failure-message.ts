/** Failure messages as lnd's RPC delivers them (lnd: `lnrpc/routerrpc/router_backend.go`, `marshallWireError`). */
import type { ChannelUpdate, Failure } from '../generated/messages/failure.ts';
import type { ChannelPolicy } from '../ports.ts';
import { hexToBytes } from '../units/bytes.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { Refusal } from './forwarding-check.ts';

/** Regtest's genesis block hash in internal byte order: nothing here may pass for the real network. */
const CHAIN_HASH = '06226e46111a0b59caaf126043eb5bbf28c34f3a5e332a1fc7b2b73cf188910f';

const MAX_HTLC_PRESENT = 1;
const DIRECTION_BIT = 1;
const DISABLED_BIT = 2;

/** Type 55555 as a BigSize (BOLT 1): marker 0xfd and two bytes. */
const INBOUND_FEE_TYPE = [0xfd, 0xd9, 0x03] as const;
const INBOUND_FEE_LENGTH = 8;

export function failureMessage(parts: {
  refusal: Refusal;
  /** 0 is the sender, i the node of hops[i - 1]. */
  sourceIndex: number;
  update: ChannelUpdate | undefined;
}): Failure {
  const { refusal } = parts;
  return {
    code: refusal.code,
    channelUpdate: refusal.withUpdate ? parts.update : undefined,
    htlcMsat: refusal.htlcMsat ?? 0n,
    onionSha256: new Uint8Array(0),
    cltvExpiry: refusal.cltvExpiry ?? 0,
    flags: 0,
    failureSourceIndex: parts.sourceIndex,
    height: refusal.height ?? 0,
  };
}

/** BOLT 7's channel_update for the direction that leaves `from`; the signature is blank. */
export function channelUpdateMessage(parts: {
  channelId: ChannelId;
  from: NodeId;
  to: NodeId;
  policy: ChannelPolicy;
}): ChannelUpdate {
  const { policy } = parts;
  const direction = parts.from < parts.to ? 0 : DIRECTION_BIT;
  return {
    signature: new Uint8Array(64),
    chainHash: hexToBytes(CHAIN_HASH),
    chanId: parts.channelId,
    timestamp: policy.lastUpdate,
    channelFlags: direction | (policy.disabled ? DISABLED_BIT : 0),
    timeLockDelta: policy.timeLockDelta,
    htlcMinimumMsat: policy.minHtlcMsat,
    baseFee: Number(policy.feeBaseMsat),
    feeRate: policy.feeRatePpm,
    messageFlags: policy.maxHtlcMsat === null ? 0 : MAX_HTLC_PRESENT,
    htlcMaximumMsat: policy.maxHtlcMsat ?? 0n,
    extraOpaqueData: inboundFeeRecord(policy),
  };
}

/** TLV 55555: base and rate as signed 32-bit big endian (lnd: `lnwire/typed_fee.go`); left out where both are 0. */
function inboundFeeRecord(policy: ChannelPolicy): Uint8Array {
  if (policy.inboundFeeBaseMsat === 0n && policy.inboundFeeRatePpm === 0) return new Uint8Array(0);
  const record = new Uint8Array(INBOUND_FEE_TYPE.length + 1 + INBOUND_FEE_LENGTH);
  record.set([...INBOUND_FEE_TYPE, INBOUND_FEE_LENGTH]);
  const value = new DataView(record.buffer, INBOUND_FEE_TYPE.length + 1);
  value.setInt32(0, Number(policy.inboundFeeBaseMsat));
  value.setInt32(4, policy.inboundFeeRatePpm);
  return record;
}
