/** The file in which the command keeps its journal. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Store } from '../ports.ts';
import { openSqliteStore } from '../store/sqlite.ts';
import { StoreError } from '../store/store-error.ts';
import type { NodeId } from '../units/ids.ts';
import { UsageError } from './exit-codes.ts';

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

/** @throws UsageError where the file cannot be used; the message says what to do. */
export async function openJournalFile(path: string | undefined, nodeId: NodeId): Promise<Store> {
  if (path !== undefined) return openNamedJournal(path);
  const file = defaultJournalPath(nodeId, process.env);
  return opened(async () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return openSqliteStore(file);
  });
}

/** @throws UsageError as `openJournalFile` does */
export const openNamedJournal = (path: string): Promise<Store> =>
  opened(() => openSqliteStore(path));

async function opened(open: () => Promise<Store>): Promise<Store> {
  try {
    return await open();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof StoreError) && !code.startsWith('E')) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--store: ${message}`, { cause: error });
  }
}
