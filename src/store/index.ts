/** `ballast/store`: where the journal of rebalances is kept. */
export type { JournalRecord, Store } from '../ports.ts';
export { memoryStore } from './memory.ts';
