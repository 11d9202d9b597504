import { describe, expect, it } from 'vitest';
import { points } from '../../../../bench/frontier/metrics/point.ts';
import { resamples } from '../../../../bench/frontier/metrics/resamples.ts';
import { observed, task } from './made-up.ts';

const SAMPLES = resamples(2, { count: 50, seed: 'points' });

describe('the figures of a point', () => {
  const first = observed(
    [
      [task(1, 100), task(4, 300)],
      [task(20, null), task(2, 200)],
    ],
    {
      searchMs: [5, 1, 3, 2],
    },
  );
  const second = observed(
    [
      [task(3, 200), task(20, null)],
      [task(1, 50), task(5, 400)],
    ],
    {
      arm: 'two',
    },
  );
  const [one, two] = points([first, second], SAMPLES);

  it('count every attempt, those of failed tasks too', () => {
    expect(one).toMatchObject({ tasks: 4, successes: 3, attempts: 27 });
    expect(one!.attemptsPerSuccess.value).toBe(9);
    expect(two!.attemptsPerSuccess.value).toBe(29 / 3);
  });

  it('tell which share was solved within so many attempts', () => {
    const values = Object.values(one!.successWithin).map(({ value }) => value);
    expect(values).toEqual([0.25, 0.5, 0.75, 0.75]);
  });

  it('compare fees on the tasks that all solved', () => {
    expect(one).toMatchObject({ commonTasks: 2, feePpm: { value: 150 } });
    expect(two).toMatchObject({ commonTasks: 2, feePpm: { value: 300 } });
    // 10 sat are 100 ppm of each task.
    expect(one!.feeOverOracle.value).toBe(1.5);
    expect(two!.feeOverOracle.value).toBe(3);
  });

  it('tell what is moved in a minute, at four seconds for each attempt', () => {
    // 300,000 sat in 27 attempts.
    expect(one!.satPerMinute.value).toBeCloseTo(300_000 / ((27 * 4) / 60), 6);
  });

  it('give the times of searches by rank', () => {
    expect(one).toMatchObject({ searchMsP50: 2, searchMsP99: 5 });
    expect(two).toMatchObject({ searchMsP50: 0, searchMsP99: 0 });
  });

  it('put intervals around what they estimate', () => {
    const { value, interval } = one!.attemptsPerSuccess;
    // Only the first node: 5 attempts for 2 successes. Only the second: 22 for 1.
    expect(interval).toEqual([2.5, 22]);
    expect(value).toBe(9);
  });

  it('are unknown where nothing was solved', () => {
    const [point] = points([observed([[task(20, null)], [task(20, null)]])], SAMPLES);
    expect(point!.attemptsPerSuccess).toEqual({ value: null, interval: null });
    expect(point!.feePpm).toEqual({ value: null, interval: null });
    expect(point!.satPerMinute.value).toBe(0);
  });
});
