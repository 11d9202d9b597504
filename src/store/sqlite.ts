/** `ballast/sqlite`: the journal of rebalances, and what they have learnt, in one file on disk. */
import { resolve } from 'node:path';
import type { Store } from '../ports.ts';
import { storeOver } from './store-over.ts';
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

/** What the journal in a file may take. */
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
