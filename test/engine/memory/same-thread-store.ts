/**
 * The store of `ballast/sqlite` without its thread: what is asked is done before the next turn, so that simulated time
 * does not go on meanwhile, and what is kept lies in the file and not on the heap.
 */
import type { Store } from '../../../src/ports.ts';
import { checkedSample, samplesOf } from '../../../src/store/balance-columns.ts';
import { columnsOf, stateOf } from '../../../src/store/belief-columns.ts';
import { checkedDemand } from '../../../src/store/demand-rows.ts';
import { JournalFile } from '../../../src/store/journal-file.ts';
import { feesOf, recordOf, rowOf } from '../../../src/store/journal-row.ts';

export function sameThreadStore(path: string): Store {
  const file = new JournalFile({ path, maxBytes: undefined });
  return {
    commit: async (batch) => file.write(batch.map(rowOf)),
    records: async ({ sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER } = {}) =>
      file.read({ kind: 'between', sinceMs, untilMs }).map(recordOf),
    unfinished: async () => file.read({ kind: 'unfinished' }).map(recordOf),
    recordsOf: async (key) =>
      file
        .read(
          'rebalanceId' in key
            ? { kind: 'rebalance', rebalanceId: key.rebalanceId }
            : { kind: 'payment', paymentHash: key.paymentHash },
        )
        .map(recordOf),
    feesPaid: async () => file.feesPaid().map(feesOf),
    keepBeliefs: async (beliefs) => file.keep([columnsOf(beliefs)]),
    beliefs: async () => stateOf(file.beliefs()),
    forgetBeliefs: async ({ beforeMs }) => file.forget(beforeMs),
    keepBalances: async (sample) => file.keepBalances(checkedSample(sample)),
    balances: async ({ sinceMs = 0 } = {}) => samplesOf(file.balances(sinceMs)),
    keepDemand: async (state) => file.keepDemand(checkedDemand(state)),
    demand: async () => file.demand(),
    close: async () => file.close(),
  };
}
