/**
 * A broadcast that keeps a fixed number of events: who reads too slowly goes on with the oldest that is left, and is not
 * told what was lost (LDK Server: a broadcast channel of 1024).
 */
export class EventRing<T> {
  readonly #capacity: number;
  readonly #events: T[] = [];
  /** Number of the oldest event that is left. */
  #first = 0;
  readonly #waiting = new Set<() => void>();
  #stalled = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  publish(event: T): void {
    this.#events.push(event);
    if (this.#events.length > this.#capacity) {
      this.#events.shift();
      this.#first++;
    }
    this.#wake();
  }

  /** While it is stalled nobody reads, as if every client were too slow. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    this.#wake();
  }

  /** Everything that is published from now on, as far as it is not lost, until the signal aborts. */
  read(signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    return this.#readFrom(this.#first + this.#events.length, signal);
  }

  async *#readFrom(start: number, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
    let next = start;
    while (!signal.aborted) {
      next = Math.max(next, this.#first);
      const event = this.#events[next - this.#first];
      if (this.#stalled || event === undefined) {
        await this.#change(signal);
        continue;
      }
      next++;
      yield event;
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
