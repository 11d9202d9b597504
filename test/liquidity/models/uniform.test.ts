import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import { uniformModel, uniformProbability } from '../../../src/liquidity/models/uniform.ts';
import { testSeed } from '../../seeded-random.ts';
import { corridor, fallsWithAmount } from '../any-evidence.ts';
import { NOW_MS } from '../lnd-vectors.ts';

describe('the uniform probability', () => {
  const UNKNOWN = { lowMsat: 0, highMsat: Number.POSITIVE_INFINITY };

  it('is what counting all balances of small channels gives', () => {
    const capacities = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 });
    const bound = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(capacities, bound, bound, bound, (capacitiesMsat, one, other, amountMsat) => {
        const [lowMsat, highMsat] = [Math.min(one, other), Math.max(one, other)];
        const fullest = everyBalance(capacitiesMsat).map((balances) => Math.max(...balances));
        const possible = fullest.filter((msat) => msat >= lowMsat && msat < highMsat);
        fc.pre(possible.length > 0);
        const able = possible.filter((msat) => msat >= amountMsat);
        const probability = uniformProbability(capacitiesMsat, { lowMsat, highMsat }, amountMsat);
        expect(probability).toBeCloseTo(able.length / possible.length, 10);
      }),
      { seed: testSeed(604), numRuns: 500 },
    );
  });

  it('has more of parallel channels than of the largest alone', () => {
    expect(uniformProbability([999], UNKNOWN, 500)).toBe(0.5);
    expect(uniformProbability([999, 999], UNKNOWN, 500)).toBe(0.75);
  });

  it('ignores bounds that contradict each other', () => {
    expect(uniformProbability([999], { lowMsat: 600, highMsat: 300 }, 500)).toBe(0.5);
  });
});

describe('the uniform model', () => {
  it('gives probabilities that fall with the amount', () => {
    fc.assert(fallsWithAmount(uniformModel()), { seed: testSeed(605), numRuns: 500 });
  });

  it('moves bounds half the way back in a half-life, and never without one', () => {
    const evidence = { ...NO_EVIDENCE, highMsat: 1001, highAtMs: NOW_MS };
    const query = corridor({ capacitiesSat: [3], evidence });
    const day = 86_400_000;
    expect(uniformModel().probability(query, 1001, NOW_MS)).toBe(0);
    expect(uniformModel().probability(query, 1001, NOW_MS + day)).toBe((2001 - 1001) / 2001);
    expect(uniformModel().probability(query, 2001, NOW_MS + day)).toBe(0);
    const keeping = uniformModel({ halfLifeMs: Number.POSITIVE_INFINITY });
    expect(keeping.probability(query, 1001, NOW_MS + 1000 * day)).toBe(0);
  });

  it('refuses a half-life of nothing', () => {
    expect(() => uniformModel({ halfLifeMs: 0 })).toThrow('halfLifeMs must be positive');
  });
});

function everyBalance(capacities: readonly number[]): number[][] {
  return capacities.reduce<number[][]>(
    (before, capacity) =>
      before.flatMap((balances) =>
        Array.from({ length: capacity + 1 }, (_, msat) => [...balances, msat]),
      ),
    [[]],
  );
}
