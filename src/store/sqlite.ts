/** `ballast/sqlite`: the journal of rebalances, and what they have learnt, in one file on disk. */
import { resolve } from 'node:path';
import type { JournalRecord, Store } from '../ports.ts';
import { checkedSample, samplesOf } from './balance-columns.ts';
import { columnsOf, stateOf } from './belief-columns.ts';
import { checkedDemand } from './demand-rows.ts';
import type { RowSelection } from './journal-file.ts';
import { feesOf, recordOf, rowOf } from './journal-row.ts';
import { StoreThread } from './store-thread.ts';

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
export { StoreError, type StoreErrorCode } from './store-error.ts';

export interface SqliteStoreOptions {
  /**
   * Most bytes that the file may take, so that a disk shared with the node never fills up; the log beside it takes
   * about 4 MB more. Beyond, commits reject with `full`; beliefs, balances and demand do so from three quarters of it.
   * @defaultValue no limit: an attempt takes about 1 KB
   */
  readonly maxBytes?: number;
}

/**
 * Opens the journal in a file of SQLite, or makes a new one that only its owner may read, for preimages are in it. A
 * commit has reached the disk when its promise resolves; commits that are made at the same time share one wait for
 * the disk, in a thread of the store's own. While the store is open a second file, `<path>-wal`, lies beside the
 * first, and both belong together; `close()` leaves one. One process at a time: a second one is refused, and the lock
 * goes with the process that holds it.
 *
 * @throws TypeError or RangeError for arguments that cannot be meant.
 * @throws StoreError for a file that is refused, with the reason as `code`; what it holds is left as it is.
 * @example
 * const store = await openSqliteStore('/home/me/ballast.db');
 * const rebalancer = new Rebalancer({ node, store });
 */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions = {},
): Promise<Store> {
  assertPath(path);
  const { maxBytes } = options;
  if (maxBytes !== undefined && !(Number.isSafeInteger(maxBytes) && maxBytes > 0)) {
    throw new RangeError(`maxBytes must be a positive whole number, but is ${maxBytes}`);
  }
  const thread = new StoreThread();
  await thread.ask({ kind: 'open', terms: { path: resolve(path), maxBytes } });
  return storeOver(thread);
}

const [EARLIEST_MS, LATEST_MS] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

function storeOver(thread: StoreThread): Store {
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

function assertPath(path: unknown): asserts path is string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('path must be that of a file, such as ballast.db');
  }
  if (path === ':memory:') {
    throw new TypeError('a store in memory is memoryStore() of ballast/store; give a path here');
  }
  if (path.startsWith('file:')) {
    throw new TypeError(`${path} is a URL; give a path (fileURLToPath of node:url makes one)`);
  }
}
