/** How many attempts the node is asked for: each costs it a payment record, and the network an onion. */

const MINUTE_MS = 60_000;

export class AttemptRate {
  readonly #perMinute: number;
  /** When attempts began; those of the last minute among them. */
  #begun: number[] = [];

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Milliseconds until another attempt may begin; 0: now. */
  pauseMs(nowMs: number): number {
    if (this.#begun.length < this.#perMinute) return 0;
    // What lies ahead of now was counted before the clock was set back.
    this.#begun = this.#begun.filter((atMs) => atMs <= nowMs && nowMs - atMs < MINUTE_MS);
    if (this.#begun.length < this.#perMinute) return 0;
    return this.#begun[this.#begun.length - this.#perMinute]! + MINUTE_MS - nowMs;
  }

  count(nowMs: number): void {
    this.#begun.push(nowMs);
  }
}
