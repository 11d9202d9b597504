import { describe, expect, it } from 'vitest';
import { attemptCostMsat } from '../../../src/liquidity/mission-control/attempt-cost.ts';
import { vectorsOf } from '../lnd-vectors.ts';

interface CostInput {
  readonly amount_msat: number;
  readonly attempt_cost_msat: number;
  readonly attempt_cost_ppm: number;
  readonly time_pref: number;
}

describe("lnd's attempt cost", () => {
  it.each(vectorsOf<CostInput, { attempt_cost_msat: number }>('attempt_cost'))(
    '%s',
    (_, { input, expected, tolerance }) => {
      const cost = attemptCostMsat(input.amount_msat, {
        baseMsat: input.attempt_cost_msat,
        ratePpm: input.attempt_cost_ppm,
        timePreference: input.time_pref,
      });
      expect(Math.abs(cost - expected.attempt_cost_msat)).toBeLessThanOrEqual(tolerance);
    },
  );

  it('is 100 sat and 1,000 ppm by default', () => {
    expect(attemptCostMsat(50_000_999)).toBe(150_000);
  });

  it('nearly vanishes where only the fee counts, and stays finite where only success does', () => {
    expect(attemptCostMsat(0, { timePreference: -1 })).toBeCloseTo(100_000 / 19, 6);
    expect(attemptCostMsat(0, { timePreference: 1 })).toBeCloseTo(1_900_000, 4);
    expect(() => attemptCostMsat(0, { timePreference: 1.5 })).toThrow('timePreference');
  });
});
