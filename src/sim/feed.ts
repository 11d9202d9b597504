/** A broadcast to any number of readers, each with its own queue: a slow reader delays nobody and loses nothing. */
import type { StopSignal } from '../ports.ts';

interface Reader<T> {
  readonly queue: T[];
  readonly accepts: (value: T) => boolean;
  wake: (() => void) | undefined;
  closed: boolean;
}

export interface FeedOptions<T> {
  /** Delivered before everything that is published later. */
  readonly first?: readonly T[];
  /** Leaves out later values for which it does not hold. */
  readonly accepts?: (value: T) => boolean;
  /** Ends the iteration after a value for which it holds. */
  readonly isLast?: (value: T) => boolean;
  /** Ends the iteration when it aborts. */
  readonly signal?: StopSignal | undefined;
  /** Called once, however the reading ends. */
  readonly onClose?: () => void;
}

export class Feed<T> {
  readonly #readers = new Set<Reader<T>>();

  /** False: nobody would hear. */
  get hasReaders(): boolean {
    return this.#readers.size > 0;
  }

  publish(value: T): void {
    for (const reader of this.#readers) {
      if (!reader.accepts(value)) continue;
      reader.queue.push(value);
      reader.wake?.();
    }
  }

  /**
   * Registers the reader at once, before the first `next()`, so that nothing published in between is missed. The
   * iterable can be read once.
   */
  subscribe(options: FeedOptions<T> = {}): AsyncIterableIterator<T> {
    const reader: Reader<T> = {
      queue: [...(options.first ?? [])],
      accepts: options.accepts ?? (() => true),
      wake: undefined,
      closed: false,
    };
    this.#readers.add(reader);
    const close = (): void => {
      if (reader.closed) return;
      reader.closed = true;
      this.#readers.delete(reader);
      options.signal?.removeEventListener('abort', close);
      reader.wake?.();
      options.onClose?.();
    };
    if (options.signal?.aborted === true) close();
    else options.signal?.addEventListener('abort', close, { once: true });

    const next = async (): Promise<IteratorResult<T>> => {
      for (;;) {
        if (reader.closed) return { done: true, value: undefined };
        if (reader.queue.length > 0) {
          const value = reader.queue.shift()!;
          if (options.isLast?.(value) === true) close();
          return { done: false, value };
        }
        await new Promise<void>((resolve) => {
          reader.wake = resolve;
        });
        reader.wake = undefined;
      }
    };
    return {
      next,
      return: async (): Promise<IteratorResult<T>> => {
        close();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
