/** The thread that answers for forwards, made to stand still or break off by claims that nobody else makes. */
import { parentPort } from 'node:worker_threads';
import type { ToThread } from '../../../src/node/lnd/interceptor-thread.ts';

export const HANG_ID = 999_999n;
export const STALL_ID = 888_888n;
export const CRASH_ID = 777_777n;
const STALL_MS = 1500;

// Only in the thread: the test imports the ids.
if (parentPort !== null) {
  parentPort.on('message', (message: ToThread) => {
    if (message.kind !== 'claim') return;
    const { htlcId } = message.circuit;
    if (htlcId === CRASH_ID) throw new Error('a fault of ours');
    const endMs = Date.now() + STALL_MS;
    while (htlcId === HANG_ID || (htlcId === STALL_ID && Date.now() < endMs));
  });
  await import('../../../src/node/lnd/interceptor-worker.ts');
}
