/** What askrene is told: amounts that are reserved, and what channels were found to carry (`plugins/askrene`). */
import type { ChannelId } from '../../units/ids.ts';

export interface DirectedChannel {
  readonly channelId: ChannelId;
  readonly direction: 0 | 1;
}

export interface Constraint extends DirectedChannel {
  readonly timestamp: number;
  readonly minimumMsat: bigint | undefined;
  readonly maximumMsat: bigint | undefined;
}

export interface Reservation extends DirectedChannel {
  readonly amountMsat: bigint;
}

export class AskreneLayers {
  readonly #layers = new Map<string, Constraint[]>();
  readonly #reservations: Reservation[] = [];

  get reservations(): readonly Reservation[] {
    return this.#reservations;
  }

  create(layer: string): void {
    if (!this.#layers.has(layer)) this.#layers.set(layer, []);
  }

  /** `undefined` where there is no such layer. */
  constraints(layer: string): readonly Constraint[] | undefined {
    return this.#layers.get(layer);
  }

  names(): readonly string[] {
    return [...this.#layers.keys()];
  }

  /** False where there is no such layer. */
  inform(layer: string, constraint: Constraint): boolean {
    const known = this.#layers.get(layer);
    known?.push(constraint);
    return known !== undefined;
  }

  reserve(path: readonly Reservation[]): void {
    this.#reservations.push(...path);
  }

  /** One after another; those before one that is not reserved are freed. Undefined where all were. */
  unreserve(path: readonly Reservation[]): Reservation | undefined {
    for (const wanted of path) {
      const place = this.#reservations.findIndex(
        (one) => isSameWay(one, wanted) && one.amountMsat === wanted.amountMsat,
      );
      if (place < 0) return wanted;
      this.#reservations.splice(place, 1);
    }
    return undefined;
  }

  /** What all reservations hold of it together. */
  reservedMsat(channel: DirectedChannel): bigint {
    return this.#reservations
      .filter((one) => isSameWay(one, channel))
      .reduce((sum, { amountMsat }) => sum + amountMsat, 0n);
  }
}

const isSameWay = (one: DirectedChannel, other: DirectedChannel): boolean =>
  one.channelId === other.channelId && one.direction === other.direction;
