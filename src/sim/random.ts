/**
 * The simulator's only source of chance: xoshiro128** seeded through splitmix32. Small, quick and the same on every
 * machine; not for secrets.
 */

const UINT32 = 0x1_0000_0000;

/** FNV-1a over the text, so that any word can serve as a seed. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function* splitmix32(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    yield (mixed ^ (mixed >>> 16)) >>> 0;
  }
}

const rotateLeft = (value: number, bits: number): number =>
  ((value << bits) | (value >>> (32 - bits))) >>> 0;

export class SeededRandom {
  readonly #seed: string;
  readonly #state: Uint32Array;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    const mixer = splitmix32(hashText(this.#seed));
    this.#state = Uint32Array.from({ length: 4 }, () => mixer.next().value);
  }

  /** An independent stream: drawing from one never shifts another. */
  fork(label: string): SeededRandom {
    return new SeededRandom(`${this.#seed}/${label}`);
  }

  /** Uniform over 0 to 2^32 - 1. */
  uint32(): number {
    const state = this.#state;
    const [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
    const result = Math.imul(rotateLeft(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
    const mixedC = c ^ a;
    const mixedD = d ^ b;
    state[1] = b ^ mixedC;
    state[0] = a ^ mixedD;
    state[2] = mixedC ^ (b << 9);
    state[3] = rotateLeft(mixedD >>> 0, 11);
    return result;
  }

  /** Uniform over [0, 1), with 53 bits. */
  unit(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform whole number from 0 to `bound - 1`. */
  below(bound: number): number {
    if (!(bound >= 1 && bound <= UINT32)) throw new RangeError(`no whole number is below ${bound}`);
    return Math.floor(this.unit() * bound);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() >>> 24);
  }

  /** Fisher-Yates, in place. */
  shuffle(items: unknown[] | Uint32Array): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i]!;
      (items as unknown[])[i] = items[j];
      (items as unknown[])[j] = held;
    }
  }
}
