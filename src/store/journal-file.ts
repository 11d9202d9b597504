/** The journal in its file, synchronously: what the thread of a store does. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type FeesRow, JOURNAL_COLUMNS, type JournalRow } from './journal-columns.ts';
import { type DatabaseTerms, openDatabase } from './open-database.ts';
import { storeFailure } from './sqlite-failure.ts';

export type RowSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'rebalance'; readonly rebalanceId: string }
  | { readonly kind: 'payment'; readonly paymentHash: string };

const COLUMNS = JOURNAL_COLUMNS.join(', ');
const INSERT = `INSERT INTO journal (${COLUMNS}) VALUES (${JOURNAL_COLUMNS.map((name) => `:${name}`).join(', ')})`;
/** Answered from the index alone, up to the records wanted. */
const UNFINISHED = `rebalance_id IN (
  SELECT rebalance_id FROM journal GROUP BY rebalance_id HAVING sum(kind = 'end') = 0
)`;

const FEES_PAID = `
  SELECT o.at_ms / ${24 * 60 * 60 * 1000} AS day, i.out_channels, i.in_channels, sum(i.fee_msat) AS fee_msat
  FROM journal o JOIN journal i
    ON i.rebalance_id = o.rebalance_id AND i.kind = 'intent' AND i.attempt = o.attempt
  WHERE o.outcome = 'settled'
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

export class JournalFile {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;

  /** @throws StoreError where the file is refused. */
  constructor(terms: DatabaseTerms) {
    this.#path = terms.path;
    this.#database = openDatabase(terms);
    this.#insert = this.#database.prepare(INSERT);
  }

  /**
   * All of it in one transaction. After `full` the file is as it was, and can be written again.
   *
   * @throws StoreError
   */
  write(rows: readonly JournalRow[]): void {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const row of rows) this.#insert.run({ ...row });
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

  #query<Row>(sql: string, values: readonly string[]): Row[] {
    try {
      const query = this.#database.prepare(sql);
      query.setReadBigInts(true);
      return query.all(...values) as Row[];
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

function condition(selection: RowSelection): { where: string; values: string[] } {
  switch (selection.kind) {
    case 'all':
      return { where: 'true', values: [] };
    case 'unfinished':
      return { where: UNFINISHED, values: [] };
    case 'rebalance':
      return { where: 'rebalance_id = ?', values: [selection.rebalanceId] };
    case 'payment':
      return { where: 'payment_hash = ?', values: [selection.paymentHash] };
  }
}
