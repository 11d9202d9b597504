/** Runs in a worker thread: owns the file of one store, so that waiting for the disk holds up nobody else. */
import { parentPort } from 'node:worker_threads';
import type { FeesRow, JournalRow } from './journal-columns.ts';
import { JournalFile, type RowSelection } from './journal-file.ts';
import type { DatabaseTerms } from './open-database.ts';
import { storeFailure } from './sqlite-failure.ts';
import type { StoreErrorCode } from './store-error.ts';

export type StoreQuestion =
  | { readonly kind: 'open'; readonly terms: DatabaseTerms }
  | { readonly kind: 'write'; readonly rows: readonly JournalRow[] }
  | { readonly kind: 'read'; readonly selection: RowSelection }
  | { readonly kind: 'sum_fees' }
  | { readonly kind: 'close' };

export type AskedQuestion = StoreQuestion & { readonly id: number };

/** A `StoreError` as it crosses threads. */
export interface PostedError {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** What was asked for: records, or sums of fees. */
export type StoredRow = JournalRow | FeesRow;

export interface StoreAnswer {
  readonly id: number;
  readonly rows: readonly StoredRow[];
  readonly error: PostedError | null;
  /** The thread has closed the file and ends. */
  readonly ended: boolean;
}

const port = parentPort;
if (port === null) throw new Error('this module runs in a worker thread; use openSqliteStore');

const waiting: AskedQuestion[] = [];
let path = '';
let file: JournalFile | undefined;

port.on('message', (question: AskedQuestion) => {
  // Whatever else has arrived by then is served in the same turn.
  if (waiting.push(question) === 1) setImmediate(serveAll);
});

/** In order. Writes that wait together share a transaction, and so the one wait for the disk. */
function serveAll(): void {
  const questions = waiting.splice(0);
  while (questions.length > 0) {
    const reads = questions.findIndex((question) => question.kind !== 'write');
    const group = questions.splice(0, reads === 0 ? 1 : reads < 0 ? questions.length : reads);
    if (!serve(group)) {
      port?.close();
      return;
    }
  }
}

/** Whether the thread goes on. */
function serve(group: readonly AskedQuestion[]): boolean {
  let rows: readonly StoredRow[] = [];
  let error: PostedError | null = null;
  let ended = false;
  try {
    rows = perform(group);
    ended = group[0]?.kind === 'close';
  } catch (cause) {
    const { code, message } = storeFailure(cause, path);
    error = { code, message };
    // Whether a write that failed in any other way is in the file shows only when it is read anew.
    ended = code !== 'full' || file === undefined;
    if (ended) closeFile();
  }
  for (const { id } of group) {
    port?.postMessage({ id, rows, error, ended } satisfies StoreAnswer);
  }
  return !ended;
}

function perform(group: readonly AskedQuestion[]): readonly StoredRow[] {
  const writes = group.flatMap((question) => (question.kind === 'write' ? question.rows : []));
  if (writes.length > 0) file?.write(writes);
  const [first] = group;
  switch (first?.kind) {
    case 'open':
      path = first.terms.path;
      file = new JournalFile(first.terms);
      return [];
    case 'read':
      return file?.read(first.selection) ?? [];
    case 'sum_fees':
      return file?.feesPaid() ?? [];
    case 'close':
      closeFile();
      return [];
    case 'write':
    case undefined:
      return [];
  }
}

function closeFile(): void {
  const open = file;
  file = undefined;
  open?.close();
}
