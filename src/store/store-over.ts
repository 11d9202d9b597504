/** The methods of a store, over whatever holds its file. */
import type { JournalRecord, Store } from '../ports.ts';
import { checkedSample, samplesOf } from './balance-columns.ts';
import { columnsOf, stateOf } from './belief-columns.ts';
import { checkedDemand } from './demand-rows.ts';
import type { RowSelection } from './journal-file.ts';
import { feesOf, recordOf, rowOf } from './journal-row.ts';
import type { StoreThread } from './store-thread.ts';

const [EARLIEST_MS, LATEST_MS] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** What holds the file: a thread of its own, most often. */
export type FileHolder = Pick<
  StoreThread,
  'ask' | 'read' | 'feesPaid' | 'beliefs' | 'balances' | 'demand'
>;

export function storeOver(thread: FileHolder): Store {
  let closing: Promise<unknown> | undefined;
  const read = async (selection: RowSelection): Promise<JournalRecord[]> =>
    (await thread.read(selection)).map(recordOf);
  return {
    async commit(batch) {
      await thread.ask({ kind: 'write', rows: batch.map(rowOf) });
    },
    records: ({ sinceMs, untilMs } = {}) =>
      read(
        sinceMs === undefined && untilMs === undefined
          ? { kind: 'all' }
          : { kind: 'between', sinceMs: sinceMs ?? EARLIEST_MS, untilMs: untilMs ?? LATEST_MS },
      ),
    unfinished: () => read({ kind: 'unfinished' }),
    recordsOf: (key) =>
      read(
        'rebalanceId' in key
          ? { kind: 'rebalance', rebalanceId: key.rebalanceId }
          : { kind: 'payment', paymentHash: key.paymentHash },
      ),
    async keepBeliefs(beliefs) {
      await thread.ask({ kind: 'keep_beliefs', beliefs: columnsOf(beliefs) });
    },
    beliefs: async () => stateOf(await thread.beliefs()),
    async forgetBeliefs({ beforeMs }) {
      await thread.ask({ kind: 'forget_beliefs', beforeMs });
    },
    async keepBalances(sample) {
      await thread.ask({ kind: 'keep_balances', sample: checkedSample(sample) });
    },
    balances: async ({ sinceMs = 0 } = {}) => samplesOf(await thread.balances(sinceMs)),
    async keepDemand(state) {
      await thread.ask({ kind: 'keep_demand', state: checkedDemand(state) });
    },
    demand: () => thread.demand(),
    feesPaid: async () => (await thread.feesPaid()).map(feesOf),
    async close() {
      // One that has closed itself has nothing left to close.
      closing ??= thread.ask({ kind: 'close' }).catch(() => undefined);
      await closing;
    },
  };
}
