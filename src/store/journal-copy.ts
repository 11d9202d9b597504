/** A journal that another process may be writing, read from a copy of its file. */
import { constants, rmSync } from 'node:fs';
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../ports.ts';
import { openSqliteStore } from './sqlite.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

/** What a log begins with; its salts change whenever it begins anew (https://sqlite.org/fileformat2.html, 4.1). */
const LOG_HEADER_BYTES = 32;
const MOST_TRIES = 20;

/**
 * Opens a copy, in a folder of its own that only this user may read, and that goes when the store is closed or the
 * process is told to end. The file is neither locked nor changed; what is committed later is not seen. Not for a file
 * that this process has open itself: reading it would drop the lock (https://sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws StoreError as `openSqliteStore` does.
 */
export async function openJournalCopy(path: string): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-journal-'));
  const copy = join(folder, 'journal.db');
  const release = removedBySignals(folder);
  const remove = () => rm(folder, { recursive: true, force: true }).finally(release);
  try {
    await copied(path, copy);
    const store = await openSqliteStore(copy);
    return { ...store, close: () => store.close().finally(remove) };
  } catch (error) {
    await remove();
    throw ofOriginal(error, { path, copy });
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Preimages are in there. The process ends as it would have ended. Returns what takes that back. */
function removedBySignals(folder: string): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    release();
    rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, name);
  };
  const release = (): void => {
    for (const name of SIGNALS) process.off(name, onSignal);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return release;
}

/** What is wrong with the contents is wrong with the file that was copied, and the copy is gone. */
function ofOriginal(
  error: unknown,
  { path, copy }: { readonly path: string; readonly copy: string },
): unknown {
  if (!(error instanceof StoreError) || !ABOUT_CONTENTS.has(error.code)) return error;
  return new StoreError(error.code, error.message.replaceAll(copy, path), { cause: error });
}

const ABOUT_CONTENTS: ReadonlySet<StoreErrorCode> = new Set(['not_a_store', 'too_new', 'corrupt']);

/**
 * The writer moves pages from the log into the file while we copy it. They are in the log as well until it begins anew:
 * a file that was copied meanwhile and the log after it are one state of the journal.
 */
async function copied(path: string, copy: string): Promise<void> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const before = await stateOf(path);
    try {
      await copyFile(path, copy, constants.COPYFILE_FICLONE);
      if (before.log !== '') {
        await copyFile(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE);
      }
    } catch (error) {
      // A log that has gone since is one that began anew.
      if (before.log === '' || !isMissing(error)) throw unreadable(path, error);
    }
    const after = await stateOf(path);
    const same = before.log === after.log && (after.log !== '' || before.file === after.file);
    if (same) return;
    await rm(`${copy}-wal`, { force: true });
  }
  throw new StoreError('locked', `${path} changes faster than it can be copied; try again`);
}

/** The log's header, empty where there is none or it is empty, and what tells whether the file was written. */
async function stateOf(path: string): Promise<{ readonly log: string; readonly file: string }> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return { log: await logHeader(`${path}-wal`), file: `${ino} ${size} ${mtimeNs}` };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function logHeader(path: string): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LOG_HEADER_BYTES), 0);
    return buffer.subarray(0, bytesRead).toString('hex');
  } finally {
    await file.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

function unreadable(path: string, cause: unknown): StoreError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const said = cause instanceof Error ? cause.message : String(cause);
  if (isMissing(cause)) return new StoreError('wrong_path', `there is no file ${path}`, { cause });
  if (code === 'EISDIR') {
    return new StoreError('wrong_path', `${path} is not a file; name a file, such as ballast.db`);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new StoreError('permission_denied', `${path} may not be read by this user`, { cause });
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StoreError(
      'full',
      `no room in ${tmpdir()} for a copy of ${path}; free some space, or set TMPDIR`,
      { cause },
    );
  }
  return new StoreError('io', `${path} cannot be copied: ${said}`, { cause });
}
