/**
 * What a node reads in its part of an onion (BOLT 4, "Payload format"), byte by byte and strictly: a number that is longer
 * than it needs to be is refused as much as one that is cut short.
 */
import type { ChannelId } from '../../units/ids.ts';
import { tryParseChannelId } from '../../units/ids.ts';
import type { MppTerms } from '../route-reader.ts';

export interface OnionPayload {
  readonly amountMsat: bigint;
  readonly expiry: number;
  /** `undefined` for the last node, which passes nothing on. */
  readonly nextChannelId: ChannelId | undefined;
  readonly mpp: MppTerms | null;
  /** By type; with those that neither BOLT 4 nor the reader knows. */
  readonly customRecords: ReadonlyMap<bigint, Uint8Array>;
}

const KNOWN = { amount: 2n, expiry: 4n, channel: 6n, paymentData: 8n };
/** lnd hands on all from here, whatever their parity. */
const FIRST_CUSTOM = 0x10000n;
const SECRET_LENGTH = 32;

export interface ReaderTerms {
  readonly isLast: boolean;
  /** Refuses every even type that it does not know: Core Lightning. lnd takes those that are the sender's own. */
  readonly isStrict: boolean;
}

/** @param framed With its length before it. @returns `undefined` where the node would answer INVALID_ONION_PAYLOAD */
export function readPayload(
  framed: Uint8Array,
  { isLast, isStrict }: ReaderTerms,
): OnionPayload | undefined {
  const bytes = unframed(framed);
  const records = bytes === undefined ? undefined : readRecords(bytes);
  if (records === undefined) return undefined;
  const amountMsat = shortNumber(records.get(KNOWN.amount), 8);
  const expiry = shortNumber(records.get(KNOWN.expiry), 4);
  if (amountMsat === undefined || expiry === undefined) return undefined;
  const channel = records.get(KNOWN.channel);
  if (channel === undefined ? !isLast : channel.length !== 8) return undefined;
  const data = records.get(KNOWN.paymentData);
  const mpp = data === undefined ? null : readMpp(data);
  if (mpp === undefined) return undefined;
  const known = new Set(Object.values(KNOWN));
  const customRecords = new Map([...records].filter(([type]) => !known.has(type)));
  for (const type of customRecords.keys()) {
    if (type % 2n === 0n && (isStrict || type < FIRST_CUSTOM)) return undefined;
  }
  const nextChannelId =
    channel === undefined || isLast ? undefined : tryParseChannelId(String(bigEndian(channel)));
  return { amountMsat, expiry: Number(expiry), nextChannelId, mpp, customRecords };
}

/** The payload behind its length, where it ends with the bytes; lightningd asks for that before it wraps them. */
export function unframed(framed: Uint8Array): Uint8Array | undefined {
  const length = bigSizeAt(framed, 0);
  if (length === undefined || BigInt(framed.length - length.next) !== length.value)
    return undefined;
  return framed.subarray(length.next);
}

function readRecords(bytes: Uint8Array): Map<bigint, Uint8Array> | undefined {
  const records = new Map<bigint, Uint8Array>();
  let last: bigint | undefined;
  let at = 0;
  while (at < bytes.length) {
    const type = bigSizeAt(bytes, at);
    if (type === undefined || (last !== undefined && type.value <= last)) return undefined;
    const length = bigSizeAt(bytes, type.next);
    if (length === undefined) return undefined;
    const end = BigInt(length.next) + length.value;
    if (end > BigInt(bytes.length)) return undefined;
    records.set(type.value, bytes.slice(length.next, Number(end)));
    last = type.value;
    at = Number(end);
  }
  return records;
}

function bigSizeAt(
  bytes: Uint8Array,
  at: number,
): { readonly value: bigint; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 0xfd) return { value: BigInt(first), next: at + 1 };
  const [width, least] = WIDE[first - 0xfd]!;
  const next = at + 1 + width;
  if (next > bytes.length) return undefined;
  const value = bigEndian(bytes.subarray(at + 1, next));
  return value < least ? undefined : { value, next };
}

/** Bytes behind 0xfd, 0xfe and 0xff, and the least number that needs them. */
const WIDE: readonly (readonly [number, bigint])[] = [
  [2, 0xfdn],
  [4, 0x10000n],
  [8, 0x1_0000_0000n],
];

/** Without zero bytes in front (BOLT 1, tu32 and tu64). */
function shortNumber(bytes: Uint8Array | undefined, mostBytes: number): bigint | undefined {
  if (bytes === undefined || bytes.length > mostBytes || bytes[0] === 0) return undefined;
  return bigEndian(bytes);
}

const bigEndian = (bytes: Uint8Array): bigint =>
  bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

function readMpp(data: Uint8Array): MppTerms | undefined {
  const totalMsat = shortNumber(data.subarray(SECRET_LENGTH), 8);
  if (data.length < SECRET_LENGTH || totalMsat === undefined) return undefined;
  return { paymentAddr: data.slice(0, SECRET_LENGTH), totalMsat };
}
