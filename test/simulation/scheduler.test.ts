import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/sim/random.ts';
import { Scheduler } from './scheduler.ts';

function order(seed: number): { readonly labels: string[]; readonly times: number[] } {
  const draws = new SeededRandom(`delays ${seed}`);
  const scheduler = new Scheduler(new SeededRandom(seed));
  const [labels, times]: [string[], number[]] = [[], []];
  for (let i = 0; i < 200; i++) {
    const task = scheduler.after(draws.below(20), `${i}`, () => {
      times.push(scheduler.nowMs);
      if (i % 3 === 0)
        scheduler.after(draws.below(5), `after ${i}`, () => times.push(scheduler.nowMs));
    });
    if (i % 7 === 0) task.cancel();
  }
  for (let label = scheduler.runNext(); label !== undefined; label = scheduler.runNext()) {
    labels.push(label);
  }
  return { labels, times };
}

test('runs everything in the order of time, cancelled tasks left out', () => {
  const { labels, times } = order(1);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(labels).not.toContain('7');
  expect(labels).toContain('after 3');
  expect(labels).toHaveLength(200 - 29 + 57);
});

test('the seed decides among tasks of the same time', () => {
  expect(order(5)).toEqual(order(5));
  expect(order(5).labels).not.toEqual(order(6).labels);
});

test('stops before what is due later', () => {
  const scheduler = new Scheduler(new SeededRandom(1));
  scheduler.after(10, 'late', () => {});
  expect(scheduler.runNext(9)).toBeUndefined();
  expect(scheduler.runNext(10)).toBe('late');
});
