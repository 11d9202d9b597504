/** Readings of the node that searches share. */
import type { Clock } from '../ports.ts';
import { type Ground, type GroundParts, readOnce } from './read-ground.ts';
import type { ReleasedClaim, Reservations } from './reservations.ts';

/**
 * Attempts of one rebalance follow each other within milliseconds, and reading height and balances costs lnd more than
 * the attempt: a reading is used again for this long. What other payments of the node change meanwhile is as if they
 * had come a moment later; what rebalances of ours change is known from their claims.
 */
const MAX_AGE_MS = 1000;

export interface Reading {
  readonly ground: Ground;
  /** Claims released since the reading began, up to now: what was read may be older than their end. */
  readonly released: readonly ReleasedClaim[];
}

interface Kept extends Reading {
  readonly beganAtMs: number;
  end(): void;
}

export class GroundReader {
  readonly #parts: GroundParts & { readonly reservations: Reservations; readonly clock: Clock };
  #last: Kept | undefined;
  #running: Promise<Kept> | undefined;
  #next: Promise<Kept> | undefined;

  constructor(parts: GroundParts & { readonly reservations: Reservations; readonly clock: Clock }) {
    this.#parts = parts;
  }

  /**
   * Callers at the same time share a reading that begins after each of them has asked.
   *
   * @param fresh Whether one from before will not do.
   */
  read({ fresh }: { readonly fresh: boolean }): Promise<Reading> {
    const ageMs =
      this.#last === undefined ? Number.NaN : this.#parts.clock.now() - this.#last.beganAtMs;
    if (!fresh && this.#last !== undefined && ageMs >= 0 && ageMs < MAX_AGE_MS) {
      return Promise.resolve(this.#last);
    }
    if (this.#running === undefined) return this.#begin();
    const begin = (): Promise<Kept> => {
      this.#next = undefined;
      return this.#begin();
    };
    this.#next ??= this.#running.then(begin, begin);
    return this.#next;
  }

  #begin(): Promise<Kept> {
    const running = this.#take().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #take(): Promise<Kept> {
    const { reservations, clock } = this.#parts;
    const beganAtMs = clock.now();
    const { released, end } = reservations.beginReading();
    try {
      const ground = await readOnce(this.#parts);
      this.#last?.end();
      this.#last = { ground, released, beganAtMs, end };
      return this.#last;
    } catch (error) {
      end();
      throw error;
    }
  }
}
