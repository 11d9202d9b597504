/** Planted against promise 3: what earlier processes paid is not counted. */
import type { Mutation } from './mutation.ts';

export const amnesiacLedger: Mutation = {
  store: (store) => ({
    commit: (batch) => store.commit(batch),
    records: () => store.records(),
    unfinished: () => store.unfinished(),
    recordsOf: (key) => store.recordsOf(key),
    feesPaid: async () => [],
    keepBeliefs: (beliefs) => store.keepBeliefs(beliefs),
    beliefs: () => store.beliefs(),
    forgetBeliefs: (options) => store.forgetBeliefs(options),
    keepBalances: (sample) => store.keepBalances(sample),
    balances: (options) => store.balances(options),
    keepDemand: (state) => store.keepDemand(state),
    demand: () => store.demand(),
    close: () => store.close(),
  }),
};
