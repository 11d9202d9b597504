/** A journal in memory: for tests, dry runs, and bots that accept losing track when their process ends. */
import type { JournalRecord, Store } from '../ports.ts';
import { StoreError } from './store-error.ts';

/**
 * A store that lives as long as the process. It is not durable: after a crash nobody remembers which payments were
 * under way, so follow those through the node, or use a store on disk.
 */
export function memoryStore(): Store {
  const journal: JournalRecord[] = [];
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw new StoreError('closed', 'the store is closed; open a new one');
  };
  const those = (are: (record: JournalRecord) => boolean): JournalRecord[] => {
    assertOpen();
    return structuredClone(journal.filter(are));
  };
  return {
    async commit(batch) {
      assertOpen();
      for (const record of structuredClone(batch)) journal.push(record);
    },
    async records() {
      return those(() => true);
    },
    async unfinished() {
      const ends = journal.filter((record) => record.kind === 'end');
      const finished = new Set(ends.map((record) => record.rebalanceId));
      return those((record) => !finished.has(record.rebalanceId));
    },
    async recordsOf(key) {
      if ('rebalanceId' in key) return those((record) => record.rebalanceId === key.rebalanceId);
      return those((record) => 'paymentHash' in record && record.paymentHash === key.paymentHash);
    },
    async close() {
      closed = true;
    },
  };
}
