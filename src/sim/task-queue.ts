/**
 * Runs the simulator's steps one after another, never one inside another. Steps without delay run at once and in
 * order, so that a network without delays behaves the same every time, whatever the clock does.
 */
import type { Clock } from '../ports.ts';

export class TaskQueue {
  readonly #clock: Clock;
  readonly #tasks: (() => void)[] = [];
  #draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs the task now, after those already queued, or once the delay has passed. */
  run(task: () => void, delayMs: number): void {
    if (delayMs > 0) {
      void this.#clock.sleep(delayMs).then(() => this.run(task, 0));
      return;
    }
    this.#tasks.push(task);
    this.#drain();
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) task();
    } finally {
      this.#draining = false;
    }
  }
}
