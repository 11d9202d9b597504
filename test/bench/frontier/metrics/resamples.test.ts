import { describe, expect, it } from 'vitest';
import { estimate, resamples, weighted } from '../../../../bench/frontier/metrics/resamples.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { testSeed } from '../../../seeded-random.ts';

describe('bootstrap samples', () => {
  it('draw as many nodes as there are, and the same ones for the same seed', () => {
    const samples = resamples(30, { count: 200, seed: 'a' });
    for (const counts of samples.drawn) {
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    }
    expect(resamples(30, { count: 200, seed: 'a' })).toEqual(samples);
    expect(resamples(30, { count: 200, seed: 'b' })).not.toEqual(samples);
    expect([...samples.observed]).toEqual(new Array(30).fill(1));
  });

  it('cover the truth about as often as they say, though tasks of a node hang together', () => {
    const random = new SeededRandom(testSeed(7));
    const normal = (): number =>
      Array.from({ length: 12 }, () => random.unit()).reduce((sum, unit) => sum + unit, -6);
    const [nodes, tasks, rounds] = [40, 10, 300];
    let covered = 0;
    for (let round = 0; round < rounds; round++) {
      // A ratio of sums whose true value is 3 / 2; each node has a liking that all its tasks share.
      const over = new Float64Array(nodes);
      const under = new Float64Array(nodes);
      for (let node = 0; node < nodes; node++) {
        const liking = normal();
        for (let task = 0; task < tasks; task++) {
          over[node]! += 3 + liking + 0.5 * normal();
          under[node]! += 2 + 0.3 * normal();
        }
      }
      const samples = resamples(nodes, { count: 300, seed: `${round}` });
      const { interval } = estimate(
        samples,
        (counts) => weighted(over, counts) / weighted(under, counts),
      );
      if (interval![0] <= 1.5 && interval![1] >= 1.5) covered++;
    }
    process.stdout.write(`the 95 % interval covered the truth in ${covered} of ${rounds} rounds\n`);
    expect(covered / rounds).toBeGreaterThan(0.87);
    expect(covered / rounds).toBeLessThan(0.99);
  });

  it('leave samples out in which a figure cannot be told, and give up where most are', () => {
    const samples = resamples(4, { count: 100, seed: 'c' });
    const rarely = estimate(samples, (counts) => (counts[0] === 0 ? null : 2));
    expect(rarely).toEqual({ value: 2, interval: [2, 2] });
    const mostly = estimate(samples, (counts) => (counts[0]! > 1 ? 2 : null));
    expect(mostly).toEqual({ value: null, interval: null });
  });
});
