/** What is durable, whoever is alive to know it. */
import type { JournalRecord, Store } from '../../../src/ports.ts';
import { memoryStore } from '../../../src/store/index.ts';

export class JournalDisk {
  readonly #store: Store = memoryStore();
  readonly #records: JournalRecord[] = [];
  /**
   * Rebalances whose beginning or end the store refused: their process takes them for not begun, or has given up to
   * end them, and a new one finds what there is of them.
   */
  readonly leftOpen: Set<string> = new Set();

  /** In the order in which they became durable. */
  get records(): readonly JournalRecord[] {
    return this.#records;
  }

  /** Takes a batch that nobody changes any more. */
  write(batch: readonly JournalRecord[]): void {
    this.#records.push(...batch);
    // Takes the batch at once; only its answer comes later.
    void this.#store.commit(batch);
  }

  refuse(batch: readonly JournalRecord[]): void {
    for (const { kind, rebalanceId } of batch) {
      if (kind === 'start' || kind === 'end') this.leftOpen.add(rebalanceId);
    }
  }

  /** Beliefs, balances and demand that have reached it, and changes of them: nobody depends on those. */
  get beliefs(): Omit<
    Store,
    'commit' | 'records' | 'unfinished' | 'recordsOf' | 'feesPaid' | 'close'
  > {
    return this.#store;
  }

  /** For reading alone. */
  get reader(): Pick<Store, 'records' | 'unfinished' | 'recordsOf' | 'feesPaid'> {
    return this.#store;
  }
}
