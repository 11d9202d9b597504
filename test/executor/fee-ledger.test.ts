import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../src/executor/claims.ts';
import {
  type ChannelPair,
  dayOf,
  type FeeBudget,
  FeeLedger,
  type FeeLimits,
} from '../../src/executor/fee-ledger.ts';
import type { FeesPaid } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';

const id = (n: number): ChannelId => parseChannelId(String(n));
const pair = (out: number, back: number): ChannelPair => ({
  outChannelId: id(out),
  inChannelId: id(back),
});
const paid = (day: number, channels: ChannelPair, feeMsat: bigint): FeesPaid => ({
  day,
  ...channels,
  feeMsat,
});
const claim = (channels: ChannelPair, feeMsat: bigint): Claim => ({
  rebalanceId: 'other',
  paymentHash: null,
  ...channels,
  amountMsat: 1n,
  feeMsat,
  links: [],
});

test('days are counted in UTC', () => {
  expect(dayOf(0)).toBe(0);
  expect(dayOf(86_399_999)).toBe(0);
  expect(dayOf(86_400_000)).toBe(1);
  expect(dayOf(Date.UTC(2026, 0, 2, 23, 59, 59, 999))).toBe(dayOf(Date.UTC(2026, 0, 2)));
});

describe('what is left altogether', () => {
  const fees = [paid(5, pair(1, 2), 30n), paid(6, pair(1, 2), 8n)];

  test('is the limit less what was paid and is at risk, by span', () => {
    const budget = { ever: { allMsat: 100n }, perDay: { allMsat: 20n } };
    const ledger = new FeeLedger(budget, fees);
    expect(ledger.left({ atRisk: [], day: 6 })).toEqual({ ever: 62n, perDay: 12n });
    const atRisk = [claim(pair(3, 4), 5n), claim(pair(3, 4), 10n)];
    expect(ledger.left({ atRisk, day: 6 })).toEqual({ ever: 47n, perDay: 0n });
    expect(ledger.left({ atRisk: [], day: 7 })).toEqual({ ever: 62n, perDay: 20n });
  });

  test('is nothing to be told where only parts are limited', () => {
    const ledger = new FeeLedger({ ever: { perPairMsat: 5n } }, fees);
    expect(ledger.left({ atRisk: [], day: 6 })).toEqual({ ever: null, perDay: null });
  });

  test('follows another budget, and what was paid counts', () => {
    const ledger = new FeeLedger({}, fees);
    const leftOf = () => ledger.room({ atRisk: [], day: 6 })(pair(1, 2));
    expect(leftOf()).toBeNull();
    ledger.limit({ ever: { allMsat: 50n } });
    expect(ledger.budget).toEqual({ ever: { allMsat: 50n } });
    expect(leftOf()).toBe(12n);
    expect(ledger.left({ atRisk: [], day: 6 })).toEqual({ ever: 12n, perDay: null });
    ledger.limit({ ever: { allMsat: 10n } });
    expect(leftOf()).toBe(0n);
    ledger.limit({});
    expect(leftOf()).toBeNull();
  });
});

describe('room', () => {
  test('without limits there is no end to it', () => {
    const ledger = new FeeLedger({}, [paid(5, pair(1, 2), 10n ** 12n)]);
    expect(ledger.room({ atRisk: [], day: 5 })(pair(1, 2))).toBeNull();
    expect(new FeeLedger({ ever: {} }, []).room({ atRisk: [], day: 0 })(pair(1, 2))).toBeNull();
  });

  test('is what was neither paid nor put at risk, and never less than nothing', () => {
    const ledger = new FeeLedger({ ever: { allMsat: 100n } }, [paid(5, pair(1, 2), 30n)]);
    const left = (...atRisk: Claim[]) => ledger.room({ atRisk, day: 6 })(pair(8, 9));
    expect(left()).toBe(70n);
    expect(left(claim(pair(3, 4), 50n))).toBe(20n);
    expect(left(claim(pair(3, 4), 50n), claim(pair(3, 4), 50n))).toBe(0n);
  });

  test('a channel counts whichever way it was used, a pair only this way round', () => {
    const fees = [paid(5, pair(1, 2), 30n), paid(5, pair(3, 1), 5n)];
    const byChannel = new FeeLedger({ ever: { perChannelMsat: 100n } }, fees);
    const leftOf = byChannel.room({ atRisk: [], day: 5 });
    expect(leftOf(pair(1, 9))).toBe(65n);
    expect(leftOf(pair(9, 1))).toBe(65n);
    expect(leftOf(pair(2, 3))).toBe(70n);
    const byPair = new FeeLedger({ ever: { perPairMsat: 100n } }, fees);
    expect(byPair.room({ atRisk: [], day: 5 })(pair(1, 2))).toBe(70n);
    expect(byPair.room({ atRisk: [], day: 5 })(pair(2, 1))).toBe(100n);
  });

  test('a new day has all of its own budget; one that is over does not come again', () => {
    const ledger = new FeeLedger({ perDay: { allMsat: 100n } }, [paid(5, pair(1, 2), 30n)]);
    const leftOn = (day: number) => ledger.room({ atRisk: [], day })(pair(1, 2));
    expect(leftOn(5)).toBe(70n);
    expect(leftOn(6)).toBe(100n);
    ledger.book(paid(6, pair(1, 2), 80n));
    expect(leftOn(5)).toBe(20n);
    // Known late: it belongs to the day before.
    ledger.book(paid(5, pair(1, 2), 99n));
    expect(leftOn(6)).toBe(20n);
  });

  test('what is under way at midnight counts on both days', () => {
    const ledger = new FeeLedger({ perDay: { allMsat: 100n } }, []);
    const atRisk = [claim(pair(1, 2), 60n)];
    expect(ledger.room({ atRisk, day: 5 })(pair(1, 2))).toBe(40n);
    expect(ledger.room({ atRisk, day: 6 })(pair(1, 2))).toBe(40n);
  });
});

// ---- against a list that is added up anew each time

const channel = fc.integer({ min: 1, max: 3 });
const anyPair = fc.tuple(channel, channel).map(([out, back]) => pair(out, back));
const fee = fc.bigInt({ min: 0n, max: 50n });
const limit = fc.option(fc.bigInt({ min: 0n, max: 200n }), { nil: undefined });
const limits: fc.Arbitrary<FeeLimits> = fc
  .record({ allMsat: limit, perChannelMsat: limit, perPairMsat: limit })
  .map((drawn) =>
    Object.fromEntries(Object.entries(drawn).filter(([, most]) => most !== undefined)),
  );
const budget: fc.Arbitrary<FeeBudget> = fc.record({ ever: limits, perDay: limits });

/** The least that any limit leaves, each reckoned by going through the whole list. */
function naiveRoom(
  limitsOf: FeeBudget,
  spent: readonly FeesPaid[],
  { outChannelId, inChannelId }: ChannelPair,
  day: number,
): bigint | null {
  let least: bigint | null = null;
  for (const [span, fees] of [
    ['ever', spent],
    ['perDay', spent.filter((entry) => entry.day === day)],
  ] as const) {
    const sumOf = (counts: (entry: FeesPaid) => boolean): bigint =>
      fees.filter(counts).reduce((sum, entry) => sum + entry.feeMsat, 0n);
    const touches = (name: ChannelId) => (entry: FeesPaid) =>
      entry.outChannelId === name || entry.inChannelId === name;
    const bounds: [bigint | undefined, bigint][] = [
      [limitsOf[span]?.allMsat, sumOf(() => true)],
      [limitsOf[span]?.perChannelMsat, sumOf(touches(outChannelId))],
      [limitsOf[span]?.perChannelMsat, sumOf(touches(inChannelId))],
      [
        limitsOf[span]?.perPairMsat,
        sumOf((entry) => entry.outChannelId === outChannelId && entry.inChannelId === inChannelId),
      ],
    ];
    for (const [most, sum] of bounds) {
      if (most === undefined) continue;
      const left = most > sum ? most - sum : 0n;
      if (least === null || left < least) least = left;
    }
  }
  return least;
}

test('agrees with adding up everything, and whoever keeps to it breaks no limit', () => {
  const step = fc.record({
    channels: anyPair,
    share: fc.integer({ min: 0, max: 4 }),
    settles: fc.boolean(),
    days: fc.constantFrom(0, 0, 0, 1),
  });
  const property = fc.property(
    budget,
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), anyPair, fee), { maxLength: 4 }),
    fc.array(step, { maxLength: 30 }),
    (limitsOf, before, steps) => {
      const spent = before.map(([day, channels, feeMsat]) => paid(day, channels, feeMsat));
      const started = spent.length;
      const ledger = new FeeLedger(limitsOf, spent);
      let day = 3;
      let atRisk: Claim[] = [];
      for (const { channels, share, settles, days } of steps) {
        day += days;
        const room = ledger.room({ atRisk, day })(channels);
        const risked = atRisk.map((held) => paid(day, held, held.feeMsat));
        expect(room).toBe(naiveRoom(limitsOf, [...spent, ...risked], channels, day));
        atRisk.push(claim(channels, room === null ? 7n : (room * BigInt(share)) / 4n));
        const [oldest] = atRisk;
        if (atRisk.length > 2 && oldest !== undefined) {
          atRisk = atRisk.slice(1);
          if (!settles) continue;
          spent.push(paid(day, oldest, oldest.feeMsat));
          ledger.book(paid(day, oldest, oldest.feeMsat));
        }
      }
      const all = (entries: readonly FeesPaid[]): bigint =>
        entries.reduce((sum, entry) => sum + entry.feeMsat, 0n);
      const { ever, perDay } = limitsOf;
      const oldMsat = all(spent.slice(0, started));
      if (ever?.allMsat !== undefined && oldMsat <= ever.allMsat) {
        expect(all(spent)).toBeLessThanOrEqual(ever.allMsat);
      }
      if (perDay?.allMsat === undefined) return;
      for (let each = 4; each <= day; each++) {
        const onIt = all(spent.filter((entry) => entry.day === each));
        expect(onIt).toBeLessThanOrEqual(perDay.allMsat);
      }
    },
  );
  fc.assert(property, { seed: testSeed(77), numRuns: 500 });
});
