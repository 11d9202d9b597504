/** A thread of the benchmark: answers each unit with its result. */
import { parentPort } from 'node:worker_threads';
import { runUnit, type Unit } from './unit.ts';

parentPort?.on('message', async (unit: Unit) => {
  parentPort?.postMessage(await runUnit(unit));
});
