import { expect, it } from 'vitest';
import { TaskQueue } from '../../src/sim/task-queue.ts';
import { ManualClock } from './circle.ts';

it('runs steps in order and never one inside another', () => {
  const queue = new TaskQueue(new ManualClock());
  const log: string[] = [];
  queue.run(() => {
    log.push('a begins');
    queue.run(() => log.push('b'), 0);
    queue.run(() => log.push('c'), 0);
    log.push('a ends');
  }, 0);
  expect(log).toEqual(['a begins', 'a ends', 'b', 'c']);
});

it('runs a delayed step when its time has come', async () => {
  const clock = new ManualClock();
  const queue = new TaskQueue(clock);
  const log: string[] = [];
  queue.run(() => log.push('late'), 20);
  queue.run(() => log.push('early'), 10);
  await clock.advance(9);
  expect(log).toEqual([]);
  await clock.advance(11);
  expect(log).toEqual(['early', 'late']);
});

it('goes on after a step that throws', () => {
  const queue = new TaskQueue(new ManualClock());
  const log: string[] = [];
  expect(() =>
    queue.run(() => {
      throw new Error('broken');
    }, 0),
  ).toThrow('broken');
  queue.run(() => log.push('next'), 0);
  expect(log).toEqual(['next']);
});
