import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForwardLedger, type ForwardRow } from '../../../src/node/ldk-server/forward-ledger.ts';

const row = (amountOutMsat: bigint): ForwardRow => ({
  from: 'a',
  to: 'b',
  amountOutMsat,
  feeMsat: 1n,
});

/** LDK Server's list, read page by page from its newest row on. */
function readPages(
  ledger: ForwardLedger,
  oldestFirst: readonly ForwardRow[],
  { nowMs, pageSize = 100 }: { readonly nowMs: number; readonly pageSize?: number },
): number {
  const newestFirst = [...oldestFirst].reverse();
  for (let pages = 1; ; pages++) {
    const rows = newestFirst.slice(0, pages * pageSize);
    const end = rows.length === newestFirst.length;
    if (ledger.read(rows, { end, nowMs }).kind === 'done') return pages;
    expect(end).toBe(false);
  }
}

const dates = (ledger: ForwardLedger): [bigint | null, number][] =>
  ledger.forwards(0).map(({ row: { amountOutMsat }, atMs }) => [amountOutMsat, atMs]);

describe('the ledger of forwards', () => {
  const old = [row(1n), row(2n)];
  const begun = () => new ForwardLedger([...old].reverse(), { end: true, nowMs: 1_000 });

  it('has none from before it began', () => {
    const ledger = begun();
    readPages(ledger, old, { nowMs: 2_000 });
    expect(dates(ledger)).toEqual([]);
    expect(ledger.sinceMs).toBe(1_000);
  });

  it('counts a forward once, dated by its event, whichever comes first', () => {
    const ledger = begun();
    ledger.told(row(3n), 1_100);
    expect(dates(ledger)).toEqual([[3n, 1_100]]);
    readPages(ledger, [...old, row(3n), row(4n)], { nowMs: 2_000 });
    ledger.told(row(4n), 2_001);
    expect(dates(ledger)).toEqual([
      [3n, 1_100],
      [4n, 2_001],
    ]);
  });

  it('dates a forward whose event is lost between those around it', () => {
    const ledger = begun();
    ledger.told(row(3n), 1_200);
    readPages(ledger, [...old, row(3n), row(4n)], { nowMs: 2_000 });
    readPages(ledger, [...old, row(3n), row(4n), row(5n)], { nowMs: 3_000 });
    expect(dates(ledger)).toEqual([
      [3n, 1_200],
      [4n, 1_600],
      [5n, 2_500],
    ]);
  });

  it('keeps forwards apart that look the same', () => {
    const ledger = new ForwardLedger([row(1n), row(1n)], { end: true, nowMs: 0 });
    ledger.told(row(1n), 10);
    readPages(ledger, Array(5).fill(row(1n)), { nowMs: 100 });
    expect(dates(ledger)).toEqual([
      [1n, 10],
      [1n, 55],
      [1n, 55],
    ]);
    readPages(ledger, Array(5).fill(row(1n)), { nowMs: 200 });
    expect(dates(ledger)).toHaveLength(3);
  });

  it('stops reading a long list where it was', () => {
    const long = Array.from({ length: 5_000 }, (_, i) => row(BigInt(i)));
    const ledger = new ForwardLedger(long.slice(-100).reverse(), { end: false, nowMs: 0 });
    const more = [...long, row(7n), row(8n)];
    expect(readPages(ledger, more, { nowMs: 10 })).toBe(2);
    // Its row is not written yet: that is no reason to read all of it.
    ledger.told(row(9n), 11);
    expect(readPages(ledger, more, { nowMs: 12 })).toBe(2);
    expect(dates(ledger).map(([amount]) => amount)).toEqual([7n, 8n, 9n]);
  });

  it('counts all of a list that has outgrown a page since it was read', () => {
    const ledger = new ForwardLedger([row(1n), row(1n)], { end: true, nowMs: 0 });
    expect(readPages(ledger, Array(345).fill(row(1n)), { nowMs: 10 })).toBe(4);
    expect(dates(ledger)).toHaveLength(343);
  });

  it('starts over where the list is another one', () => {
    const ledger = begun();
    ledger.told(row(3n), 1_100);
    readPages(ledger, [row(9n)], { nowMs: 2_000 });
    expect([ledger.sinceMs, dates(ledger)]).toEqual([2_000, []]);
    readPages(ledger, [row(9n), row(10n)], { nowMs: 3_000 });
    expect(dates(ledger)).toEqual([[10n, 2_500]]);
  });

  it('holds the newest only, and says since when', () => {
    const ledger = new ForwardLedger([], { end: true, nowMs: 0 }, 2);
    for (const at of [10, 20, 30]) ledger.told(row(BigInt(at)), at);
    readPages(
      ledger,
      [10, 20, 30].map((at) => row(BigInt(at))),
      { nowMs: 40 },
    );
    expect(dates(ledger)).toEqual([
      [20n, 20],
      [30n, 30],
    ]);
    expect(ledger.sinceMs).toBe(11);
  });
});

describe('whatever events are lost or late', () => {
  const forward = fc.record({
    amount: fc.integer({ min: 1, max: 3 }),
    event: fc.constantFrom('before the row', 'after the row', 'lost'),
    readAfter: fc.boolean(),
  });
  const history = fc.record({
    before: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 250 }),
    forwards: fc.array(forward, { maxLength: 160 }),
  });

  it('has every forward exactly once, with a date since it began', () => {
    fc.assert(
      fc.property(history, ({ before, forwards }) => {
        const list = before.map((amount) => row(BigInt(amount)));
        const head = [...list].reverse().slice(0, 100);
        const ledger = new ForwardLedger(head, { end: list.length <= 100, nowMs: 0 });
        let nowMs = 0;
        for (const { amount, event, readAfter } of forwards) {
          nowMs += 10;
          const next = row(BigInt(amount));
          if (event === 'before the row') ledger.told(next, nowMs);
          list.push(next);
          if (readAfter) readPages(ledger, list, { nowMs: nowMs + 1 });
          if (event === 'after the row') ledger.told(next, nowMs + 2);
        }
        readPages(ledger, list, { nowMs: nowMs + 3 });
        const known = ledger.forwards(0);
        const amounts = (rows: readonly ForwardRow[]) =>
          rows.map(({ amountOutMsat }) => Number(amountOutMsat)).sort();
        expect(amounts(known.map((one) => one.row))).toEqual(
          amounts(forwards.map(({ amount }) => row(BigInt(amount)))),
        );
        for (const { atMs } of known) {
          expect(atMs).toBeGreaterThanOrEqual(0);
          expect(atMs).toBeLessThanOrEqual(nowMs + 3);
        }
      }),
      { seed: 20_261_122, numRuns: 400 },
    );
  });

  it('has the exact dates where none is lost', () => {
    fc.assert(
      fc.property(history, ({ before, forwards }) => {
        const list = before.map((amount) => row(BigInt(amount)));
        const ledger = new ForwardLedger([...list].reverse(), { end: true, nowMs: 0 });
        forwards.forEach(({ amount, readAfter }, i) => {
          const next = row(BigInt(amount));
          ledger.told(next, 10 * (i + 1));
          list.push(next);
          if (readAfter) readPages(ledger, list, { nowMs: 10 * (i + 1) });
        });
        expect(dates(ledger)).toEqual(
          forwards.map(({ amount }, i) => [BigInt(amount), 10 * (i + 1)]),
        );
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });
});
