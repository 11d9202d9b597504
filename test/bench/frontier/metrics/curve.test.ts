import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attemptsAtFee,
  type CurvePoint,
  feeAtAttempts,
  monotoneCurve,
} from '../../../../bench/frontier/metrics/curve.ts';
import { testSeed } from '../../../seeded-random.ts';

const CURVE: CurvePoint[] = [
  { fee: 0, attempts: 3 },
  { fee: 1, attempts: 2 },
  { fee: 3, attempts: 1 },
];

describe('a curve through the points of an arm', () => {
  it('stays as it is where it is in order', () => {
    expect(monotoneCurve(CURVE)).toEqual(CURVE);
  });

  it('averages neighbours that are out of order, instead of choosing the luckier', () => {
    const points = [
      { fee: 0, attempts: 3 },
      { fee: 2, attempts: 1 },
      { fee: 1, attempts: 2 },
    ];
    expect(monotoneCurve(points)).toEqual([
      { fee: 0, attempts: 3 },
      { fee: 1.5, attempts: 1.5 },
      { fee: 1.5, attempts: 1.5 },
    ]);
  });

  it('is monotone and keeps the sums of both coordinates, whatever the points', () => {
    const point = fc.record({
      fee: fc.integer({ min: -50, max: 50 }),
      attempts: fc.integer({ min: -50, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 8 }), (points) => {
        const curve = monotoneCurve(points);
        for (let i = 1; i < curve.length; i++) {
          expect(curve[i]!.fee).toBeGreaterThanOrEqual(curve[i - 1]!.fee);
          expect(curve[i]!.attempts).toBeLessThanOrEqual(curve[i - 1]!.attempts);
        }
        for (const key of ['fee', 'attempts'] as const) {
          const sum = (of: readonly CurvePoint[]): number =>
            of.reduce((total, one) => total + one[key], 0);
          expect(sum(curve)).toBeCloseTo(sum(points), 9);
        }
      }),
      { seed: testSeed(11) },
    );
  });

  it('has straight lines between points', () => {
    expect(attemptsAtFee(CURVE, 0.5)).toBe(2.5);
    expect(attemptsAtFee(CURVE, 2)).toBe(1.5);
    expect(feeAtAttempts(CURVE, 2.5)).toBe(0.5);
    expect(feeAtAttempts(CURVE, 1)).toBe(3);
  });

  it('goes on flat beyond its far end, and does not reach before its near one', () => {
    expect(attemptsAtFee(CURVE, 10)).toBe(1);
    expect(attemptsAtFee(CURVE, -0.1)).toBeNull();
    expect(feeAtAttempts(CURVE, 10)).toBe(0);
    expect(feeAtAttempts(CURVE, 0.9)).toBeNull();
  });

  it('reaches what it misses by less than one per cent', () => {
    expect(attemptsAtFee(CURVE, -0.009)).toBe(3);
    expect(attemptsAtFee(CURVE, -0.011)).toBeNull();
  });

  it('gives the lowest of several points at one place', () => {
    const pooled = [
      { fee: 1, attempts: 3 },
      { fee: 1, attempts: 2 },
    ];
    expect(attemptsAtFee(pooled, 1)).toBe(2);
    expect(attemptsAtFee([], 1)).toBeNull();
  });
});
