/** The caller's end of a store's worker thread: questions go over, answers come back. */
import { Worker } from 'node:worker_threads';
import type { DemandState } from '../ports.ts';
import type { BalanceColumns } from './balance-columns.ts';
import type { BeliefColumns } from './belief-columns.ts';
import type { FeesRow, JournalRow } from './journal-columns.ts';
import type { RowSelection } from './journal-file.ts';
import type { AskedQuestion, StoreAnswer, StoredAnswer, StoreQuestion } from './sqlite-worker.ts';
import { StoreError } from './store-error.ts';

/** Beside this file, in the language that it is written in: built, or run as it stands. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-worker.ts' : './sqlite-worker.js',
  import.meta.url,
);

type Pending = PromiseWithResolvers<StoredAnswer>;

/** Keeps the process alive only while an answer is awaited. */
export class StoreThread {
  readonly #worker = new Worker(WORKER_URL, { name: 'ballast store' });
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  /** Why nothing can be asked any more. */
  #ended: StoreError | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: StoreAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#end(`its thread broke off: ${error.message}`));
    this.#worker.on('exit', () => this.#end('its thread has ended'));
  }

  async read(selection: RowSelection): Promise<readonly JournalRow[]> {
    return (await this.ask({ kind: 'read', selection })) as readonly JournalRow[];
  }

  async feesPaid(): Promise<readonly FeesRow[]> {
    return (await this.ask({ kind: 'sum_fees' })) as readonly FeesRow[];
  }

  async beliefs(): Promise<BeliefColumns> {
    return (await this.ask({ kind: 'read_beliefs' })) as BeliefColumns;
  }

  async balances(sinceMs: number): Promise<BalanceColumns> {
    return (await this.ask({ kind: 'read_balances', sinceMs })) as BalanceColumns;
  }

  async demand(): Promise<DemandState> {
    return (await this.ask({ kind: 'read_demand' })) as DemandState;
  }

  /** Rejects with `StoreError`. Questions are served in the order in which they are asked. */
  ask(question: StoreQuestion): Promise<StoredAnswer> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    const pending: Pending = Promise.withResolvers();
    this.#pending.set(id, pending);
    this.#worker.ref();
    this.#worker.postMessage({ ...question, id } satisfies AskedQuestion);
    if (question.kind === 'close') this.#ended = closed('it was closed');
    return pending.promise;
  }

  #settle({ id, answer, error, ended }: StoreAnswer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (ended) this.#ended ??= closed(error?.message ?? 'it was closed');
    if (error === null) pending?.resolve(answer);
    else pending?.reject(new StoreError(error.code, error.message));
  }

  #end(why: string): void {
    this.#ended ??= closed(`${why}; what was being written may be in it or not`);
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
  }
}

const closed = (why: string): StoreError =>
  new StoreError('closed', `the store is closed (${why}); open it again`);
