/** What every store keeps to, whatever it is made of. */
import { describe, expect, test } from 'vitest';
import type { JournalRecord, SendOutcome, Store } from '../../src/ports.ts';
import { type ChannelId, type NodeId, parseChannelId } from '../../src/units/ids.ts';
import { balance, demandOf, demandRow, inOrder, sample, sortedDemand } from './balance-samples.ts';
import { belief, rowsOnly, sorted } from './belief-rows.ts';
import { end, hash, intent, invoice, outcome, start } from './journal-records.ts';

/** `open` gives a new, empty store. */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`${name} keeps to the contract:`, () => {
    test('records come back in the order of their commits', async () => {
      const store = await open();
      await store.commit([invoice('a'), intent('a')]);
      await store.commit([]);
      await store.commit([outcome('a'), end('a'), invoice('b')]);
      expect(await store.records()).toEqual([
        invoice('a'),
        intent('a'),
        outcome('a'),
        end('a'),
        invoice('b'),
      ]);
      await store.close();
    });

    test('records since a date are those of that moment and later', async () => {
      const store = await open();
      const dated = [10, 20, 20, 30].map((atMs, i) => ({ ...invoice(`at ${i}`), atMs }));
      await store.commit(dated);
      expect(await store.records({ sinceMs: 10 })).toEqual(dated);
      expect(await store.records({ sinceMs: 10.5 })).toEqual(dated.slice(1));
      expect(await store.records({ sinceMs: 20 })).toEqual(dated.slice(1));
      expect(await store.records({ sinceMs: 31 })).toEqual([]);
      expect(await store.records({ untilMs: 20 })).toEqual(dated.slice(0, 1));
      expect(await store.records({ sinceMs: 20, untilMs: 20.5 })).toEqual(dated.slice(1, 3));
      expect(await store.records({ sinceMs: 20, untilMs: 20 })).toEqual([]);
      expect(await store.records({})).toEqual(dated);
      await store.close();
    });

    test('commits at the same time keep the order in which they were called', async () => {
      const store = await open();
      const ids = Array.from({ length: 50 }, (_, i) => `rebalance ${i}`);
      await Promise.all(ids.map((id) => store.commit([invoice(id), intent(id)])));
      const read = await store.records();
      expect(read).toEqual(ids.flatMap((id) => [invoice(id), intent(id)]));
      await store.close();
    });

    test('every kind of outcome comes back as it was', async () => {
      const store = await open();
      const outcomes = [
        outcome('a', 1),
        outcome('a', 2, { kind: 'not_sent', reason: 'no route to “us”' }),
        outcome('a', 3, { kind: 'unknown', reason: '' }),
        outcome('a', 4, {
          kind: 'settled',
          preimage: new Uint8Array(32).fill(3),
          attemptId: 2n ** 64n - 1n,
        }),
      ];
      await store.commit(outcomes);
      expect(await store.records()).toEqual(outcomes);
      await store.close();
    });

    test('unfinished are the rebalances without an end, with all their records', async () => {
      const store = await open();
      expect(await store.unfinished()).toEqual([]);
      await store.commit([invoice('a'), intent('a'), invoice('b', 2), invoice('c', 3)]);
      await store.commit([outcome('a'), end('a')]);
      await store.commit([intent('c', 1, 3)]);
      const open3 = [invoice('b', 2), invoice('c', 3), intent('c', 1, 3)];
      expect(await store.unfinished()).toEqual(open3);
      await store.commit([end('b'), end('c')]);
      expect(await store.unfinished()).toEqual([]);
      await store.close();
    });

    test('fees paid are added up by day and pair of channels', async () => {
      const store = await open();
      expect(await store.feesPaid()).toEqual([]);
      const settled: SendOutcome = {
        kind: 'settled',
        preimage: new Uint8Array(32).fill(3),
        attemptId: 1n,
      };
      const at = <Kept extends JournalRecord>(record: Kept, day: number): Kept => ({
        ...record,
        atMs: (day + 1) * 86_400_000 - 1,
      });
      await store.commit([start('a'), invoice('a'), intent('a', 1), intent('a', 2)]);
      await store.commit([at(outcome('a', 1), 20_000), at(outcome('a', 2, settled), 20_000)]);
      await store.commit([intent('b', 1), at(outcome('b', 1, settled), 20_000)]);
      await store.commit([intent('b', 2), at(outcome('b', 2, settled), 20_001), intent('b', 3)]);
      const back = parseChannelId('900000000000000004');
      await store.commit([
        { ...intent('c'), inChannelId: back },
        at(outcome('c', 1, settled), 20_001),
      ]);
      const outChannelId = parseChannelId('900000000000000000');
      const inChannelId = parseChannelId('900000000000000003');
      expect(await store.feesPaid()).toEqual([
        { day: 20_000, outChannelId, inChannelId, feeMsat: 246n },
        { day: 20_001, outChannelId, inChannelId, feeMsat: 123n },
        { day: 20_001, outChannelId, inChannelId: back, feeMsat: 123n },
      ]);
      await store.close();
    });

    test('records are found by rebalance and by payment', async () => {
      const store = await open();
      await store.commit([invoice('a'), invoice('b', 2), intent('b', 1, 2), intent('a'), end('b')]);
      expect(await store.recordsOf({ rebalanceId: 'b' })).toEqual([
        invoice('b', 2),
        intent('b', 1, 2),
        end('b'),
      ]);
      expect(await store.recordsOf({ paymentHash: hash(1) })).toEqual([invoice('a'), intent('a')]);
      expect(await store.recordsOf({ rebalanceId: 'z' })).toEqual([]);
      expect(await store.recordsOf({ paymentHash: hash(9) })).toEqual([]);
      await store.close();
    });

    test('what is kept does not change with the caller’s objects, nor with what was handed out', async () => {
      const store = await open();
      const record = invoice('a');
      const batch: JournalRecord[] = [record];
      const committed = store.commit(batch);
      batch.push(invoice('b'));
      if (record.kind === 'invoice') record.preimage.fill(9);
      await committed;
      for (const read of await store.records()) if (read.kind === 'invoice') read.preimage.fill(8);
      expect(await store.records()).toEqual([invoice('a')]);
      await store.close();
    });

    test('a batch with something that cannot be kept is absent as a whole', async () => {
      const store = await open();
      await store.commit([invoice('a')]);
      const broken = { ...intent('b'), route: { hops: () => [] } } as unknown as JournalRecord;
      await expect(store.commit([invoice('b'), broken])).rejects.toThrow();
      expect(await store.records()).toEqual([invoice('a')]);
      await store.commit([invoice('c')]);
      expect(await store.records()).toHaveLength(2);
      await store.close();
    });

    test('of a corridor the newest belief is kept, and others stay', async () => {
      const store = await open();
      expect(await store.beliefs()).toEqual({ rows: [], models: {} });
      const there = belief(1, 2, { lowMsat: 5_000, lowAtMs: 1.5 });
      const back = belief(2, 1, { highMsat: 0, highAtMs: 7, suspectAtMs: 8 });
      await store.keepBeliefs({ rows: [there, back], models: { one: [1, -0.25], two: [] } });
      const newer = belief(1, 2, { highMsat: 2 ** 53 - 1, highAtMs: 9 });
      await store.keepBeliefs({ rows: [newer], models: { one: [3] } });
      await store.keepBeliefs(rowsOnly());
      const { rows, models } = await store.beliefs();
      expect(sorted(rows)).toEqual([newer, back]);
      expect(models).toEqual({ one: [3], two: [] });
      await store.close();
    });

    test('beliefs that learnt nothing for long are dropped when asked to', async () => {
      const store = await open();
      const rows = [
        belief(1, 2, { lowAtMs: 99, lowMsat: 1 }),
        belief(1, 3, { highAtMs: 100, highMsat: 1, lowAtMs: 5, lowMsat: 1 }),
        belief(1, 4, { suspectAtMs: 101 }),
        belief(5, 6),
      ];
      await store.keepBeliefs({ rows, models: { one: [1] } });
      await store.forgetBeliefs({ beforeMs: 100 });
      const left = await store.beliefs();
      expect(sorted(left.rows)).toEqual(rows.slice(1, 3));
      expect(left.models).toEqual({ one: [1] });
      await store.keepBeliefs(rowsOnly(rows[3]!));
      expect((await store.beliefs()).rows).toHaveLength(3);
      await store.close();
    });

    test.each([
      ['a figure that is none', belief(1, 2, { lowMsat: Number.NaN })],
      ['an infinite date', belief(1, 2, { lowAtMs: Number.POSITIVE_INFINITY })],
      ['a negative amount', belief(1, 2, { highMsat: -1 })],
      ['no node', { ...belief(1, 2), to: '02ab' as NodeId }],
    ])('what is no belief is refused, with all that came along: %s', async (_what, broken) => {
      const store = await open();
      await expect(store.keepBeliefs(rowsOnly(belief(3, 4), broken))).rejects.toThrow(RangeError);
      const model = { rows: [], models: { one: [Number.NaN] } };
      await expect(store.keepBeliefs(model)).rejects.toThrow(RangeError);
      expect(await store.beliefs()).toEqual({ rows: [], models: {} });
      await store.commit([invoice('a')]);
      await store.close();
    });

    test('balances come back by date, as they were, with the channels as they were named then', async () => {
      const store = await open();
      expect(await store.balances()).toEqual([]);
      const samples = [
        sample(1_000_000, balance(1), balance(2, { localMsat: 0n })),
        sample(2_000_000, balance(1, { peerAlias: 'a\0\u202e\uFEFF“é”' })),
        sample(3_000_000),
        sample(4_000_000, balance(2 ** 40, { remoteMsat: 2n ** 63n - 1n }), balance(1)),
      ];
      for (const i of [1, 0, 3, 2]) await store.keepBalances(samples[i]!);
      expect(inOrder(await store.balances())).toEqual(inOrder(samples));
      expect(inOrder(await store.balances({ sinceMs: 2_000_000 }))).toEqual(
        inOrder(samples.slice(1)),
      );
      expect(inOrder(await store.balances({ sinceMs: 2_000_000.5 }))).toEqual(
        inOrder(samples.slice(2)),
      );
      expect(await store.balances({ sinceMs: 4_000_001 })).toEqual([]);
      const again = sample(4_000_000, balance(7));
      await store.keepBalances(again);
      expect(await store.balances({ sinceMs: 4_000_000 })).toEqual([again]);
      await store.close();
    });

    test.each([
      ['a date that is none', sample(Number.NaN)],
      ['a date with a fraction', sample(1.5)],
      ['a date before all dates', sample(-1)],
      ['a channel twice', sample(1, balance(1), balance(1))],
      ['a negative balance', sample(1, balance(1, { localMsat: -1n }))],
      ['more than there can be', sample(1, balance(1, { capacitySat: 2n ** 63n }))],
      ['a number', sample(1, balance(1, { remoteMsat: 5 as unknown as bigint }))],
      ['no channel', sample(1, balance(1, { channelId: '05' as ChannelId }))],
      ['no peer', sample(1, balance(1, { peer: 'alice' as NodeId }))],
    ])('what is no sample of balances is refused as a whole: %s', async (_what, broken) => {
      const store = await open();
      await expect(store.keepBalances(broken)).rejects.toThrow(RangeError);
      expect(await store.balances()).toEqual([]);
      await store.commit([invoice('a')]);
      await store.close();
    });

    test('of demand the last that was kept is there, as a whole', async () => {
      const store = await open();
      expect(await store.demand()).toEqual({ rows: [], watched: { ms: 0, sinceMs: 0, atMs: 0 } });
      const rows = [
        demandRow(),
        demandRow({ kind: 'missed', atMs: 0 }),
        demandRow({ side: 'in', kind: 'failed', squares: 0 }),
      ];
      await store.keepDemand(demandOf(...rows, demandRow({ channelId: parseChannelId('6') })));
      await store.keepDemand(demandOf(...rows));
      expect(sortedDemand(await store.demand())).toEqual(sortedDemand(demandOf(...rows)));
      const readTo = { ...demandOf(...rows), readToMs: 1_770_119_000_000 };
      await store.keepDemand(readTo);
      expect(sortedDemand(await store.demand())).toEqual(sortedDemand(readTo));
      await store.keepDemand({ rows: [], watched: { ms: 1, sinceMs: 3, atMs: 2 } });
      expect(await store.demand()).toEqual({ rows: [], watched: { ms: 1, sinceMs: 3, atMs: 2 } });
      await store.close();
    });

    test.each([
      ['an amount that is none', demandRow({ msat: Number.NaN })],
      ['a negative amount', demandRow({ squares: -1 })],
      ['an endless fee', demandRow({ feeMsat: Number.POSITIVE_INFINITY })],
      ['no side', demandRow({ side: 'over' as 'out' })],
      ['no kind', demandRow({ kind: 'wished' as 'missed' })],
      ['no channel', demandRow({ channelId: 'x' as ChannelId })],
      ['the same twice', demandRow({ side: 'in' })],
    ])('what is no demand is refused, and what was kept stays: %s', async (_what, broken) => {
      const store = await open();
      const before = demandOf(demandRow({ side: 'in' }));
      await store.keepDemand(before);
      await expect(store.keepDemand(demandOf(...before.rows, broken))).rejects.toThrow(RangeError);
      const never = { rows: [], watched: { ms: -1, sinceMs: 0, atMs: 0 } };
      await expect(store.keepDemand(never)).rejects.toThrow(RangeError);
      const unread = { ...before, readToMs: Number.NaN };
      await expect(store.keepDemand(unread)).rejects.toThrow(RangeError);
      expect(await store.demand()).toEqual(before);
      await store.close();
    });

    test('a commit that was called before close is kept to; afterwards everything is refused', async () => {
      const store = await open();
      const [committed] = await Promise.allSettled([store.commit([invoice('a')]), store.close()]);
      expect(committed.status).toBe('fulfilled');
      await store.close();
      const refusal = { name: 'StoreError', code: 'closed', message: /open/ };
      for (const asked of [
        store.commit([invoice('b')]),
        store.commit([]),
        store.records(),
        store.unfinished(),
        store.recordsOf({ rebalanceId: 'a' }),
        store.keepBeliefs(rowsOnly()),
        store.beliefs(),
        store.forgetBeliefs({ beforeMs: 0 }),
        store.keepBalances(sample(0)),
        store.balances(),
        store.keepDemand(demandOf()),
        store.demand(),
      ]) {
        await expect(asked).rejects.toMatchObject({
          ...refusal,
          message: expect.stringMatching(refusal.message),
        });
      }
    });
  });
}
