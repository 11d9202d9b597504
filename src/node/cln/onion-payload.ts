/**
 * What the nodes of a route are told, byte by byte (BOLT 4, "Payload format"), for `createonion`. `sendpay` writes the
 * same by itself, but without custom records.
 */
import type { Hop, Route } from '../../generated/messages/route.ts';
import { bytesToHex } from '../../units/bytes.ts';
import { tryParseChannelId } from '../../units/ids.ts';
import { withLength, writeTlvs } from './tlv-stream.ts';
import type { Json } from './transport/exact-json.ts';

/** BOLT 4's records of a payload. */
const AMOUNT_TO_FORWARD = 2n;
const OUTGOING_EXPIRY = 4n;
const NEXT_CHANNEL = 6n;
const PAYMENT_DATA = 8n;

/** Types below are the protocol's own. */
export const FIRST_CUSTOM_TYPE = 65_536n;
export const LAST_TYPE: bigint = 2n ** 64n - 1n;

/** One hop as `createonion` takes it. */
export interface OnionHop {
  readonly [name: string]: Json;
  readonly pubkey: string;
  /** Hex, its length before it. */
  readonly payload: string;
}

/** @param route whose hops have channels and keys, and custom records of types that may be theirs */
export const onionHops = ({ hops }: Route): readonly OnionHop[] =>
  hops.map((hop, i) => ({
    pubkey: hop.pubKey,
    payload: bytesToHex(withLength(writeTlvs(records(hop, hops[i + 1])))),
  }));

/** @param next `undefined` for the last hop, which passes nothing on and proves that it knows the invoice */
function records(hop: Hop, next: Hop | undefined): ReadonlyMap<bigint, Uint8Array> {
  const all = new Map(hop.customRecords);
  all.set(AMOUNT_TO_FORWARD, truncated(hop.amtToForwardMsat));
  all.set(OUTGOING_EXPIRY, truncated(BigInt(hop.expiry)));
  if (next !== undefined) all.set(NEXT_CHANNEL, u64(BigInt(tryParseChannelId(next.chanId)!)));
  else if (hop.mppRecord !== undefined) {
    const { paymentAddr, totalAmtMsat } = hop.mppRecord;
    all.set(PAYMENT_DATA, Uint8Array.of(...paymentAddr, ...truncated(totalAmtMsat)));
  }
  return all;
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** Without leading zero bytes (BOLT 1, "tu64"). */
function truncated(value: bigint): Uint8Array {
  const bytes = u64(value);
  const first = bytes.findIndex((byte) => byte !== 0);
  return first === -1 ? new Uint8Array() : bytes.subarray(first);
}
