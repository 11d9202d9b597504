/** The clock of the machine that runs Ballast: its wall time may jump, its timers run on. */
import type { Clock, StopSignal } from '../../../src/ports.ts';
import type { Scheduler } from '../scheduler.ts';
import { never, type ProcessLife } from './process-life.ts';

/** What a clock shows, and may be set to. */
export class WallTime {
  readonly #scheduler: Scheduler;
  readonly #startMs: number;
  #offsetMs = 0;

  constructor(scheduler: Scheduler, startMs: number) {
    this.#scheduler = scheduler;
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#scheduler.nowMs + this.#offsetMs;
  }

  jump(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }
}

/** For the network and lnd, which no kill of ours stops. */
export const networkClock = (scheduler: Scheduler, time: WallTime): Clock => ({
  now: () => time.now(),
  sleep: (milliseconds, signal) => sleep(scheduler, { milliseconds, signal, label: 'network' }),
});

export const processClock = (scheduler: Scheduler, time: WallTime, life: ProcessLife): Clock => ({
  now: () => time.now(),
  sleep: (milliseconds, signal) =>
    life.alive ? sleep(scheduler, { milliseconds, signal, label: 'timer', life }) : never(),
});

function sleep(
  scheduler: Scheduler,
  nap: {
    readonly milliseconds: number;
    readonly signal: StopSignal | undefined;
    readonly label: string;
    readonly life?: ProcessLife;
  },
): Promise<void> {
  const { milliseconds, signal, label, life } = nap;
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', interrupt);
      resolve();
    };
    const timer = scheduler.after(milliseconds, label, wake);
    const interrupt = (): void => {
      timer.cancel();
      resolve();
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    life?.onDeath(() => timer.cancel());
  });
}
