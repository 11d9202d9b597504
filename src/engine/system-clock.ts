/** The machine's own time. */
import type { Clock } from '../ports.ts';

/** Beyond this, timers of JavaScript fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** The machine's own time. A sleep of more than 2^31 - 1 ms ends at once, as timers of JavaScript do. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(milliseconds, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
    });
  },
};
