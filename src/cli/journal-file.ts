/** The file in which the command keeps its journal. */
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Store } from '../ports.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { pathProblem } from '../store/sqlite-failure.ts';
import { StoreError } from '../store/store-error.ts';
import type { NodeId } from '../units/ids.ts';
import { UsageError } from './exit-codes.ts';
import { foreignJournal, ownerOf } from './journal-owner.ts';

/**
 * One file for each node, where programs keep their state (XDG Base Directory Specification).
 *
 * @param environment as `process.env`
 */
export function defaultJournalPath(
  nodeId: NodeId,
  environment: { readonly XDG_STATE_HOME?: string | undefined },
): string {
  const { XDG_STATE_HOME } = environment;
  const state =
    XDG_STATE_HOME === undefined || XDG_STATE_HOME === ''
      ? join(homedir(), '.local', 'state')
      : XDG_STATE_HOME;
  return join(state, 'ballast', `${nodeId}.db`);
}

/**
 * The journal of this node, made where there is none.
 *
 * @param path That of the node where it is not given.
 * @throws UsageError where the file cannot be used, or is another node's; the message says what to do.
 */
export async function openJournalFile(path: string | undefined, nodeId: NodeId): Promise<Store> {
  const file = path ?? defaultJournalPath(nodeId, process.env);
  return opened({ named: '--store', path: file }, async () => {
    if (path === undefined) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return ownedBy(nodeId, { path: file, store: await openSqliteStore(file) });
  });
}

/** The same for a command that makes no sense without one. @throws UsageError as `openJournalFile` does, and for a named file that is not there */
export async function openJournalThatIs(path: string | undefined, nodeId: NodeId): Promise<Store> {
  if (path !== undefined && !existsSync(path)) {
    const none = pathProblem(path)?.message ?? `there is no file ${path}`;
    throw new UsageError(`--store: ${none}; name the journal of this node`);
  }
  return openJournalFile(path, nodeId);
}

/** What to say of a file that was named and is not there, where none is to be made. */
export const missingJournal = (path: string): string =>
  pathProblem(path)?.message ?? `there is no file ${path} yet; the first rebalance makes it`;

/** Of whichever node it is. @throws UsageError as `openJournalFile` does */
export const openNamedJournal = (path: string): Promise<Store> =>
  opened({ named: '--store', path }, () => openSqliteStore(path));

/** What SQLite takes for something other than a file. */
const NO_FILE = /^(?::memory:$|file:)/;

/**
 * @param named How the user names the file, for messages.
 * @throws UsageError for what a store or the file system refuses.
 */
export async function opened(
  { named, path }: { readonly named: string; readonly path: string },
  open: () => Promise<Store>,
): Promise<Store> {
  if (NO_FILE.test(path)) {
    throw new UsageError(`${named}: ${path} is no file; give the path of one, such as ballast.db`);
  }
  try {
    return await open();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof StoreError) && !code.startsWith('E')) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${named}: ${message}`, { cause: error });
  }
}

/** The store, which is closed where it is another node's. @throws StoreError */
export async function ownedBy(
  nodeId: NodeId,
  { path, store }: { readonly path: string; readonly store: Store },
): Promise<Store> {
  try {
    const owner = await ownerOf(store, Date.now());
    if (owner === undefined || owner === nodeId) return store;
    throw new StoreError('not_a_store', foreignJournal({ path, owner, nodeId }));
  } catch (error) {
    await store.close();
    throw error;
  }
}
