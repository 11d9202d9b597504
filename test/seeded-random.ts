/** A small seeded generator (mulberry32) for tests that draw whole graphs; the seed alone decides everything. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.between(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

/** The seed of a random test: fixed, unless BALLAST_TEST_SEED asks for another; printed so that it can be replayed. */
export function testSeed(fixed: number): number {
  const asked = process.env['BALLAST_TEST_SEED'];
  const seed = asked === undefined ? fixed : Number(asked);
  process.stdout.write(`seed ${seed} (BALLAST_TEST_SEED=${seed} replays)\n`);
  return seed;
}
