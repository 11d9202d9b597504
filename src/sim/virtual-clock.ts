/** A clock that stands still until it is moved, for runs of days that take seconds. */

import type { Clock, StopSignal } from '../ports.ts';
import { OrderedHeap } from './ordered-heap.ts';

interface Sleeper {
  readonly untilMs: number;
  /** Among sleepers of one time, the one that lay down first wakes first. */
  readonly order: number;
  wake: (() => void) | undefined;
}

/** Midnight, 1 January 2026, UTC. */
const DEFAULT_START_MS = 1_767_225_600_000;

/** Time that stands still until it is advanced, so that a week passes in seconds and in the same way each time. */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #heap = new OrderedHeap<Sleeper>(isBefore);

  /** @param startMs Unix milliseconds; default: the beginning of 2026. */
  constructor(startMs: number = DEFAULT_START_MS) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  sleep(milliseconds: number, signal?: StopSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const untilMs = this.#nowMs + Math.max(0, milliseconds);
      const sleeper: Sleeper = { untilMs, order: this.#order++, wake: undefined };
      const wake = (): void => {
        sleeper.wake = undefined;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      sleeper.wake = wake;
      signal?.addEventListener('abort', wake, { once: true });
      this.#heap.push(sleeper);
    });
  }

  /**
   * Lets so much time pass. Who sleeps is woken at its time, one after another, and everything that follows from it
   * without waiting for time or for another process happens before the next.
   */
  async advance(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds;
    // What was started before the call may only now lie down.
    await turn();
    for (;;) {
      const next = this.#heap.first;
      if (next === undefined || next.untilMs > endMs) break;
      this.#heap.pop();
      if (next.wake === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, next.untilMs);
      next.wake();
      await turn();
    }
    this.#nowMs = endMs;
  }
}

const isBefore = (a: Sleeper, b: Sleeper): boolean =>
  a.untilMs === b.untilMs ? a.order < b.order : a.untilMs < b.untilMs;

/** One round of the event loop: all that waits for nothing but its turn has had it. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
