/** Opens the file of a store, or refuses with a reason. */
import { closeSync, existsSync, openSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { APPLICATION_ID, fileIdentity, MIGRATIONS, migrate, schemaDefect } from './schema.ts';
import { corrupt, pathProblem, storeFailure } from './sqlite-failure.ts';
import { StoreError } from './store-error.ts';

export interface DatabaseTerms {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number | undefined;
}

/** A process that is just ending may hold its lock for a moment more. */
const LOCK_WAIT_MS = 500;

/**
 * Takes the file for itself for as long as it is open: the lock is the operating system's, and goes with the process,
 * however that ends.
 *
 * @throws StoreError for a file that is not, or cannot be, a journal of ours.
 */
export function openDatabase(
  { path, maxBytes }: DatabaseTerms,
  migrations: readonly string[] = MIGRATIONS,
): DatabaseSync {
  const problem = pathProblem(path);
  if (problem !== undefined) throw problem;
  let database: DatabaseSync | undefined;
  try {
    createPrivately(path);
    database = new DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}; PRAGMA locking_mode = EXCLUSIVE`);
    if (maxBytes !== undefined) limitSize(database, maxBytes);
    database.exec('BEGIN EXCLUSIVE');
    assertOurs(database, path, migrations.length);
    assertSound(database, path);
    migrate(database, fileIdentity(database).version, migrations);
    const defect = schemaDefect(database, migrations);
    if (defect !== undefined) throw corrupt(path, defect);
    database.exec('COMMIT');
    makeDurable(database);
    return database;
  } catch (error) {
    // Closing rolls back. It must not touch what we refuse, nor keep the lock.
    database?.close();
    throw storeFailure(error, path);
  }
}

/** As many links as Linux follows. */
const MOST_LINKS = 40;

/** Preimages are in there. The files that SQLite puts beside it take over its mode. */
function createPrivately(path: string, links = 0): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // A link that leads to nothing yet: SQLite would make its file, for all to read.
    if (code === 'EEXIST' && !existsSync(path) && links < MOST_LINKS) {
      createPrivately(resolve(dirname(path), readlinkSync(path)), links + 1);
      return;
    }
    // Otherwise SQLite will say what is wrong. A file that is there is not opened here: closing it would
    // drop the lock of a store that this process has open on it (https://sqlite.org/howtocorrupt.html, 2.2).
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StoreError('full', `no room to make ${path}; free some space on its disk`);
    }
  }
}

function limitSize(database: DatabaseSync, maxBytes: number): void {
  const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
}

function assertOurs(database: DatabaseSync, path: string, newest: number): void {
  const { applicationId, version, tables } = fileIdentity(database);
  const empty = tables === 0 && version === 0 && applicationId === 0;
  if (applicationId !== APPLICATION_ID && !empty) {
    throw new StoreError(
      'not_a_store',
      `${path} is another program's SQLite file. It was left as it is; name another file`,
    );
  }
  if (version > newest) {
    throw new StoreError(
      'too_new',
      `${path} has version ${version}, and this Ballast knows versions up to ${newest}. It was left as it is; ` +
        'install the newer Ballast that wrote it',
    );
  }
}

function assertSound(database: DatabaseSync, path: string): void {
  const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {});
  if (found[0] !== 'ok') throw corrupt(path, String(found[0]));
}

/** A commit is on the disk when it returns; `fullfsync` is for macOS, whose fsync leaves it in the drive's cache. */
function makeDurable(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
  if (mode !== 'wal') throw new Error(`its journal mode is ${String(mode)} instead of WAL`);
  database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON');
}
