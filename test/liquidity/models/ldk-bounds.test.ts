import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import { ldkBoundsModel } from '../../../src/liquidity/models/ldk-bounds.ts';
import { testSeed } from '../../seeded-random.ts';
import { corridor, fallsWithAmount } from '../any-evidence.ts';
import { NOW_MS } from '../lnd-vectors.ts';

describe('the model of bounds after LDK', () => {
  const model = ldkBoundsModel();

  it('gives probabilities that fall with the amount', () => {
    fc.assert(fallsWithAmount(model), { seed: testSeed(609), numRuns: 500 });
  });

  it('is even about the middle, and finds most balances at the ends', () => {
    const query = corridor({ capacitiesSat: [1000] });
    const at = (share: number): number => model.probability(query, share * 1e6, NOW_MS);
    expect(at(0.5)).toBeCloseTo(0.5, 6);
    expect(at(0.1)).toBeCloseTo(1 - at(0.9), 6);
    // The density's integral over the outer tenth: (1/256)/10 + (1/2)^9 - 0.4^9, of 2 (1/512 + 1/512) in all.
    expect(1 - at(0.1)).toBeCloseTo((0.1 / 256 + 0.5 ** 9 - 0.4 ** 9) / (1 / 128), 6);
  });

  it('halves what it knows every half-life', () => {
    const evidence = { ...NO_EVIDENCE, highMsat: 600_000, highAtMs: NOW_MS };
    const query = corridor({ capacitiesSat: [1000], evidence });
    expect(model.probability(query, 600_000, NOW_MS)).toBe(0);
    expect(model.probability(query, 799_999, NOW_MS + 1_800_000)).toBeGreaterThan(0);
    expect(model.probability(query, 800_000, NOW_MS + 1_800_000)).toBe(0);
  });

  it('refuses a half-life of nothing', () => {
    expect(() => ldkBoundsModel({ halfLifeMs: -5 })).toThrow('halfLifeMs must be positive');
  });
});
