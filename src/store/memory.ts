/** A journal in memory: for tests, dry runs, and bots that accept losing track when their process ends. */
import type { JournalRecord, Store } from '../ports.ts';

/**
 * A store that lives as long as the process. It is not durable: after a crash nobody remembers which payments were
 * under way, so follow those through the node, or use a store on disk.
 */
export function memoryStore(): Store {
  const journal: JournalRecord[] = [];
  let closed = false;
  return {
    async commit(batch) {
      if (closed) throw new Error('the store is closed; open a new one before committing to it');
      journal.push(...structuredClone(batch));
    },
    async records() {
      return structuredClone(journal);
    },
    async close() {
      closed = true;
    },
  };
}
