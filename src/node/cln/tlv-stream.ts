/** TLV streams of BOLT 1. */
import { bigSizeBytes } from '../../units/onion-size.ts';

/** The records as a stream, which has them in the order of their types. */
export function writeTlvs(records: ReadonlyMap<bigint, Uint8Array>): Uint8Array {
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  return joined(sorted.flatMap(([type, value]) => [writeBigSize(type), withLength(value)]));
}

/** The bytes behind their number. */
export const withLength = (bytes: Uint8Array): Uint8Array =>
  joined([writeBigSize(BigInt(bytes.length)), bytes]);

/** By how many bytes follow it. */
const MARKS: Readonly<Record<number, number>> = { 2: 0xfd, 4: 0xfe, 8: 0xff };

function writeBigSize(value: bigint): Uint8Array {
  const all = new Uint8Array(9);
  new DataView(all.buffer).setBigUint64(1, value);
  const bytes = all.slice(9 - bigSizeBytes(value));
  const mark = MARKS[bytes.length - 1];
  if (mark !== undefined) bytes[0] = mark;
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * The records by type. `undefined` where the bytes are no TLV stream: cut short, out of order, or with a number that is
 * longer than it needs to be.
 */
export function readTlvs(bytes: Uint8Array): ReadonlyMap<bigint, Uint8Array> | undefined {
  const records = new Map<bigint, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let lastType = -1n;
  for (let at = 0; at < bytes.length; ) {
    const type = readBigSize(view, at);
    const length = type === undefined ? undefined : readBigSize(view, type.end);
    if (type === undefined || length === undefined || type.value <= lastType) return undefined;
    if (length.value > BigInt(bytes.length - length.end)) return undefined;
    at = length.end + Number(length.value);
    records.set(type.value, bytes.slice(length.end, at));
    lastType = type.value;
  }
  return records;
}

/** BigSize, and where it ends; `undefined` where it is cut short or longer than its value needs. */
function readBigSize(view: DataView, at: number): { value: bigint; end: number } | undefined {
  if (at >= view.byteLength) return undefined;
  const first = view.getUint8(at);
  if (first < 0xfd) return { value: BigInt(first), end: at + 1 };
  const end = at + 1 + (first === 0xfd ? 2 : first === 0xfe ? 4 : 8);
  if (end > view.byteLength) return undefined;
  if (first === 0xfd) return atLeast(0xfdn, BigInt(view.getUint16(at + 1)), end);
  if (first === 0xfe) return atLeast(0x1_0000n, BigInt(view.getUint32(at + 1)), end);
  return atLeast(0x1_0000_0000n, view.getBigUint64(at + 1), end);
}

const atLeast = (
  least: bigint,
  value: bigint,
  end: number,
): { value: bigint; end: number } | undefined => (value < least ? undefined : { value, end });
