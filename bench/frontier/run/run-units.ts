/** Spreads units over threads; the results stand in the order of the units, whoever was first. */
import { Worker } from 'node:worker_threads';
import { shareSnapshot } from '../../../src/graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { runUnit, type Unit, type UnitResult } from './unit.ts';

export async function runUnits(
  snapshot: GraphSnapshot,
  units: readonly Unit[],
  options: { readonly threads: number; readonly progress: (done: number) => void },
): Promise<UnitResult[]> {
  const results: UnitResult[] = new Array(units.length);
  let [next, done] = [0, 0];
  const finish = (at: number, result: UnitResult): void => {
    results[at] = result;
    options.progress(++done);
  };
  if (options.threads === 1) {
    for (const [at, unit] of units.entries()) finish(at, runUnit(snapshot, unit));
    return results;
  }
  const shared = shareSnapshot(snapshot);
  const thread = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: shared });
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
