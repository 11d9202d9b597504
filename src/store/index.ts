/** `ballast/store`: where the journal of rebalances is kept. */
export type {
  BalanceSample,
  BeliefRow,
  BeliefState,
  ChannelBalance,
  DemandRow,
  DemandState,
  JournalRecord,
  RecordKey,
  Store,
} from '../ports.ts';
export { memoryStore } from './memory.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
