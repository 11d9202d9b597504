/** The tables of a store on disk, as a list of the steps that lead to them. */
import { DatabaseSync } from 'node:sqlite';

/** Marks the file as ours: "BLST". */
export const APPLICATION_ID = 0x42_4c_53_54;

/**
 * Step i turns a file of version i into one of version i + 1. Released steps never change; a change of the tables is
 * a new step at the end.
 *
 * Columns that a kind of record does not have are NULL. An `end` keeps what was moved in `amount_msat` and what it cost
 * in `fee_msat`. `attempt_id` is lnd's, of 64 bits without sign, hence text. `route` and `failure` are the messages of
 * `proto/messages/` as they go over the wire. Lists of channel ids are separated by commas.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    rebalance_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    payment_hash TEXT,
    attempt INTEGER,
    preimage BLOB,
    route BLOB,
    block_height INTEGER,
    amount_msat INTEGER,
    fee_msat INTEGER,
    outcome TEXT,
    attempt_id TEXT,
    failure BLOB,
    reason TEXT,
    node_id TEXT,
    out_channels TEXT,
    in_channels TEXT
  ) STRICT;
  CREATE INDEX journal_by_rebalance ON journal (rebalance_id, kind);
  CREATE INDEX journal_by_payment ON journal (payment_hash) WHERE payment_hash IS NOT NULL;
  CREATE INDEX journal_of_settled ON journal (rebalance_id, attempt) WHERE outcome = 'settled';
  `,
  // Beliefs. Dates are milliseconds since the Unix epoch, 0 where there is nothing to date; a `high_msat` of NULL is none.
  // Whole numbers in a REAL column take as little room as integers. `state` is doubles, as the machine has them.
  `
  CREATE TABLE belief_node (number INTEGER PRIMARY KEY, node_id BLOB NOT NULL UNIQUE) STRICT;
  CREATE TABLE belief (
    from_node INTEGER NOT NULL,
    to_node INTEGER NOT NULL,
    low_msat REAL NOT NULL,
    low_at_ms REAL NOT NULL,
    high_msat REAL,
    high_at_ms REAL NOT NULL,
    suspect_at_ms REAL NOT NULL,
    PRIMARY KEY (from_node, to_node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model (name TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // The latest part of a journal, without reading what lies before it.
  'CREATE INDEX journal_by_date ON journal (at_ms);',
  // Past balances and demand. A holder is a channel as it was described; who has another alias or capacity is another.
  // `peer_alias` is UTF-8, which may hold any character. All figures of demand are doubles; how long it was watched is
  // a row for each of its fields.
  `
  CREATE TABLE balance_holder (
    number INTEGER PRIMARY KEY,
    channel_id TEXT NOT NULL,
    peer BLOB NOT NULL,
    peer_alias BLOB NOT NULL,
    capacity_sat INTEGER NOT NULL,
    UNIQUE (channel_id, peer, peer_alias, capacity_sat)
  ) STRICT;
  CREATE TABLE balance_sample (at_ms INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE balance (
    at_ms INTEGER NOT NULL,
    holder INTEGER NOT NULL,
    local_msat INTEGER NOT NULL,
    remote_msat INTEGER NOT NULL,
    PRIMARY KEY (at_ms, holder)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE demand (
    channel_id TEXT NOT NULL,
    side TEXT NOT NULL,
    kind TEXT NOT NULL,
    msat REAL NOT NULL,
    squares REAL NOT NULL,
    fee_msat REAL NOT NULL,
    at_ms REAL NOT NULL,
    PRIMARY KEY (channel_id, side, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE demand_watched (name TEXT PRIMARY KEY, value REAL NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** What is written in the file about itself. */
export interface FileIdentity {
  readonly applicationId: number;
  /** 0 where nothing was ever made. */
  readonly version: number;
  readonly tables: number;
}

export function fileIdentity(database: DatabaseSync): FileIdentity {
  return {
    applicationId: pragma(database, 'application_id'),
    version: pragma(database, 'user_version'),
    tables: Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']),
  };
}

/** Within the transaction of the caller, so that a step that fails leaves the file as it was. */
export function migrate(
  database: DatabaseSync,
  from: number,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (from === migrations.length) return;
  for (const step of migrations.slice(from)) database.exec(step);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

/**
 * What of the tables is not as the steps make it, or `undefined`. Triggers and views would run somebody's SQL whenever the
 * journal is read or written, so there may be none; other tables and indexes are nobody's harm.
 */
export function schemaDefect(
  database: DatabaseSync,
  migrations: readonly string[] = MIGRATIONS,
): string | undefined {
  const found = objectsIn(database);
  const foreign = found.find(({ type }) => type === 'trigger' || type === 'view');
  if (foreign !== undefined) return `it has a ${foreign.type}, ${foreign.name}`;
  const model = new DatabaseSync(':memory:');
  try {
    migrate(model, 0, migrations);
    const made = new Map(found.map((object) => [`${object.type} ${object.name}`, object.sql]));
    const odd = objectsIn(model).find(({ type, name, sql }) => made.get(`${type} ${name}`) !== sql);
    return odd === undefined ? undefined : `its ${odd.type} ${odd.name} is not as it was made`;
  } finally {
    model.close();
  }
}

const objectsIn = (
  database: DatabaseSync,
): readonly { readonly type: string; readonly name: string; readonly sql: string }[] =>
  database
    .prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL')
    .all()
    .map(({ type, name, sql }) => ({
      type: String(type),
      name: String(name),
      // As it was written; how it was set matters to nobody.
      sql: String(sql).replaceAll(/\s/g, ''),
    }));

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
