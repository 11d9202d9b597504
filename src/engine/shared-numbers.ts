/** Prices and probabilities per direction in shared memory, each copied there once, and again when prices have moved. */
import { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ReliabilityPrice } from '../pathfinder/pricing.ts';
import type { SharedNumbers, SharedPrices } from './search-worker.ts';

type PerDirection = Float64Array | ((direction: number) => number);

export class NumbersToShare {
  readonly #known = new WeakMap<PerDirection, { version: GraphSnapshot; shared: SharedNumbers }>();
  readonly #prices = new WeakMap<DirectionPrices, SharedPrices>();
  #lastId = 0;

  /** A function is asked for every direction of the snapshot. */
  share(given: PerDirection | undefined, snapshot: GraphSnapshot): SharedNumbers | undefined {
    if (given === undefined) return undefined;
    const before = this.#known.get(given);
    if (before !== undefined && before.version === snapshot) return before.shared;
    const directions = 2 * snapshot.channelSlots;
    const values = sharedValues(given instanceof Float64Array ? given.length : directions);
    if (given instanceof Float64Array) values.set(given);
    else
      for (let direction = 0; direction < directions; direction++)
        values[direction] = given(direction);
    const shared = { id: ++this.#lastId, values };
    this.#known.set(given, { version: snapshot, shared });
    return shared;
  }

  /** Prices that move are copied as they are now, into memory of their own: older questions may still be answered. */
  sharePrices(
    given: ReliabilityPrice | undefined,
    snapshot: GraphSnapshot,
  ): SharedNumbers | SharedPrices | undefined {
    if (!(given instanceof DirectionPrices)) return this.share(given, snapshot);
    const before = this.#prices.get(given);
    const { version } = given;
    if (before?.version === version) return before;
    const values = sharedValues(given.directions);
    values.set(given.values);
    const shared = { id: before?.id ?? ++this.#lastId, version, values };
    this.#prices.set(given, shared);
    return shared;
  }
}

const sharedValues = (length: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
