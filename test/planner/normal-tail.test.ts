import { describe, expect, it } from 'vitest';
import { normalDensity, normalTail, tailPerDensity } from '../../src/planner/normal-tail.ts';

/** From another implementation: half of Python's `math.erfc(z / sqrt(2))`. */
const TAILS: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.5, 0.3085375387259869],
  [1, 0.15865525393145707],
  [1.96, 0.024997895148220435],
  [2.999, 0.0013543365337271066],
  [3, 0.0013498980316300957],
  [5, 2.866515718791946e-7],
  [10, 7.619853024160593e-24],
];

describe('the tail of the normal distribution', () => {
  it.each(TAILS)('above %d', (z, tail) => {
    expect(normalTail(z) / tail).toBeCloseTo(1, 9);
    expect(normalTail(-z)).toBeCloseTo(1 - tail, 14);
    expect((tailPerDensity(z) * normalDensity(z)) / tail).toBeCloseTo(1, 9);
  });

  it('falls without a step where the series hands over to the fraction', () => {
    const [below, at] = [tailPerDensity(3 - 1e-9), tailPerDensity(3)];
    expect(below).toBeGreaterThan(at);
    expect(below - at).toBeLessThan(1e-9);
  });

  it('divided by the density goes on far beyond where both are 0', () => {
    expect(normalTail(50)).toBe(0);
    expect(tailPerDensity(1e6) * 1e6).toBeCloseTo(1, 9);
  });
});
