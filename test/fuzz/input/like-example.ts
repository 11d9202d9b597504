/** Arbitraries that vary an example: what it is made of stays, amounts and names and lengths of lists do not. */
import fc from 'fast-check';

/** The rest of an example is taken as it stands: texts that mean something, such as states. */
export type Example = unknown;

/** Public keys, in the order of their names. */
export const NODES: readonly string[] = ['02aa', '02bb', '03cc', '03dd', '02ee'].map((start) =>
  start.padEnd(66, start.slice(2)),
);

const INTERESTING: readonly bigint[] = [0n, 1n, 999n, 1_000n, 40n, 144n, 21_000_000n, 2n ** 32n];
const MOST = 2n ** 63n - 1n;

const anyUint: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...INTERESTING) },
  { weight: 4, arbitrary: fc.bigInt({ min: 0n, max: 20_000_000_000n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: MOST }) },
);

const NODE_ID = /^0[23][0-9a-f]{64}$/;
const HEX = /^(?:[0-9a-f]{2}){4,}$/;
const DECIMAL = /^[0-9]{1,20}$/;

/** Whole numbers of JSON, which has no bigint, are varied as numbers; real ones stay. */
export function like(example: Example): fc.Arbitrary<unknown> {
  if (typeof example === 'bigint') return fc.oneof(fc.constant(example), anyUint);
  if (typeof example === 'boolean') return fc.boolean();
  if (typeof example === 'number') return likeNumber(example);
  if (typeof example === 'string') return likeText(example);
  if (example instanceof Uint8Array) return likeBytes(example);
  if (example instanceof Map) return fc.constant(example);
  if (Array.isArray(example)) return likeList(example);
  if (typeof example !== 'object' || example === null) return fc.constant(example);
  const fields = Object.entries(example).map(([name, held]) => [name, like(held)] as const);
  return fc.record(Object.fromEntries(fields));
}

/** The same type as the example, for messages that are made from it. */
export const likeMessage = <Message>(example: Message): fc.Arbitrary<Message> =>
  like(example) as fc.Arbitrary<Message>;

function likeNumber(example: number): fc.Arbitrary<number> {
  if (!Number.isInteger(example)) return fc.constant(example);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(example) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x7fff_ffff }) },
  );
}

function likeText(example: string): fc.Arbitrary<string> {
  if (NODE_ID.test(example)) return fc.constantFrom(...NODES, example);
  const same = { weight: 6, arbitrary: fc.constant(example) };
  if (DECIMAL.test(example)) {
    const other = anyUint.map(String);
    return fc.oneof(same, { weight: 3, arbitrary: other });
  }
  if (HEX.test(example)) {
    const other = fc.uint8Array({ minLength: example.length / 2, maxLength: example.length / 2 });
    return fc.oneof(same, {
      weight: 2,
      arbitrary: other.map((bytes) => Buffer.from(bytes).toString('hex')),
    });
  }
  return fc.oneof(same, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) });
}

const likeBytes = (example: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(example) },
    {
      weight: 2,
      arbitrary: fc.uint8Array({ minLength: example.length, maxLength: example.length }),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  );

/** Lists have up to two members of each kind that the example has. */
function likeList(example: readonly unknown[]): fc.Arbitrary<unknown[]> {
  const lists = example.map((item) => fc.array(like(item), { maxLength: 2 }));
  return fc.tuple(...lists).map((parts) => parts.flat());
}

// ---- as bytes

/** Bigints are written as numbers, digit by digit, and bytes as hex. */
export function jsonInput(value: unknown): Uint8Array {
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
  const text = JSON.stringify(value, (_name, held: unknown) => {
    if (typeof held === 'bigint') return rawJSON(String(held));
    return held instanceof Uint8Array ? Buffer.from(held).toString('hex') : held;
  });
  return new TextEncoder().encode(text);
}

export const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

/** The case's own choice of something: its first byte. */
export const chosen = <T>(items: readonly T[], input: Uint8Array): T =>
  items[(input[0] ?? 0) % items.length]!;

export const prefixed = (byte: number, bytes: Uint8Array): Uint8Array => {
  const all = new Uint8Array(bytes.length + 1);
  all[0] = byte;
  all.set(bytes, 1);
  return all;
};

/** Cuts bytes at places that the bytes themselves decide: streams may be cut anywhere. */
export function cut(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = bytes.length + 1;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345 + bytes[at]!) >>> 0;
    const size = (state >>> 16) % 7 === 0 ? (state >>> 8) % 4096 : (state >>> 20) % 24;
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
