/** Planted against promise 2: after a crash nobody looks at what was left unfinished. */
import type { Mutation } from './mutation.ts';

export const forgetfulProcess: Mutation = {
  store: (store) => ({
    commit: (batch) => store.commit(batch),
    records: () => store.records(),
    unfinished: async () => [],
    recordsOf: (key) => store.recordsOf(key),
    feesPaid: () => store.feesPaid(),
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
