/** Runs in a worker thread: owns the file of one store, so that waiting for the disk holds up nobody else. */
import { parentPort } from 'node:worker_threads';
import type { BalanceSample, DemandState } from '../ports.ts';
import type { BalanceColumns } from './balance-columns.ts';
import type { BeliefColumns } from './belief-columns.ts';
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
  | { readonly kind: 'keep_beliefs'; readonly beliefs: BeliefColumns }
  | { readonly kind: 'read_beliefs' }
  | { readonly kind: 'forget_beliefs'; readonly beforeMs: number }
  | { readonly kind: 'keep_balances'; readonly sample: BalanceSample }
  | { readonly kind: 'read_balances'; readonly sinceMs: number }
  | { readonly kind: 'keep_demand'; readonly state: DemandState }
  | { readonly kind: 'read_demand' }
  | { readonly kind: 'close' };

export type AskedQuestion = StoreQuestion & { readonly id: number };

/** A `StoreError` as it crosses threads. */
export interface PostedError {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** What was asked for: records, sums of fees, beliefs, balances or demand; `null` where nothing was. */
export type StoredAnswer =
  | readonly JournalRow[]
  | readonly FeesRow[]
  | BeliefColumns
  | BalanceColumns
  | DemandState
  | null;

export interface StoreAnswer {
  readonly id: number;
  readonly answer: StoredAnswer;
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

/**
 * In order, except that beliefs that wait together with writes come after them. Writes that wait together share a
 * transaction, and so the one wait for the disk.
 */
function serveAll(): void {
  const questions = waiting.splice(0);
  while (questions.length > 0) {
    const other = questions.findIndex(({ kind }) => kind !== 'write' && kind !== 'keep_beliefs');
    const group = questions.splice(0, other === 0 ? 1 : other < 0 ? questions.length : other);
    const beliefs = group.filter(isBesideJournal);
    const others = group.filter((question) => !isBesideJournal(question));
    if (serve(others) && serve(beliefs)) continue;
    port?.close();
    return;
  }
}

const BESIDE_JOURNAL: ReadonlySet<StoreQuestion['kind']> = new Set([
  'keep_beliefs',
  'read_beliefs',
  'forget_beliefs',
  'keep_balances',
  'read_balances',
  'keep_demand',
  'read_demand',
]);

/** What fails there leaves the store open: it can be lost, and a disk that is broken shows with the journal as well. */
const isBesideJournal = ({ kind }: StoreQuestion): boolean => BESIDE_JOURNAL.has(kind);

/** Whether the thread goes on. */
function serve(group: readonly AskedQuestion[]): boolean {
  if (group.length === 0) return true;
  let answer: StoredAnswer = null;
  let error: PostedError | null = null;
  let ended = false;
  try {
    answer = perform(group);
    ended = group[0]?.kind === 'close';
  } catch (cause) {
    const { code, message } = storeFailure(cause, path);
    error = { code, message };
    // Whether a write that failed in any other way is in the file shows only when it is read anew.
    ended = (code !== 'full' && !group.every(isBesideJournal)) || file === undefined;
    if (ended) closeFile();
  }
  for (const { id } of group) {
    port?.postMessage({ id, answer, error, ended } satisfies StoreAnswer);
  }
  return !ended;
}

function perform(group: readonly AskedQuestion[]): StoredAnswer {
  const writes = group.flatMap((question) => (question.kind === 'write' ? question.rows : []));
  if (writes.length > 0) file?.write(writes);
  const [first] = group;
  switch (first?.kind) {
    case 'open':
      path = first.terms.path;
      file = new JournalFile(first.terms);
      return null;
    case 'read':
      return file?.read(first.selection) ?? null;
    case 'sum_fees':
      return file?.feesPaid() ?? null;
    case 'keep_beliefs':
      file?.keep(
        group.flatMap((question) => (question.kind === 'keep_beliefs' ? [question.beliefs] : [])),
      );
      return null;
    case 'read_beliefs':
      return file?.beliefs() ?? null;
    case 'forget_beliefs':
      file?.forget(first.beforeMs);
      return null;
    case 'keep_balances':
      file?.keepBalances(first.sample);
      return null;
    case 'read_balances':
      return file?.balances(first.sinceMs) ?? null;
    case 'keep_demand':
      file?.keepDemand(first.state);
      return null;
    case 'read_demand':
      return file?.demand() ?? null;
    case 'close':
      closeFile();
      return null;
    case 'write':
    case undefined:
      return null;
  }
}

function closeFile(): void {
  const open = file;
  file = undefined;
  open?.close();
}
