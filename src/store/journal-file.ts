/** The journal, and what is kept beside it, in their file, synchronously: what the thread of a store does. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BalanceSample, DemandState } from '../ports.ts';
import { DAY_MS } from '../units/time.ts';
import type { BalanceColumns } from './balance-columns.ts';
import { BalanceFile } from './balance-file.ts';
import type { BeliefColumns } from './belief-columns.ts';
import { BeliefFile } from './belief-file.ts';
import { DemandFile } from './demand-file.ts';
import { type FeesRow, JOURNAL_COLUMNS, type JournalRow } from './journal-columns.ts';
import { type DatabaseTerms, openDatabase } from './open-database.ts';
import { SpareRoom } from './spare-room.ts';
import { storeFailure } from './sqlite-failure.ts';

export type RowSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'between'; readonly sinceMs: number; readonly untilMs: number }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'rebalance'; readonly rebalanceId: string }
  | { readonly kind: 'payment'; readonly paymentHash: string };

const COLUMNS = JOURNAL_COLUMNS.join(', ');
const INSERT = `INSERT INTO journal (${COLUMNS}) VALUES (${JOURNAL_COLUMNS.map((name) => `:${name}`).join(', ')})`;
/** Answered from the index alone, up to the records wanted. */
const UNFINISHED = `rebalance_id IN (
  SELECT rebalance_id FROM journal GROUP BY rebalance_id HAVING sum(kind = 'end') = 0
)`;

/** Nobody is paid for paying: a fee below zero, in a file that somebody has edited, would give the budget more. */
const FEES_PAID = `
  SELECT o.at_ms / ${DAY_MS} AS day, i.out_channels, i.in_channels, sum(max(i.fee_msat, 0)) AS fee_msat
  FROM journal o JOIN journal i
    ON i.rebalance_id = o.rebalance_id AND i.kind = 'intent' AND i.attempt = o.attempt
  WHERE o.outcome = 'settled'
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

export class JournalFile {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #beliefs: BeliefFile;
  readonly #balances: BalanceFile;
  readonly #demand: DemandFile;

  /** @throws StoreError where the file is refused. */
  constructor(terms: DatabaseTerms) {
    this.#path = terms.path;
    this.#database = openDatabase(terms);
    this.#insert = this.#database.prepare(INSERT);
    const room = new SpareRoom(this.#database, { limited: terms.maxBytes !== undefined });
    this.#beliefs = new BeliefFile(this.#database, room);
    this.#balances = new BalanceFile(this.#database, room);
    this.#demand = new DemandFile(this.#database, room);
  }

  /**
   * All of it in one transaction. After `full` the file is as it was, and can be written again.
   *
   * @throws StoreError
   */
  write(rows: readonly JournalRow[]): void {
    this.#change(() => {
      for (const row of rows) this.#insert.run({ ...row });
    });
  }

  /**
   * Beliefs never share a transaction with the journal, which must not fail with them.
   *
   * @throws StoreError; the file is as it was, and can be written again
   */
  keep(beliefs: readonly BeliefColumns[]): void {
    this.#withoutWaiting(() => {
      for (const columns of beliefs) this.#beliefs.write(columns);
    });
  }

  /** @throws StoreError as `keep` does */
  forget(beforeMs: number): void {
    this.#withoutWaiting(() => this.#beliefs.forget(beforeMs));
  }

  /** @throws StoreError as `keep` does */
  keepBalances(sample: BalanceSample): void {
    this.#withoutWaiting(() => this.#balances.write(sample));
  }

  /** @throws StoreError as `keep` does */
  keepDemand(state: DemandState): void {
    this.#withoutWaiting(() => this.#demand.write(state));
  }

  /** @throws StoreError */
  beliefs(): BeliefColumns {
    return this.#reading(() => this.#beliefs.read());
  }

  /** @throws StoreError */
  balances(sinceMs: number): BalanceColumns {
    return this.#reading(() => this.#balances.read(sinceMs));
  }

  /** @throws StoreError */
  demand(): DemandState {
    return this.#reading(() => this.#demand.read());
  }

  /** The disk is not waited for: the next commit of the journal, which is, brings along what stands before it in the log. */
  #withoutWaiting(work: () => void): void {
    try {
      this.#database.exec('PRAGMA synchronous = NORMAL');
      this.#change(work);
    } catch (error) {
      this.#beliefs.rolledBack();
      throw storeFailure(error, this.#path);
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  #change(work: () => void): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      throw storeFailure(error, this.#path);
    }
  }

  /** @throws StoreError */
  read(selection: RowSelection): JournalRow[] {
    const { where, values } = condition(selection);
    return this.#query<JournalRow>(
      `SELECT ${COLUMNS} FROM journal WHERE ${where} ORDER BY seq`,
      values,
    );
  }

  /** @throws StoreError */
  feesPaid(): FeesRow[] {
    return this.#query<FeesRow>(FEES_PAID, []);
  }

  #query<Row>(sql: string, values: readonly (string | number)[]): Row[] {
    return this.#reading(() => {
      const query = this.#database.prepare(sql);
      query.setReadBigInts(true);
      return query.all(...values) as Row[];
    });
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw storeFailure(error, this.#path);
    }
  }

  close(): void {
    this.#database.close();
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has done so itself, as after most failures, or nothing was begun.
    }
  }
}

function condition(selection: RowSelection): { where: string; values: (string | number)[] } {
  switch (selection.kind) {
    case 'all':
      return { where: 'true', values: [] };
    case 'between':
      return { where: 'at_ms >= ? AND at_ms < ?', values: [selection.sinceMs, selection.untilMs] };
    case 'unfinished':
      return { where: UNFINISHED, values: [] };
    case 'rebalance':
      return { where: 'rebalance_id = ?', values: [selection.rebalanceId] };
    case 'payment':
      return { where: 'payment_hash = ?', values: [selection.paymentHash] };
  }
}
