/** `ballast/store`: where the journal of rebalances is kept. */
export type { BeliefRow, BeliefState, JournalRecord, RecordKey, Store } from '../ports.ts';
export { memoryStore } from './memory.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
