/** Mutations that know nothing of what the bytes mean. */
import type { SeededRandom } from '../../seeded-random.ts';

/** Lengths and amounts at which arithmetic goes wrong. */
const INTERESTING: readonly bigint[] = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const MOST_REPEATS = 64;
/** Small inputs find most, and many of them are tried in the time that a large one takes. */
const LONGEST = 1 << 17;

export interface MutationGround {
  readonly random: SeededRandom;
  /** A valid input to splice with. */
  readonly other: Uint8Array;
}

type ByteMutation = (bytes: Uint8Array, ground: MutationGround) => Uint8Array;

/** A place in the bytes, and how many of them from there. */
function stretch(bytes: Uint8Array, random: SeededRandom): { at: number; end: number } {
  const at = random.between(0, bytes.length);
  const most = random.chance(0.7) ? 16 : bytes.length;
  return { at, end: Math.min(bytes.length, at + random.between(0, most)) };
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

const flip: ByteMutation = (bytes, { random }) => {
  const copy = bytes.slice();
  for (let i = random.between(1, 8); i > 0; i--) {
    const at = random.between(0, copy.length - 1);
    copy[at] = copy[at]! ^ (1 << random.between(0, 7));
  }
  return copy;
};

const overwrite: ByteMutation = (bytes, { random }) => {
  const copy = bytes.slice();
  const at = random.between(0, copy.length - 1);
  const value = random.pick(INTERESTING);
  const width = random.pick([1, 2, 4, 8]);
  const littleEndian = random.chance(0.2);
  for (let i = 0; i < width; i++) {
    const shift = BigInt(8 * (littleEndian ? i : width - 1 - i));
    if (at + i < copy.length) copy[at + i] = Number((value >> shift) & 0xffn);
  }
  return copy;
};

const truncate: ByteMutation = (bytes, { random }) =>
  random.chance(0.8)
    ? bytes.slice(0, random.between(0, bytes.length))
    : bytes.slice(random.between(0, bytes.length));

const drop: ByteMutation = (bytes, { random }) => {
  const { at, end } = stretch(bytes, random);
  return joined(bytes.subarray(0, at), bytes.subarray(end));
};

const insert: ByteMutation = (bytes, { random }) => {
  const at = random.between(0, bytes.length);
  const noise = Uint8Array.from({ length: random.between(1, 16) }, () => random.between(0, 255));
  return joined(bytes.subarray(0, at), noise, bytes.subarray(at));
};

const repeat: ByteMutation = (bytes, { random }) => {
  const { at, end } = stretch(bytes, random);
  const times = random.between(2, random.chance(0.9) ? 4 : MOST_REPEATS);
  const part = bytes.subarray(at, end);
  const again = Array.from({ length: times }, () => part);
  return joined(bytes.subarray(0, at), ...again, bytes.subarray(end));
};

const splice: ByteMutation = (bytes, { random, other }) =>
  joined(
    bytes.subarray(0, random.between(0, bytes.length)),
    other.subarray(random.between(0, other.length)),
  );

const swap: ByteMutation = (bytes, { random }) => {
  const { at, end } = stretch(bytes, random);
  const to = random.between(end, bytes.length);
  return joined(
    bytes.subarray(0, at),
    bytes.subarray(end, to),
    bytes.subarray(at, end),
    bytes.subarray(to),
  );
};

const MUTATIONS: readonly ByteMutation[] = [
  flip,
  flip,
  overwrite,
  overwrite,
  truncate,
  drop,
  insert,
  repeat,
  splice,
  swap,
];

export function mutateBytes(bytes: Uint8Array, ground: MutationGround): Uint8Array {
  const { random } = ground;
  const mutated =
    bytes.length === 0 ? insert(bytes, ground) : random.pick(MUTATIONS)(bytes, ground);
  return mutated.length > LONGEST ? mutated.slice(0, LONGEST) : mutated;
}
