/** Prices that move while searches use them: each reader learns which ones changed since it last looked. */

/** Changes that are noted, as a share of the directions: beyond, a reader is as quick to read them all. */
const NOTED_SHARE = 1 / 8;
/** Small graphs change as much in an attempt as large ones. */
const FEWEST_NOTED = 64;

/**
 * One price per direction of a snapshot, in whatever unit its reader wants: for a search msat, as
 * `CostTerms.reliability`. It serves all later snapshots with as many channel slots too, for slots keep their meaning.
 *
 * @example
 * const prices = new DirectionPrices(2 * snapshot.channelSlots);
 * findCircularRoute(snapshot, { ...request, cost: { reliability: prices } });
 * prices.set(direction, 25_000); // the next search brings its view up to date, instead of making another one
 */
export class DirectionPrices {
  /** By direction. Written to by `set` only: what is changed past it, searches do not notice. */
  readonly values: Readonly<Float64Array>;
  readonly #values: Float64Array;
  /** Directions of the latest changes: change number n stands at n modulo the length. */
  readonly #noted: Uint32Array;
  #version = 0;

  /**
   * @param first How many directions there are, all at 0, or their prices, which are copied.
   * @throws RangeError for a price that is negative or no number.
   */
  constructor(first: number | Readonly<Float64Array>) {
    this.#values = typeof first === 'number' ? new Float64Array(first) : Float64Array.from(first);
    this.values = this.#values;
    for (let direction = 0; direction < this.#values.length; direction++) {
      assertPrice(direction, this.#values[direction]!);
    }
    const share = Math.floor(this.#values.length * NOTED_SHARE);
    this.#noted = new Uint32Array(Math.max(FEWEST_NOTED, share));
  }

  /** How many directions there are prices for. */
  get directions(): number {
    return this.#values.length;
  }

  /** Grows by one with every change. */
  get version(): number {
    return this.#version;
  }

  /**
   * Nothing happens where the price is the same as before.
   *
   * @param price Not negative; Infinity for a direction that is not to be used.
   * @throws RangeError for any other price, and for a direction that there is not.
   */
  set(direction: number, price: number): void {
    const before = this.#values[direction];
    if (before === undefined) {
      throw new RangeError(`there is no direction ${direction} among ${this.directions} prices`);
    }
    assertPrice(direction, price);
    if (price === before) return;
    this.#values[direction] = price;
    this.#noted[this.#version % this.#noted.length] = direction;
    this.#version++;
  }

  /**
   * The directions whose price has been changed since a version, each as often as it was; `all` where that is too long
   * ago, and every price may be another.
   */
  changedSince(version: number): readonly number[] | 'all' {
    if (this.#version - version > this.#noted.length) return 'all';
    const changed: number[] = [];
    for (let change = version; change < this.#version; change++) {
      changed.push(this.#noted[change % this.#noted.length]!);
    }
    return changed;
  }
}

function assertPrice(direction: number, price: number): void {
  if (price >= 0) return;
  throw new RangeError(`the price of direction ${direction} is ${price}; it must not be negative`);
}
