/** The time by which the journal is dated. */
import type { Clock } from '../ports.ts';

/** A clock that stands still while the one beneath it goes back: a day that is over does not come again. */
export class SteadyClock {
  readonly #beneath: Pick<Clock, 'now'>;
  #latestMs: number;

  constructor(beneath: Pick<Clock, 'now'>) {
    this.#beneath = beneath;
    this.#latestMs = beneath.now();
  }

  now(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#beneath.now());
    return this.#latestMs;
  }

  /** What an earlier process has dated is not ahead of now. */
  notBefore(atMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, atMs);
  }
}
