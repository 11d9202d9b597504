/** A small store with something in each of its tables, as bytes of its file. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { Store } from '../../src/ports.ts';
import { JournalFile } from '../../src/store/journal-file.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { storeOver } from '../../src/store/store-over.ts';
import { isNodeId, tryParseChannelId } from '../../src/units/ids.ts';
import { end, intent, invoice, outcome, start } from '../store/journal-records.ts';
import { NODES } from './input/like-example.ts';

const AT_MS = Date.UTC(2026, 1, 3, 12);

export async function sampleStore(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'ballast-fuzz-store-'));
  const path = join(folder, 'sample.db');
  const store = await openSqliteStore(path);
  await store.commit([
    start('a'),
    invoice('a'),
    intent('a'),
    outcome('a', 1, { kind: 'settled', preimage: new Uint8Array(32).fill(1), attemptId: 5n }),
    end('a'),
    start('b'),
    invoice('b', 2),
    intent('b', 1, 2),
  ]);
  await store.keepBeliefs({
    rows: [
      {
        from: NODES[0] as never,
        to: NODES[2] as never,
        lowMsat: 5_000,
        lowAtMs: AT_MS,
        highMsat: 900_000,
        highAtMs: AT_MS,
        suspectAtMs: 0,
      },
      {
        from: NODES[2] as never,
        to: NODES[1] as never,
        lowMsat: 0,
        lowAtMs: 0,
        highMsat: Number.POSITIVE_INFINITY,
        highAtMs: 0,
        suspectAtMs: AT_MS,
      },
    ],
    models: new LiquidityBook().state().models,
  });
  await store.keepBalances({
    atMs: AT_MS,
    channels: [
      {
        channelId: '900000000000000000' as never,
        peer: NODES[0] as never,
        peerAlias: 'a peer',
        capacitySat: 1_000_000n,
        localMsat: 400_000_000n,
        remoteMsat: 600_000_000n,
      },
    ],
  });
  await store.keepDemand({
    rows: [
      {
        channelId: '900000000000000000' as never,
        side: 'out',
        kind: 'served',
        msat: 5,
        squares: 25,
        feeMsat: -1,
        atMs: AT_MS,
      },
    ],
    watched: { ms: 5, sinceMs: 1, atMs: AT_MS },
    readToMs: 7,
  });
  await store.close();
  const bytes = await readFile(path);
  await rm(folder, { recursive: true });
  return new Uint8Array(bytes);
}

/** As `openSqliteStore` reads it, without the thread, which takes longer to start than the file to be read. */
export function storeIn(path: string): Store {
  const file = new JournalFile({ path, maxBytes: undefined });
  const settled = async <T>(work: () => T): Promise<T> => work();
  return storeOver({
    ask: (question) =>
      settled(() => {
        if (question.kind === 'close') file.close();
        return null;
      }),
    read: (selection) => settled(() => file.read(selection)),
    feesPaid: () => settled(() => file.feesPaid()),
    beliefs: () => settled(() => file.beliefs()),
    balances: (sinceMs) => settled(() => file.balances(sinceMs)),
    demand: () => settled(() => file.demand()),
  });
}

/** Reads all there is. Whatever cannot be read is a `StoreError`; what can be is sound. Resolves with what was read. */
export async function readWhole(store: Store): Promise<number> {
  const reads: readonly (() => Promise<number>)[] = [
    async () => {
      const records = await store.records();
      for (const { atMs } of records) assert.ok(Number.isSafeInteger(atMs));
      return records.length;
    },
    async () => (await store.unfinished()).length,
    async () => (await store.recordsOf({ rebalanceId: 'a' })).length,
    async () => {
      const fees = await store.feesPaid();
      for (const { day, feeMsat } of fees)
        assert.ok(Number.isSafeInteger(day) && typeof feeMsat === 'bigint');
      return fees.length;
    },
    async () => {
      const beliefs = await store.beliefs();
      const book = new LiquidityBook();
      book.load(beliefs);
      book.exportMissionControl();
      for (const { from, to, lowMsat, highMsat, ...dates } of beliefs.rows) {
        assert.ok(isNodeId(from) && isNodeId(to));
        assert.ok(Number.isFinite(lowMsat) && lowMsat >= 0 && highMsat >= 0);
        for (const atMs of [dates.lowAtMs, dates.highAtMs, dates.suspectAtMs]) {
          assert.ok(atMs >= 0 && !Number.isNaN(new Date(atMs).getTime()));
        }
      }
      return beliefs.rows.length;
    },
    async () => {
      const samples = await store.balances();
      for (const { atMs, channels } of samples) {
        assert.ok(Number.isSafeInteger(atMs) && atMs >= 0);
        for (const { channelId, peer, capacitySat, localMsat, remoteMsat } of channels) {
          assert.ok(isNodeId(peer) && tryParseChannelId(channelId) === channelId);
          assert.ok(capacitySat >= 0n && localMsat >= 0n && remoteMsat >= 0n);
        }
      }
      return samples.length;
    },
    async () => (await store.demand()).rows.length,
  ];
  let read = 0;
  for (const one of reads) {
    try {
      read += await one();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
  return read;
}
