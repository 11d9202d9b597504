/**
 * The last events of something that goes on for as long as the process does. Adding never waits for a reader, and what
 * nobody reads does not pile up: a reader begins with the oldest that is kept, and is told how many it has missed.
 */
export class RecentEvents<T> implements AsyncIterable<T> {
  readonly #most: number;
  readonly #missed: (count: number) => T;
  readonly #waiting = new Set<() => void>();
  #kept: T[] = [];
  /** Events before the first one that is kept. */
  #dropped = 0;
  #closed = false;

  /** @param missed Stands in for events that were dropped before a reader came to them. */
  constructor(options: { readonly most: number; readonly missed: (count: number) => T }) {
    this.#most = options.most;
    this.#missed = options.missed;
  }

  add(event: T): void {
    this.#kept.push(event);
    if (this.#kept.length > this.#most) {
      this.#kept.shift();
      this.#dropped++;
    }
    this.#wake();
  }

  /** No more events. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let next = this.#dropped; ; ) {
      const behind = this.#dropped - next;
      if (behind > 0) {
        next = this.#dropped;
        yield this.#missed(behind);
      } else if (next < this.#dropped + this.#kept.length) {
        yield this.#kept[next++ - this.#dropped]!;
      } else if (this.#closed) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
        });
      }
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
