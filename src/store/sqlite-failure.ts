/** What SQLite's result codes mean for the user (https://sqlite.org/rescode.html). */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from './store-error.ts';

const RESULT = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const;

/** A `StoreError` passes as it is. */
export function storeFailure(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const said = error instanceof Error ? error.message : String(error);
  switch (primaryCode(error)) {
    case RESULT.BUSY:
    case RESULT.LOCKED:
      return locked(path);
    case RESULT.NOTADB:
      return new StoreError(
        'not_a_store',
        `${path} is not a journal of Ballast: it is no SQLite file, or its beginning is damaged. ` +
          'It was left as it is; name another file',
      );
    case RESULT.CORRUPT:
      return corrupt(path, said);
    case RESULT.PERM:
    case RESULT.READONLY:
      return noPermission(path);
    case RESULT.CANTOPEN:
      return pathProblem(path) ?? noPermission(path);
    case RESULT.FULL:
      return new StoreError(
        'full',
        `no room to write to ${path}: nothing of this was written, and what was there is as it was. ` +
          'Free some space on its disk, or raise maxBytes where it is set, and try again',
      );
    default:
      return new StoreError(
        'io',
        `${path} could not be read or written: ${said}. Look after its disk, then open the store ` +
          'again; whether what was being written is in it shows only then',
      );
  }
}

export function corrupt(path: string, detail: string): StoreError {
  return new StoreError(
    'corrupt',
    `${path} is damaged: ${detail.replaceAll('\n', ' ')}. Keep it (\`sqlite3 FILE .recover\` may bring back its preimages), ask the node ` +
      'which payments are under way (`lncli listpayments --include_incomplete`), and go on with a new file or a copy',
  );
}

const locked = (path: string): StoreError =>
  new StoreError(
    'locked',
    `${path} is in use, by another process or by another store of this one. One journal serves one process: ` +
      'stop the other (`lsof FILE` names it), or name another file',
  );

const noPermission = (path: string): StoreError =>
  new StoreError(
    'permission_denied',
    `${path} may not be read and written by this user. The file and its folder must both be writable: ` +
      'change their owner or mode, or name another file',
  );

/** What stands in the way of a file at this path, as far as can be told without opening it. */
export function pathProblem(path: string): StoreError | undefined {
  const folder = dirname(path);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      return new StoreError('wrong_path', `${path} is not a file; name a file, such as ballast.db`);
    }
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      return new StoreError('wrong_path', `there is no folder ${folder}; make it, or name another`);
    }
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return noPermission(path);
    const said = error instanceof Error ? error.message : String(error);
    return new StoreError('wrong_path', `${path} cannot be used: ${said}; name another file`);
  }
  return undefined;
}

/** The lowest byte; the rest says more precisely what went wrong. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
