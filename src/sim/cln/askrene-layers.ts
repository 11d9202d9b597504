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
  #reservations: Reservation[] = [];

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

  /** All of the path or nothing; false where one of them is not reserved. */
  unreserve(path: readonly Reservation[]): boolean {
    const left = [...this.#reservations];
    for (const { channelId, direction, amountMsat } of path) {
      const place = left.findIndex(
        (one) =>
          one.channelId === channelId &&
          one.direction === direction &&
          one.amountMsat === amountMsat,
      );
      if (place < 0) return false;
      left.splice(place, 1);
    }
    this.#reservations = left;
    return true;
  }
}
