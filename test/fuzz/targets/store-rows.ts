/** The store with rows that somebody changed by SQL, and with tables that are not ours. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import fc from 'fast-check';
import { StoreError } from '../../../src/store/store-error.ts';
import { jsonInput, textOf } from '../input/like-example.ts';
import { readWhole, sampleStore, storeIn } from '../sample-store.ts';
import type { FuzzTarget } from '../target.ts';

const sample = await sampleStore();
let folder = '';

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  journal: [
    'rebalance_id',
    'kind',
    'at_ms',
    'payment_hash',
    'attempt',
    'preimage',
    'route',
    'block_height',
    'amount_msat',
    'fee_msat',
    'outcome',
    'attempt_id',
    'failure',
    'reason',
    'node_id',
    'out_channels',
    'in_channels',
  ],
  belief_node: ['number', 'node_id'],
  belief: ['from_node', 'low_msat', 'low_at_ms', 'high_msat', 'high_at_ms', 'suspect_at_ms'],
  model: ['name', 'state'],
  balance_holder: ['channel_id', 'peer', 'peer_alias', 'capacity_sat'],
  balance_sample: ['at_ms'],
  balance: ['at_ms', 'holder', 'local_msat', 'remote_msat'],
  demand: ['channel_id', 'side', 'kind', 'msat', 'squares', 'fee_msat', 'at_ms'],
  demand_watched: ['name', 'value'],
};
const PLACES = Object.entries(COLUMNS).flatMap(([table, columns]) =>
  columns.map((column) => [table, column] as const),
);
const STATEMENTS = [
  'DROP TABLE journal',
  'DROP TABLE belief',
  'DROP TABLE balance',
  'ALTER TABLE journal RENAME COLUMN reason TO why',
  'CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM journal; END',
  'CREATE TABLE other (a)',
  'PRAGMA user_version = 99',
  'PRAGMA user_version = 1',
  'PRAGMA application_id = 1',
  'DROP TABLE demand; CREATE VIEW demand AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS channel_id, n AS side, n AS kind, n AS msat, n AS squares, n AS fee_msat, n AS at_ms FROM r',
];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, -1, 1, 1e300, 2 ** 53, -(2 ** 62), 1.5) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', 'x', '-5', '5,6', '1e5', '\u001b[2J', 'settled', 'end'),
  },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom({ hex: '' }, { hex: 'ff' }, { hex: '02'.repeat(33) }) },
);
const change = fc
  .tuple(fc.constantFrom(...PLACES), fc.nat(8), value)
  .map(([[table, column], row, to]) => ({ table, column, row, to }));
const changes = fc.oneof(
  { weight: 9, arbitrary: fc.array(change, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(...STATEMENTS).map((sql) => [{ sql }]) },
);

function sqlValue(given: unknown): SQLInputValue {
  if (typeof given === 'number')
    return Number.isInteger(given) && Math.abs(given) < 2 ** 63 ? BigInt(given) : given;
  if (typeof given === 'string') return given;
  const { hex } = (typeof given === 'object' && given !== null ? given : {}) as { hex?: unknown };
  return typeof hex === 'string' ? Buffer.from(hex, 'hex') : null;
}

/** What SQLite itself refuses to write is left as it was. */
function apply(database: DatabaseSync, given: unknown): void {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  const { table, column, row, sql } = fields;
  try {
    if (typeof sql === 'string') {
      if (STATEMENTS.includes(sql)) database.exec(sql);
      return;
    }
    const columns = Object.entries(COLUMNS).find(([name]) => name === table)?.[1];
    if (columns === undefined || !columns.includes(String(column))) return;
    const key = columns[0]!;
    const at = typeof row === 'number' ? Math.floor(Math.abs(row)) : 0;
    database
      .prepare(
        `UPDATE ${String(table)} SET ${String(column)} = ? WHERE ${key} IN (SELECT ${key} FROM ${String(table)} LIMIT 1 OFFSET ?)`,
      )
      .run(sqlValue(fields['to']), at);
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) {
      if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    }
  }
}

export const target: FuzzTarget = {
  name: 'store-rows',
  about: 'the store, as another program or its owner has changed it',
  shape: 'json',
  valid: changes.map(jsonInput),
  refusals: [StoreError],
  acceptedShare: [0.3, 0.98],
  seededCases: 120,
  memory: { baseBytes: 64 * 1024 * 1024, timesInput: 400 },
  prepare: async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-fuzz-rows-'));
  },
  run: async (input) => {
    let given: unknown;
    try {
      given = JSON.parse(textOf(input));
    } catch {
      return 'refused';
    }
    const path = join(folder, 'store.db');
    await rm(`${path}-wal`, { force: true });
    await rm(`${path}-shm`, { force: true });
    await writeFile(path, sample);
    const database = new DatabaseSync(path);
    for (const one of Array.isArray(given) ? given.slice(0, 20) : []) apply(database, one);
    database.close();
    const store = storeIn(path);
    try {
      return (await readWhole(store)) > 0 ? 'accepted' : 'refused';
    } finally {
      await store.close();
    }
  },
};
