/** What goes wrong with a journal, sorted by what the user has to do about it. */

/**
 * - `wrong_path`: there is no such folder, or the path is no file's.
 * - `permission_denied`: the file or its folder may not be read and written by us.
 * - `locked`: another process, or another store of this one, has the file open.
 * - `not_a_store`: the file holds something else; it was left as it is.
 * - `too_new`: a newer Ballast wrote it; it was left as it is.
 * - `corrupt`: the file is damaged.
 * - `full`: no room. Nothing of the batch was written, and the store goes on.
 * - `io`: reading or writing failed. The store has closed itself.
 * - `closed`: the store was closed, or has closed itself, before.
 */
export type StoreErrorCode =
  | 'wrong_path'
  | 'permission_denied'
  | 'locked'
  | 'not_a_store'
  | 'too_new'
  | 'corrupt'
  | 'full'
  | 'io'
  | 'closed';

/** The message says what happened and what to do next. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
