/** Loses, repeats and delays the messages of one stream. */
import type { StreamFaults } from './network-records.ts';
import type { SeededRandom } from './random.ts';

/** How many messages later a kept one comes out at most. */
const LONGEST_DELAY = 5;

export class StreamDisorder<T> {
  readonly #faults: StreamFaults;
  readonly #random: SeededRandom;
  #kept: { readonly message: T; left: number }[] = [];

  constructor(faults: Partial<StreamFaults>, random: SeededRandom) {
    this.#faults = { lost: 0, repeated: 0, late: 0, ...faults };
    this.#random = random;
  }

  /** What a reader is told now that this message has come up. */
  pass(message: T): T[] {
    const random = this.#random;
    const told: T[] = [];
    const late = random.chance(this.#faults.late);
    const repeated = random.chance(this.#faults.repeated);
    if (!random.chance(this.#faults.lost)) {
      if (!late) told.push(message);
      for (const keep of [late, repeated]) {
        if (keep) this.#kept.push({ message, left: 1 + random.below(LONGEST_DELAY) });
      }
    }
    const kept = this.#kept;
    this.#kept = [];
    for (const held of kept) {
      if (held.message !== message && --held.left <= 0) told.push(held.message);
      else this.#kept.push(held);
    }
    return told;
  }

  /** What is still kept back. */
  rest(): T[] {
    return this.#kept.splice(0).map(({ message }) => message);
  }
}
