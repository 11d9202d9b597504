/** TLV streams of BOLT 1. */

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
