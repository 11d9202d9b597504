/**
 * Sizes of onion payloads (BOLT 4). All payloads of a route, each with its length prefix and 32-byte HMAC, must fit
 * into 1,300 bytes, and lnd counts at most 27 of them (lnd: `lightning-onion/path.go`; `route.Hop.PayloadSize`).
 */

export const ONION_BYTES = 1300;
export const MAX_ONION_HOPS = 27;

const HMAC_BYTES = 32;
const SHORT_CHANNEL_ID_RECORD_BYTES = 2 + 8;
const PAYMENT_ADDR_BYTES = 32;

/** What a hop's payload carries, as far as its size goes. */
export interface HopPayloadFields {
  readonly amountToForwardMsat: bigint;
  readonly expiry: number;
  /** Absent in the last hop, which forwards nothing. */
  readonly hasNextChannel: boolean;
  /** Total of the MPP record, last hop only. */
  readonly mppTotalMsat?: bigint;
  readonly customRecords?: Iterable<{ readonly type: bigint; readonly valueBytes: number }>;
}

/** Bytes of an unsigned integer without leading zero bytes; zero takes none (BOLT 1, truncated integers). */
function truncatedUintBytes(value: bigint): number {
  let bytes = 0;
  for (let rest = value; rest > 0n; rest >>= 8n) bytes++;
  return bytes;
}

/** Bytes of a BigSize integer (BOLT 1). */
export function bigSizeBytes(value: bigint): number {
  if (value < 0xfdn) return 1;
  if (value < 0x1_0000n) return 3;
  return value < 0x1_0000_0000n ? 5 : 9;
}

const recordBytes = (type: bigint, valueBytes: number): number =>
  bigSizeBytes(type) + bigSizeBytes(BigInt(valueBytes)) + valueBytes;

/** Bytes that one hop takes in the onion: payload, its length prefix, and the HMAC. */
export function hopPayloadBytes(fields: HopPayloadFields): number {
  let payload = recordBytes(2n, truncatedUintBytes(fields.amountToForwardMsat));
  payload += recordBytes(4n, truncatedUintBytes(BigInt(fields.expiry)));
  if (fields.hasNextChannel) payload += SHORT_CHANNEL_ID_RECORD_BYTES;
  if (fields.mppTotalMsat !== undefined) {
    payload += recordBytes(8n, PAYMENT_ADDR_BYTES + truncatedUintBytes(fields.mppTotalMsat));
  }
  for (const record of fields.customRecords ?? []) {
    payload += recordBytes(record.type, record.valueBytes);
  }
  return framedPayloadBytes(payload);
}

/** The share of the last hop: no next channel, and an MPP record of one part with the whole amount. */
export function finalPayloadBytes(amountMsat: bigint, expiry: number): number {
  return hopPayloadBytes({
    amountToForwardMsat: amountMsat,
    expiry,
    hasNextChannel: false,
    mppTotalMsat: amountMsat,
  });
}

/** A payload's share of the onion, given the payload's own length. */
export function framedPayloadBytes(payloadBytes: number): number {
  return bigSizeBytes(BigInt(payloadBytes)) + payloadBytes + HMAC_BYTES;
}

/**
 * The share of a forwarding hop without custom records, in doubles for the search: what `hopPayloadBytes` gives for
 * an amount, an expiry and a next channel. Amounts up to 2^53.
 */
export function forwardingPayloadBytes(amountMsat: number, expiry: number): number {
  return (
    2 +
    uintBytes(amountMsat) +
    2 +
    uintBytes(expiry) +
    SHORT_CHANNEL_ID_RECORD_BYTES +
    1 +
    HMAC_BYTES
  );
}

function uintBytes(value: number): number {
  let bytes = 0;
  for (let rest = value; rest >= 1; rest /= 256) bytes++;
  return bytes;
}
