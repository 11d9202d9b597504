/** Planted against promise 2: the store says that an intent is durable, and has dropped it. */
import type { Mutation } from './mutation.ts';

export const lostIntent: Mutation = {
  store: (store) => ({
    commit: (batch) => store.commit(batch.filter(({ kind }) => kind !== 'intent')),
    records: () => store.records(),
    unfinished: () => store.unfinished(),
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
