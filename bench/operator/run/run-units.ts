/** Spreads units over threads; the results stand in the order of the units, whoever was first. */
import { Worker } from 'node:worker_threads';
import { runUnit, type Unit, type UnitResult } from './unit.ts';

export async function runUnits(
  units: readonly Unit[],
  options: { readonly threads: number; readonly finished: (result: UnitResult) => void },
): Promise<UnitResult[]> {
  const results = new Array<UnitResult>(units.length);
  const finish = (at: number, result: UnitResult): void => {
    results[at] = result;
    options.finished(result);
  };
  if (options.threads === 1) {
    for (const [at, unit] of units.entries()) finish(at, await runUnit(unit));
    return results;
  }
  let next = 0;
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    try {
      while (next < units.length) {
        const at = next++;
        finish(at, await answer(worker, units[at]!));
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.threads, units.length) }, thread));
  return results;
}

function answer(worker: Worker, unit: Unit): Promise<UnitResult> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      then();
    };
    const onMessage = (result: UnitResult): void => settle(() => resolve(result));
    const onError = (error: unknown): void => settle(() => reject(error));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(unit);
  });
}
