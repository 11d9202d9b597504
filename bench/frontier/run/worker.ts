/** A thread of the benchmark: answers each unit with its result. */
import { parentPort, workerData } from 'node:worker_threads';
import { openSharedSnapshot, type SharedSnapshot } from '../../../src/graph/shared-snapshot.ts';
import { runUnit, type Unit } from './unit.ts';

const snapshot = openSharedSnapshot(workerData as SharedSnapshot);
parentPort?.on('message', (unit: Unit) => parentPort?.postMessage(runUnit(snapshot, unit)));
