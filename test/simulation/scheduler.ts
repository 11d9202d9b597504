/**
 * Virtual time and the order of everything that happens in it. What is due at the same millisecond runs in an order
 * drawn from the seed. Between two tasks the engine runs until it waits for the next one.
 */
import { OrderedHeap } from '../../src/sim/ordered-heap.ts';
import type { SeededRandom } from '../../src/sim/random.ts';

interface Task {
  readonly atMs: number;
  /** Drawn: decides among tasks of the same time. */
  readonly lot: number;
  readonly seq: number;
  readonly label: string;
  readonly run: () => void;
  canceled: boolean;
}

export interface Scheduled {
  cancel(): void;
}

export class Scheduler {
  readonly #random: SeededRandom;
  readonly #heap = new OrderedHeap<Task>(isBefore);
  #nowMs = 0;
  #seq = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Milliseconds since the start. */
  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, label: string, run: () => void): Scheduled {
    const atMs = this.#nowMs + Math.max(0, Math.ceil(delayMs));
    const task: Task = {
      atMs,
      lot: this.#random.uint32(),
      seq: this.#seq++,
      label,
      run,
      canceled: false,
    };
    this.#heap.push(task);
    return {
      cancel: () => {
        task.canceled = true;
      },
    };
  }

  /** Runs the next task and tells its label; `undefined` when nothing is left, or nothing until `untilMs`. */
  runNext(untilMs: number = Number.POSITIVE_INFINITY): string | undefined {
    for (;;) {
      const task = this.#heap.first;
      if (task === undefined) return undefined;
      if (!task.canceled && task.atMs > untilMs) return undefined;
      this.#heap.pop();
      if (task.canceled) continue;
      this.#nowMs = task.atMs;
      task.run();
      return task.label;
    }
  }
}

function isBefore(a: Task, b: Task): boolean {
  if (a.atMs !== b.atMs) return a.atMs < b.atMs;
  return a.lot === b.lot ? a.seq < b.seq : a.lot < b.lot;
}

/** Lets everything run that waits for nothing but its turn: one turn of the event loop, whatever that takes. */
export const settleMicrotasks = (): Promise<void> =>
  new Promise((resolve) => setImmediate(resolve));
