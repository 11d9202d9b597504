/** Waiting that ends with a signal, and leaves nothing at a signal that outlives it. */

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** `undefined` where the signal aborts before; what becomes of the work then is of no interest. */
export function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const over = (): void => signal.removeEventListener('abort', stop);
    work.then(resolve, reject).finally(over);
  });
}
