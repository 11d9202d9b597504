import { describe, expect, it } from 'vitest';
import { FadingShares, type Trust } from '../../../src/liquidity/models/fading-shares.ts';
import { HOUR_MS } from '../../../src/units/time.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';

const TIMES_MS = [HOUR_MS, 100 * HOUR_MS];
const START = [0.3, 0.7];
const shares = (firmness = 30) => new FadingShares({ timesMs: TIMES_MS, start: START, firmness });
const never = Number.POSITIVE_INFINITY;
/** Most balances have the amount that failed; while the bound is true, none. */
const COMMON = 0.9;
const passes = ({ high }: Trust): number => (1 - high) * COMMON;

describe('shares of time constants', () => {
  it('trust a bound as the kinds together do', () => {
    const trust = shares().trust({ lowMs: 2 * HOUR_MS, highMs: HOUR_MS });
    expect(trust.low).toBeCloseTo(0.3 * Math.exp(-2) + 0.7 * Math.exp(-0.02), 12);
    expect(trust.high).toBeCloseTo(0.3 * Math.exp(-1) + 0.7 * Math.exp(-0.01), 12);
    // A corridor of the fast kind has lost both: they do not fade apart from each other.
    expect(trust.both).toBeCloseTo(0.3 * Math.exp(-3) + 0.7 * Math.exp(-0.03), 12);
    expect(trust.both).toBeGreaterThan(trust.low * trust.high);
  });

  it('trust nothing that was never learnt', () => {
    expect(shares().trust({ lowMs: never, highMs: 0 })).toEqual({ low: 0, high: 1, both: 0 });
  });

  it('find out which kind there is, from balances that are drawn anew as it says', () => {
    for (const kind of [0, 1]) {
      const random = new SeededRandom(testSeed(61 + kind));
      const learning = shares();
      for (let i = 0; i < 1_500; i++) {
        const highMs = 8 * HOUR_MS * random.next();
        const isStale = random.next() >= Math.exp(-highMs / TIMES_MS[kind]!);
        const passed = isStale && random.chance(COMMON);
        learning.add({ lowMs: never, highMs }, (trust) =>
          passed ? passes(trust) : 1 - passes(trust),
        );
      }
      learning.settle();
      const { high } = learning.trust({ lowMs: never, highMs: 4 * HOUR_MS });
      expect(Math.abs(high - Math.exp((-4 * HOUR_MS) / TIMES_MS[kind]!))).toBeLessThan(0.1);
    }
  });

  it('change only when they are told to', () => {
    const learning = shares();
    for (let i = 0; i < 100; i++) learning.add({ lowMs: never, highMs: 3 * HOUR_MS }, passes);
    const before = learning.trust({ lowMs: never, highMs: HOUR_MS }).high;
    learning.settle();
    expect(learning.trust({ lowMs: never, highMs: HOUR_MS }).high).toBeLessThan(before - 0.2);
    expect(learning.sought().reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('learn nothing from what all kinds foretell alike', () => {
    const learning = shares();
    learning.add({ lowMs: never, highMs: 0 }, passes);
    learning.add({ lowMs: never, highMs: never }, passes);
    expect(learning.tests).toBe(0);
    expect(learning.sought()).toEqual(START);
  });

  it('follow a network that has changed', () => {
    const learning = shares();
    const ages = { lowMs: never, highMs: 5 * HOUR_MS };
    for (let i = 0; i < 20_000; i++) learning.add(ages, (trust) => 1 - passes(trust));
    for (let i = 0; i < 3_000; i++) learning.add(ages, passes);
    expect(learning.sought()[0]!).toBeGreaterThan(0.5);
  });
});
