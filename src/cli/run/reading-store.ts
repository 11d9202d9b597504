/** A store for a dry run: what is in it is read, and nothing is written. */
import type { Store } from '../../ports.ts';

/**
 * What is unfinished in it is not told: it would be taken back at the node and followed, and a dry run touches nothing.
 */
export function readingStore(store: Store): Store {
  const nothing = async (): Promise<void> => {};
  return {
    commit: nothing,
    keepBeliefs: nothing,
    forgetBeliefs: nothing,
    keepBalances: nothing,
    keepDemand: nothing,
    unfinished: async () => [],
    recordsOf: async () => [],
    records: (options) => store.records(options),
    feesPaid: () => store.feesPaid(),
    beliefs: () => store.beliefs(),
    balances: (options) => store.balances(options),
    demand: () => store.demand(),
    close: () => store.close(),
  };
}
