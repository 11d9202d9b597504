/** The machine's time, for simulations that are watched rather than tested. */
import type { Clock } from '../ports.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      signal?.addEventListener('abort', finish, { once: true });
    }),
};

export const nowNs = (clock: Clock): bigint => BigInt(Math.floor(clock.now())) * 1_000_000n;

export const nowSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000);
