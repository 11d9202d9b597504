import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/open-database.ts';
import { fileIdentity, MIGRATIONS } from '../../src/store/schema.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { balance, demandOf, demandRow, sample } from './balance-samples.ts';
import { belief, nodeNumber } from './belief-rows.ts';
import { hash, invoice } from './journal-records.ts';
import { newPath } from './store-folder.ts';

/** As the first release makes it. Never change this: such files are out there. */
const VERSION_1 = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, rebalance_id TEXT NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL,
    payment_hash TEXT, attempt INTEGER, preimage BLOB, route BLOB, block_height INTEGER, amount_msat INTEGER, fee_msat INTEGER, outcome TEXT, attempt_id TEXT, failure BLOB,
    reason TEXT, node_id TEXT, out_channels TEXT, in_channels TEXT
  ) STRICT;
  CREATE INDEX journal_by_rebalance ON journal (rebalance_id, kind);
  CREATE INDEX journal_by_payment ON journal (payment_hash) WHERE payment_hash IS NOT NULL;
  CREATE INDEX journal_of_settled ON journal (rebalance_id, attempt) WHERE outcome = 'settled';
  INSERT INTO journal (rebalance_id, kind, at_ms, payment_hash, preimage)
    VALUES ('a', 'invoice', 1770120000000, '${hash(1)}', x'${'01'.repeat(32)}');
  INSERT INTO journal (rebalance_id, kind, at_ms, payment_hash, attempt, outcome, attempt_id, preimage)
    VALUES ('a', 'outcome', 1770120000001, '${hash(1)}', 1, 'settled', '18446744073709551615', x'${'01'.repeat(32)}');
  INSERT INTO journal (rebalance_id, kind, at_ms, amount_msat, fee_msat, reason)
    VALUES ('b', 'end', 1770120000002, 9223372036854775807, 9007199254740993, 'settled');
  PRAGMA application_id = 1112298324;
  PRAGMA user_version = 1;
`;

/** What a later version adds; never to be changed either. */
const VERSION_2 = `${VERSION_1}
  CREATE TABLE belief_node (number INTEGER PRIMARY KEY, node_id BLOB NOT NULL UNIQUE) STRICT;
  CREATE TABLE belief (
    from_node INTEGER NOT NULL, to_node INTEGER NOT NULL, low_msat REAL NOT NULL, low_at_ms REAL NOT NULL,
    high_msat REAL, high_at_ms REAL NOT NULL, suspect_at_ms REAL NOT NULL, PRIMARY KEY (from_node, to_node)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model (name TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO belief_node VALUES (1, x'${nodeNumber(1)}'), (2, x'${nodeNumber(2)}');
  INSERT INTO belief VALUES (1, 2, 5000, 1.5, NULL, 0, 0);
  PRAGMA user_version = 2;
`;
const VERSION_3 = `${VERSION_2}
  CREATE INDEX journal_by_date ON journal (at_ms);
  PRAGMA user_version = 3;
`;

function fileOf(script: string): string {
  const path = newPath();
  const database = new DatabaseSync(path);
  database.exec(script);
  database.close();
  return path;
}

const terms = (path: string) => ({ path, maxBytes: undefined });

test('a file of version 1 is read by this version, and written on', async () => {
  const path = fileOf(VERSION_1);
  const store = await openSqliteStore(path);
  const preimage = new Uint8Array(32).fill(1);
  expect(await store.records()).toEqual([
    invoice('a'),
    {
      kind: 'outcome',
      rebalanceId: 'a',
      atMs: 1770120000001,
      attempt: 1,
      paymentHash: hash(1),
      outcome: { kind: 'settled', preimage, attemptId: 18446744073709551615n },
    },
    {
      kind: 'end',
      rebalanceId: 'b',
      atMs: 1770120000002,
      reason: 'settled',
      movedMsat: 9223372036854775807n,
      feePaidMsat: 9007199254740993n,
    },
  ]);
  await store.commit([invoice('c', 2)]);
  await store.close();
  const database = openDatabase(terms(path));
  expect(fileIdentity(database).version).toBe(MIGRATIONS.length);
  expect(database.prepare('SELECT count(*) AS n FROM journal').get()).toMatchObject({ n: 4 });
  database.close();
});

test.each([
  [1, VERSION_1, []],
  [2, VERSION_2, [belief(1, 2, { lowMsat: 5000, lowAtMs: 1.5 })]],
  [3, VERSION_3, [belief(1, 2, { lowMsat: 5000, lowAtMs: 1.5 })]],
])(
  'a file of version %i takes balances and demand, and keeps what it has',
  async (_version, script, beliefs) => {
    const path = fileOf(script);
    let store = await openSqliteStore(path);
    expect(await store.balances()).toEqual([]);
    expect(await store.demand()).toEqual({ rows: [], watched: { ms: 0, sinceMs: 0, atMs: 0 } });
    await store.keepBalances(sample(1, balance(1)));
    await store.keepDemand(demandOf(demandRow()));
    await store.close();
    store = await openSqliteStore(path);
    expect(await store.balances()).toEqual([sample(1, balance(1))]);
    expect(await store.demand()).toEqual(demandOf(demandRow()));
    expect(await store.records()).toHaveLength(3);
    expect((await store.beliefs()).rows).toEqual(beliefs);
    await store.close();
  },
);

test('a new file has the tables that its version says', () => {
  const schema = (path: string) => {
    const database = openDatabase(terms(path));
    const rows = database.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
    database.close();
    return rows.map(({ name, sql }) => [name, String(sql).replaceAll(/\s+/g, '')]);
  };
  expect(schema(newPath())).toEqual(schema(fileOf(VERSION_1)));
});

describe('steps to a later version', () => {
  const LATER = [
    ...MIGRATIONS,
    "ALTER TABLE journal ADD COLUMN origin TEXT; UPDATE journal SET origin = 'here';",
    'CREATE TABLE ledger (day TEXT PRIMARY KEY, fee_msat INTEGER NOT NULL) STRICT;',
  ];

  test('are all taken, once, and keep what is there', () => {
    const path = fileOf(VERSION_1);
    openDatabase(terms(path), LATER).close();
    const database = openDatabase(terms(path), LATER);
    expect(fileIdentity(database)).toMatchObject({ version: MIGRATIONS.length + 2 });
    expect(
      database.prepare("SELECT rebalance_id, origin FROM journal WHERE kind = 'invoice'").all(),
    ).toEqual([expect.objectContaining({ rebalance_id: 'a', origin: 'here' })]);
    database.close();
  });

  test('leave the file as it was where one of them fails', () => {
    const path = fileOf(VERSION_1);
    expect(() => openDatabase(terms(path), [...LATER, 'CREATE TABLE journal (again);'])).toThrow(
      /already exists/,
    );
    const database = new DatabaseSync(path);
    expect(fileIdentity(database).version).toBe(1);
    expect(database.prepare('SELECT rebalance_id FROM journal').all()).toHaveLength(3);
    database.close();
  });

  test('make the file one that this version refuses', async () => {
    const path = fileOf(VERSION_1);
    openDatabase(terms(path), LATER).close();
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'too_new' });
  });
});
