/** Mutations of a protobuf message that leave it one: fields lost, doubled, swapped, of another type, or out of range. */
import type { SeededRandom } from '../../seeded-random.ts';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

interface Field {
  readonly number: bigint;
  readonly type: number;
  /** As it stands behind the tag; of a BYTES field, what its length counts. */
  readonly value: Uint8Array;
}

const ODD_VARINTS: readonly bigint[] = [
  0n,
  1n,
  127n,
  128n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** `undefined` where the bytes are no message. */
export function mutateProtobuf(bytes: Uint8Array, random: SeededRandom): Uint8Array | undefined {
  const fields = readFields(bytes);
  if (fields === undefined || fields.length === 0) return undefined;
  const at = random.between(0, fields.length - 1);
  const field = fields[at]!;
  const inner = field.type === BYTES && random.chance(0.7) ? within(field, random) : undefined;
  if (inner !== undefined) fields[at] = inner;
  else mutateField(fields, at, random);
  return writeFields(fields);
}

/** In the message that it holds, if that is one. */
function within(field: Field, random: SeededRandom): Field | undefined {
  const value = mutateProtobuf(field.value, random);
  return value === undefined ? undefined : { ...field, value };
}

function mutateField(fields: Field[], at: number, random: SeededRandom): void {
  const field = fields[at]!;
  const draw = random.between(0, 6);
  if (draw === 0) fields.splice(at, 1);
  else if (draw === 1) {
    for (let i = random.pick([1, 1, 3, 200]); i > 0; i--) fields.splice(at, 0, field);
  } else if (draw === 2) fields[at] = { ...field, value: random.pick(fields).value };
  else if (draw === 3) fields[at] = { ...field, number: BigInt(random.between(1, 20)) };
  else fields[at] = { ...field, value: oddValue(field, random) };
}

function oddValue({ type, value }: Field, random: SeededRandom): Uint8Array {
  if (type === VARINT) return varint(random.pick(ODD_VARINTS));
  if (type !== BYTES) return value.map(() => random.between(0, 255));
  const length = random.pick([0, 1, value.length - 1, value.length + 1, 300]);
  return Uint8Array.from({ length: Math.max(0, length) }, (_, i) =>
    random.chance(0.8) ? (value[i] ?? 0x30) : random.between(0, 255),
  );
}

function readFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value >> 3n === 0n) return undefined;
    const type = Number(tag.value & 7n);
    const start = tag.end;
    const count = type === BYTES ? readVarint(bytes, start) : undefined;
    const from = type === BYTES ? count?.end : start;
    const end = endOf({ bytes, type, start, count });
    if (from === undefined || end === undefined || end > bytes.length) return undefined;
    fields.push({ number: tag.value >> 3n, type, value: bytes.slice(from, end) });
    at = end;
  }
  return fields;
}

function endOf(read: {
  readonly bytes: Uint8Array;
  readonly type: number;
  readonly start: number;
  readonly count: { readonly value: bigint; readonly end: number } | undefined;
}): number | undefined {
  switch (read.type) {
    case VARINT:
      return readVarint(read.bytes, read.start)?.end;
    case FIXED64:
      return read.start + 8;
    case FIXED32:
      return read.start + 4;
    case BYTES:
      return read.count === undefined ? undefined : read.count.end + Number(read.count.value);
    default:
      return undefined;
  }
}

function readVarint(bytes: Uint8Array, at: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10 && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
  return undefined;
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function writeFields(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ number, type, value }) => [
    varint((number << 3n) | BigInt(type)),
    ...(type === BYTES ? [varint(BigInt(value.length))] : []),
    value,
  ]);
  return new Uint8Array(Buffer.concat(parts));
}
