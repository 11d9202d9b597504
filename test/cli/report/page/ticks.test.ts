import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountTicks, timeTicks } from '../../../../src/cli/report/page/ticks.ts';
import { testSeed } from '../../../seeded-random.ts';

const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label);

describe('marks of amounts', () => {
  it.each([
    [{ high: 12_345, most: 5 }, ['0', '5 k', '10 k', '15 k']],
    [{ high: 2_200_000, most: 5 }, ['0', '500 k', '1 M', '1.5 M', '2 M', '2.5 M']],
    [{ high: 0.7, most: 5 }, ['0', '0.2', '0.4', '0.6', '0.8']],
    [{ high: 0, most: 5 }, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
    [{ low: -30, high: 80, most: 6 }, ['−40', '−20', '0', '20', '40', '60', '80']],
    [{ high: 3, most: 4, whole: true }, ['0', '1', '2', '3']],
    [{ high: 0, most: 4, whole: true }, ['0', '1']],
  ])('%j', (options, expected) => {
    expect(labels(amountTicks(options))).toEqual(expected);
  });

  it('hold whatever there is, in even steps that are told apart', () => {
    // In sat: all that there are, to the millisatoshi.
    const figure = fc
      .oneof(fc.integer({ min: 0, max: 100 }), fc.maxSafeInteger())
      .map((msat) => Math.abs(msat) / 1000);
    fc.assert(
      fc.property(figure, figure, fc.integer({ min: 3, max: 8 }), (below, high, most) => {
        const ticks = amountTicks({ low: -below, high, most });
        expect(ticks[0]!.at).toBeLessThanOrEqual(-below);
        expect(ticks.at(-1)!.at).toBeGreaterThanOrEqual(high);
        expect(ticks.some(({ at }) => at === 0)).toBe(true);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(most + 2);
        expect(new Set(labels(ticks)).size).toBe(ticks.length);
      }),
      { seed: testSeed(20261206) },
    );
  });
});

describe('marks of time', () => {
  const at = (text: string): number => Date.parse(text);

  it.each([
    [
      '2026-01-14T09:30Z',
      '2026-01-14T16:00Z',
      8,
      ['10:00', '11:00', '12:00', '13:00', '14:00', '15:00', '16:00'],
    ],
    ['2026-01-14T09:30Z', '2026-01-15T21:30Z', 5, ['12:00', '15 Jan', '12:00']],
    ['2026-01-14T00:00Z', '2026-02-13T00:00Z', 5, ['19 Jan', '26 Jan', '2 Feb', '9 Feb']],
    ['2026-01-14T00:00Z', '2027-02-13T00:00Z', 6, ['Apr 2026', 'Jul 2026', 'Oct 2026', 'Jan 2027']],
  ])('from %s to %s', (from, to, most, expected) => {
    expect(labels(timeTicks({ fromMs: at(from), toMs: at(to), most }))).toEqual(expected);
  });

  it('lie within, in order, and are never too many', () => {
    const start = fc.integer({ min: 0, max: 4e12 });
    const length = fc.oneof(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 20 * 365 * 864e5 }),
    );
    fc.assert(
      fc.property(start, length, fc.integer({ min: 3, max: 8 }), (fromMs, span, most) => {
        const toMs = fromMs + span;
        const ticks = timeTicks({ fromMs, toMs, most });
        expect(ticks.length).toBeLessThanOrEqual(most);
        for (const tick of ticks) {
          expect(tick.at).toBeGreaterThanOrEqual(fromMs);
          expect(tick.at).toBeLessThanOrEqual(toMs);
        }
        expect(ticks.map((tick) => tick.at)).toEqual(
          [...new Set(ticks.map((tick) => tick.at))].sort((a, b) => a - b),
        );
        if (span > 86_400_000) expect(ticks.length).toBeGreaterThanOrEqual(1);
      }),
      { seed: testSeed(20261207) },
    );
  });
});
