/**
 * The events of one run, kept so that each reader gets all of them from the first, whenever it begins. Adding never
 * waits for a reader. It is not bounded by itself: a run has a handful of events per attempt, and a limit of attempts.
 */
export class EventRecord<T> implements AsyncIterable<T> {
  readonly #events: T[] = [];
  readonly #waiting = new Set<() => void>();
  #end: { readonly error: unknown } | 'done' | undefined;

  add(event: T): void {
    this.#events.push(event);
    this.#wake();
  }

  /** No more events. With an error, readers get it after the last event. */
  close(failure?: { readonly error: unknown }): void {
    this.#end ??= failure ?? 'done';
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let next = 0; ; ) {
      if (next < this.#events.length) {
        yield this.#events[next++]!;
      } else if (this.#end !== undefined) {
        if (this.#end === 'done') return;
        throw this.#end.error;
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
