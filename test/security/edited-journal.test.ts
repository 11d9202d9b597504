/**
 * A journal that somebody has edited. Whoever can write it can raise the budget of fees by taking payments out of it;
 * nothing that stands in it makes Ballast send, settle, or take another node's payments for its own.
 */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { LightningNode } from '../../src/ports.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { AMOUNT_MSAT, Square } from '../engine/square.ts';
import { newPath } from '../store/store-folder.ts';

/** What leads to a payment. */
const SENDS = ['sendToRoute', 'settleInvoice', 'addInvoice', 'addHoldInvoice'] as const;

/** A square whose journal is a file with one rebalance in it that settled for 100,000 msat, and what its node is asked to pay. */
async function stage() {
  const square = new Square();
  const path = newPath();
  const request = {
    from: square.out,
    to: square.in,
    amountMsat: AMOUNT_MSAT,
    maxFeePpm: 1000,
    arrival: 'report',
  } as const;
  const first = await openSqliteStore(path);
  const report = await square.rebalancer({ store: first }).rebalance(request).result;
  expect(report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
  await first.close();
  const sends: string[] = [];
  const { node } = square;
  const counted = <Name extends (typeof SENDS)[number]>(name: Name) => ({
    [name]: (...given: Parameters<LightningNode[Name]>) => {
      sends.push(name);
      return (node[name] as (...args: typeof given) => unknown)(...given);
    },
  });
  square.node = Object.assign({ ...node }, ...SENDS.map(counted));
  return { square, path, request, sends };
}

/** Edits the file as its owner, or whoever can write it, would. */
function edit(path: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(path);
  for (const sql of statements) database.exec(sql);
  database.close();
}

describe('what is read again at the start', () => {
  test.each([
    ['its end is taken out', ["DELETE FROM journal WHERE kind = 'end'"]],
    ['its outcome too', ["DELETE FROM journal WHERE kind IN ('end', 'outcome')"]],
    [
      'it is said not to have been sent',
      [
        "DELETE FROM journal WHERE kind = 'end'",
        "UPDATE journal SET outcome = 'not_sent', reason = 'x', preimage = NULL WHERE kind = 'outcome'",
      ],
    ],
    [
      'there is nothing but an intent of a larger amount',
      [
        "DELETE FROM journal WHERE kind IN ('end', 'outcome')",
        "UPDATE journal SET amount_msat = 9000000000, fee_msat = 1 WHERE kind = 'intent'",
      ],
    ],
  ])('is never sent again, nor settled: %s', async (_what, statements) => {
    const { square, path, sends } = await stage();
    edit(path, ...statements);
    const store = await openSqliteStore(path);
    const before = square.ownTotalMsat();
    const rebalancer = square.rebalancer({ store });
    const resumed = await rebalancer.resume();
    expect(resumed).toHaveLength(1);
    for (const run of resumed) await run.result;
    expect(sends).toEqual([]);
    expect(square.ownTotalMsat()).toBe(before);
    await store.close();
  });

  test('as unfinished work of another node it stops everything', async () => {
    const { square, path, request, sends } = await stage();
    edit(
      path,
      "DELETE FROM journal WHERE kind = 'end'",
      `UPDATE journal SET node_id = '${square.ann}' WHERE kind = 'start'`,
    );
    const store = await openSqliteStore(path);
    const report = await square.rebalancer({ store }).rebalance(request).result;
    expect(report.outcome.kind).toBe('store_error');
    expect(sends).toEqual([]);
    await store.close();
  });
});

describe('the budget', () => {
  const budget = { ever: { allMsat: 150_000n } };

  test('reckons with what the journal has: another payment of the same fee does not fit', async () => {
    const { square, path, request } = await stage();
    const store = await openSqliteStore(path);
    const report = await square.rebalancer({ store, budget }).rebalance(request).result;
    expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
    await store.close();
  });

  test('can be raised by whoever can write the journal, up to what each request allows', async () => {
    const { square, path, request } = await stage();
    edit(path, 'DELETE FROM journal');
    const store = await openSqliteStore(path);
    const report = await square.rebalancer({ store, budget }).rebalance(request).result;
    expect(report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
    await store.close();
  });

  test('is not raised by fees below zero, which count for nothing', async () => {
    const { square, path } = await stage();
    edit(path, "UPDATE journal SET fee_msat = -1000000 WHERE kind = 'intent'");
    const store = await openSqliteStore(path);
    const rebalancer = square.rebalancer({ store, budget });
    await rebalancer.resume();
    expect(rebalancer.status().leftMsat.ever).toBe(150_000n);
    await store.close();
  });

  test('is not raised by fees of no channel: the journal is refused, and nothing is sent', async () => {
    const { square, path, request, sends } = await stage();
    edit(path, "UPDATE journal SET out_channels = 'x' WHERE kind = 'intent'");
    const store = await openSqliteStore(path);
    const report = await square.rebalancer({ store, budget }).rebalance(request).result;
    expect(report.outcome.kind).toBe('store_error');
    expect(sends).toEqual([]);
    await store.close();
  });

  test('of fees so large that they cannot be added up is spent, or the journal is refused', async () => {
    const { square, path, request, sends } = await stage();
    const most = 2n ** 63n - 1n;
    edit(
      path,
      `UPDATE journal SET fee_msat = ${most} WHERE kind = 'intent'`,
      `INSERT INTO journal (rebalance_id, kind, at_ms, payment_hash, attempt, route, block_height, amount_msat, fee_msat, out_channels, in_channels)
       SELECT rebalance_id, kind, at_ms, payment_hash, attempt, route, block_height, amount_msat, fee_msat, out_channels, in_channels FROM journal WHERE kind = 'intent'`,
    );
    const store = await openSqliteStore(path);
    const report = await square.rebalancer({ store, budget }).rebalance(request).result;
    expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
    expect(sends).toEqual([]);
    await store.close();
  });

  test('a date far ahead keeps a day of its own shut, and opens none', async () => {
    const { square, path, request } = await stage();
    edit(path, 'UPDATE journal SET at_ms = 8000000000000000');
    const store = await openSqliteStore(path);
    const daily = { perDay: { allMsat: 150_000n } };
    const report = await square.rebalancer({ store, budget: daily }).rebalance(request).result;
    expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
    await store.close();
  });
});
