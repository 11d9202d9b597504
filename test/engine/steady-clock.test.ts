import { expect, test } from 'vitest';
import { SteadyClock } from '../../src/engine/steady-clock.ts';

test('goes on with the clock beneath, and stands still while that goes back', () => {
  const beneath = { now: () => nowMs };
  let nowMs = 1_000;
  const clock = new SteadyClock(beneath);
  expect(clock.now()).toBe(1_000);
  nowMs = 5_000;
  expect(clock.now()).toBe(5_000);
  nowMs = 2_000;
  expect(clock.now()).toBe(5_000);
  nowMs = 4_999;
  expect(clock.now()).toBe(5_000);
  nowMs = 5_001;
  expect(clock.now()).toBe(5_001);
});

test('is never before what it was told of, nor before its own beginning', () => {
  let nowMs = 1_000;
  const clock = new SteadyClock({ now: () => nowMs });
  nowMs = 0;
  expect(clock.now()).toBe(1_000);
  clock.notBefore(7_000);
  expect(clock.now()).toBe(7_000);
  clock.notBefore(3_000);
  expect(clock.now()).toBe(7_000);
  nowMs = 8_000;
  expect(clock.now()).toBe(8_000);
});
