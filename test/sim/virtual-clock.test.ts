import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';

test('wakes sleepers at their times, in the order in which they lay down', async () => {
  const clock = new VirtualClock(1000);
  const woken: [name: string, at: number][] = [];
  const nap = async (name: string, milliseconds: number): Promise<void> => {
    await clock.sleep(milliseconds);
    woken.push([name, clock.now()]);
  };
  void nap('late', 30);
  void nap('first', 10);
  void nap('second', 10);
  await clock.advance(9);
  expect(woken).toEqual([]);
  await clock.advance(30);
  expect(woken).toEqual([
    ['first', 1010],
    ['second', 1010],
    ['late', 1030],
  ]);
  expect(clock.now()).toBe(1039);
});

test('lets everything happen that follows from one waking before the next', async () => {
  const clock = new VirtualClock(0);
  const log: string[] = [];
  const chain = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(5);
      await Promise.resolve();
      log.push(`chain ${clock.now()}`);
    }
  };
  void chain();
  void clock.sleep(12).then(() => log.push(`other ${clock.now()}`));
  await clock.advance(100);
  expect(log).toEqual(['chain 5', 'chain 10', 'other 12', 'chain 15']);
});

test('a signal ends a sleep at once, also one that has aborted before', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const asleep = clock.sleep(1_000_000, stop.signal);
  stop.abort();
  await asleep;
  await clock.sleep(1_000_000, stop.signal);
  const start = clock.now();
  await clock.advance(2_000_000);
  expect(clock.now() - start).toBe(2_000_000);
});

test('keeps thousands of sleepers in order', async () => {
  const clock = new VirtualClock(0);
  const woken: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const untilMs = (i * 7919) % 5000;
    void clock.sleep(untilMs).then(() => woken.push(untilMs));
  }
  await clock.advance(5000);
  expect(woken).toEqual([...woken].sort((a, b) => a - b));
  expect(woken).toHaveLength(2000);
});
