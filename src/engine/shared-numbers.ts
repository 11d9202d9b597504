/** Prices and probabilities per direction in shared memory, each copied there once. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { SharedNumbers } from './search-worker.ts';

type PerDirection = Float64Array | ((direction: number) => number);

export class NumbersToShare {
  readonly #known = new WeakMap<PerDirection, { version: GraphSnapshot; shared: SharedNumbers }>();
  #lastId = 0;

  /** A function is asked for every direction of the snapshot. */
  share(given: PerDirection | undefined, snapshot: GraphSnapshot): SharedNumbers | undefined {
    if (given === undefined) return undefined;
    const before = this.#known.get(given);
    if (before !== undefined && before.version === snapshot) return before.shared;
    const directions = 2 * snapshot.channelSlots;
    const length = given instanceof Float64Array ? given.length : directions;
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    const values = new Float64Array(new SharedArrayBuffer(bytes));
    if (given instanceof Float64Array) values.set(given);
    else
      for (let direction = 0; direction < directions; direction++)
        values[direction] = given(direction);
    const shared = { id: ++this.#lastId, values };
    this.#known.set(given, { version: snapshot, shared });
    return shared;
  }
}
