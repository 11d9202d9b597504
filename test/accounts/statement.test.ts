import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementOf } from '../../src/accounts/statement.ts';
import type { Forward, JournalRecord, SendOutcome } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { DAY_MS } from '../../src/units/time.ts';
import { testSeed } from '../seeded-random.ts';
import { intent, invoice, outcome, start } from '../store/journal-records.ts';

const channel = (n: number): ChannelId => parseChannelId(String(n));
const SETTLED: SendOutcome = {
  kind: 'settled',
  preimage: new Uint8Array(32).fill(3),
  attemptId: 1n,
};
const AT = Date.UTC(2026, 1, 3);

interface Made {
  readonly id: string;
  readonly atMs: number;
  readonly from?: number;
  readonly to?: number;
  readonly msat?: bigint;
  readonly fee?: bigint;
  /** Attempts that failed before the one that settled. */
  readonly failures?: number;
  readonly settles?: boolean;
  readonly moved?: bigint;
}

/** The records of one rebalance. */
function rebalance(made: Made): JournalRecord[] {
  const { id, atMs, from = 1, to = 2, msat = 1_000_000n, fee = 1000n } = made;
  const { failures = 0, settles = true } = made;
  const tries = failures + (settles ? 1 : 0);
  const records: JournalRecord[] = [start(id), invoice(id)];
  for (let attempt = 1; attempt <= tries; attempt++) {
    const sent = { outChannelId: channel(from), inChannelId: channel(to) };
    records.push({ ...intent(id, attempt), ...sent, amountMsat: msat, feeMsat: fee, atMs });
    const fate = attempt > failures ? outcome(id, attempt, SETTLED) : outcome(id, attempt);
    records.push({ ...fate, atMs: atMs + 1 });
  }
  const moved = settles ? (made.moved ?? msat) : 0n;
  const fees = { feePaidMsat: settles ? fee : 0n, movedMsat: moved };
  return [...records, { kind: 'end', rebalanceId: id, atMs: atMs + 2, reason: 'settled', ...fees }];
}

const forward = (atMs: number, out: number, msat: bigint, fee: bigint): Forward => ({
  settledAtMs: atMs,
  inChannelId: channel(9),
  outChannelId: channel(out),
  amountInMsat: msat + fee,
  amountOutMsat: msat,
});

const WEEK = { fromMs: AT, toMs: AT + 7 * DAY_MS };

describe('an account', () => {
  const records = [
    ...rebalance({ id: 'a', atMs: AT, failures: 3 }),
    ...rebalance({ id: 'b', atMs: AT + DAY_MS, to: 3, msat: 2_000_000n, fee: 500n }),
    ...rebalance({ id: 'c', atMs: AT + DAY_MS, from: 3, settles: false, failures: 2 }),
  ];
  const forwards = [
    forward(AT + DAY_MS, 2, 500_000n, 1500n),
    forward(AT + 2 * DAY_MS, 3, 4_000_000n, 4000n),
    forward(AT + 8 * DAY_MS, 2, 500_000n, 99_999n),
  ];

  test('has what moved, what it cost, and what it earned since', () => {
    const { totals, rows } = statementOf({ records, forwards }, WEEK);
    expect(totals).toEqual({
      movedMsat: 3_000_000n,
      feeMsat: 1500n,
      feePpm: 500,
      attempts: 7,
      settled: 2,
      failed: 5,
      open: 0,
      probes: 0,
      successRate: 2 / 7,
      attemptsPerSuccess: 3.5,
      usedMsat: 2_500_000n,
      earnedMsat: 3500n,
      netMsat: 2000n,
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ ...totals, period: null, channelId: null, movedOutMsat: null });
  });

  test('by channel has what came in, and what left it for others', () => {
    const { rows } = statementOf({ records, forwards }, { ...WEEK, place: 'channel' });
    expect(
      rows.map(({ channelId, movedMsat, movedOutMsat, attempts, earnedMsat, netMsat }) => [
        channelId,
        movedMsat,
        movedOutMsat,
        attempts,
        earnedMsat,
        netMsat,
      ]),
    ).toEqual([
      ['3', 2_000_000n, 0n, 1, 2000n, 1500n],
      ['2', 1_000_000n, 0n, 6, 1500n, 500n],
      ['1', 0n, 3_000_000n, 0, 0n, 0n],
    ]);
  });

  test('by pair and by period, where earnings stand with what brought them', () => {
    const pairs = statementOf({ records, forwards }, { ...WEEK, place: 'pair' }).rows;
    expect(pairs.map((row) => [row.outChannelId, row.inChannelId, row.attempts])).toEqual([
      ['1', '3', 1],
      ['1', '2', 4],
      ['3', '2', 2],
    ]);
    const days = statementOf({ records, forwards }, { ...WEEK, period: 'day' }).rows;
    expect(days.map(({ period, earnedMsat }) => [period?.label, earnedMsat])).toEqual([
      ['2026-02-03', 1500n],
      ['2026-02-04', 2000n],
    ]);
    const both = statementOf({ records, forwards }, { ...WEEK, period: 'month', place: 'channel' });
    expect(both.rows.map(({ period, channelId }) => [period?.label, channelId])).toEqual([
      ['2026-02', '3'],
      ['2026-02', '2'],
      ['2026-02', '1'],
    ]);
  });

  test('leaves out what was moved before, though that uses up forwards', () => {
    const request = { fromMs: AT + DAY_MS, toMs: WEEK.toMs };
    const again = rebalance({ id: 'd', atMs: AT + DAY_MS + 1 });
    const later = [...records, ...again];
    const over2 = [forward(AT + DAY_MS + 5, 2, 1_500_000n, 1500n)];
    const { totals, costs, earnings } = statementOf({ records: later, forwards: over2 }, request);
    expect(totals).toMatchObject({ movedMsat: 3_000_000n, usedMsat: 500_000n, earnedMsat: 500n });
    expect(costs.map(({ feeMsat }) => feeMsat)).toEqual([500n, 1000n]);
    expect(earnings).toEqual([{ atMs: AT + DAY_MS + 5, feeMsat: 500n }]);
  });

  test('does not claim to know earnings where forwards are unknown', () => {
    const { totals, earnings } = statementOf({ records, forwards: null }, WEEK);
    expect(totals).toMatchObject({ usedMsat: null, earnedMsat: null, netMsat: null });
    expect(earnings).toBeNull();
  });

  test('counts probes apart, attempts under way as open, and what came back as not moved', () => {
    const probe: JournalRecord[] = [
      start('p'),
      { ...intent('p', 1, 5), atMs: AT },
      { ...outcome('p'), atMs: AT },
    ];
    const open: JournalRecord[] = [start('o'), invoice('o', 6), { ...intent('o', 1, 6), atMs: AT }];
    const unknown: JournalRecord[] = [
      ...rebalance({ id: 'u', atMs: AT }).slice(0, 3),
      { ...outcome('u', 1, { kind: 'unknown', reason: 'cut off' }), atMs: AT },
    ];
    const round = rebalance({ id: 'r', atMs: AT, moved: 0n });
    const { totals, rows } = statementOf(
      { records: [...probe, ...open, ...unknown, ...round], forwards: [] },
      { ...WEEK, place: 'pair' },
    );
    expect(totals).toMatchObject({
      attempts: 3,
      settled: 1,
      open: 2,
      probes: 1,
      movedMsat: 0n,
      feeMsat: 1000n,
      feePpm: null,
      successRate: 1,
    });
    expect(rows.reduce((sum, row) => sum + row.probes, 0)).toBe(1);
  });

  test('of nothing is empty', () => {
    const { totals, rows } = statementOf({ records: [], forwards: [] }, WEEK);
    expect(rows).toEqual([]);
    expect(totals).toMatchObject({ attempts: 0, successRate: null, attemptsPerSuccess: null });
  });
});

test('rows add up to the totals, however they are cut', () => {
  const place = fc.integer({ min: 1, max: 3 });
  const made = fc.record({
    atMs: fc.integer({ min: AT - 3 * DAY_MS, max: AT + 9 * DAY_MS }),
    from: place,
    to: place,
    msat: fc.bigInt(1n, 10n ** 9n),
    fee: fc.bigInt(0n, 10n ** 6n),
    failures: fc.integer({ min: 0, max: 3 }),
    settles: fc.boolean(),
  });
  const forwarded = fc
    .record({
      atMs: fc.integer({ min: AT - 3 * DAY_MS, max: AT + 9 * DAY_MS }),
      out: place,
      msat: fc.bigInt(1n, 10n ** 9n),
      fee: fc.bigInt(0n, 10n ** 6n),
    })
    .map((f) => forward(f.atMs, f.out, f.msat, f.fee));
  const cut = fc.record(
    {
      period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      place: fc.constantFrom('channel' as const, 'pair' as const),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.array(made, { maxLength: 12 }),
      fc.array(forwarded, { maxLength: 20 }),
      cut,
      (all, forwards, by) => {
        const records = all.flatMap((one, i) => rebalance({ ...one, id: `r${i}` }));
        const { rows, totals, costs, earnings } = statementOf(
          { records, forwards },
          { ...WEEK, ...by },
        );
        const names = ['movedMsat', 'feeMsat', 'usedMsat', 'earnedMsat', 'netMsat'] as const;
        for (const name of names) {
          expect(rows.reduce((sum, row) => sum + row[name]!, 0n)).toBe(totals[name]);
        }
        for (const name of ['attempts', 'settled', 'failed', 'open', 'probes'] as const) {
          expect(rows.reduce((sum, row) => sum + row[name], 0)).toBe(totals[name]);
        }
        const sum = (entries: readonly { feeMsat: bigint }[]) =>
          entries.reduce((total, { feeMsat }) => total + feeMsat, 0n);
        expect(sum(costs)).toBe(totals.feeMsat);
        expect(sum(earnings!)).toBe(totals.earnedMsat);
        expect(totals.usedMsat).toBeLessThanOrEqual(totals.movedMsat);
        if (by.place === 'channel') {
          expect(rows.reduce((total, row) => total + row.movedOutMsat!, 0n)).toBe(totals.movedMsat);
        }
      },
    ),
    { seed: testSeed(20261204), numRuns: 200 },
  );
});
