import { describe, expect, test } from 'vitest';
import { Stops } from '../../src/engine/stops.ts';
import { ManualClock, settleMicrotasks } from '../sim/circle.ts';

function stops() {
  const clock = new ManualClock();
  const told: unknown[] = [];
  const faults: unknown[] = [];
  const made = new Stops({
    clock,
    tell: (input) => told.push(input),
    onFault: (error) => faults.push(error),
  });
  return { clock, told, faults, stops: made };
}

const DEADLINE = { kind: 'stop', cause: 'deadline' };
const ABORTED = { kind: 'stop', cause: 'aborted' };

describe('a stop comes', () => {
  test('at the deadline', async () => {
    const world = stops();
    world.stops.watch({ signal: undefined, deadlineMs: 1000 });
    await world.clock.advance(999);
    expect(world.told).toEqual([]);
    expect(world.stops.stopped.aborted).toBe(false);
    await world.clock.advance(1);
    expect(world.told).toEqual([DEADLINE]);
    expect(world.stops.stopped.aborted).toBe(true);
  });

  test('with the signal, also one from before', () => {
    const controller = new AbortController();
    const world = stops();
    world.stops.watch({ signal: controller.signal, deadlineMs: null });
    expect(world.told).toEqual([]);
    controller.abort();
    expect(world.told).toEqual([ABORTED]);
    const late = stops();
    late.stops.watch({ signal: controller.signal, deadlineMs: null });
    expect(late.told).toEqual([ABORTED]);
    expect(late.stops.stopped.aborted).toBe(true);
  });
});

test('there is one grace', async () => {
  const world = stops();
  world.stops.startGrace(100);
  await world.clock.advance(50);
  world.stops.startGrace(100);
  await world.clock.advance(500);
  expect(world.told).toEqual([{ kind: 'grace_over' }]);
});

test('after the end nothing is told, and nobody waits or listens any more', async () => {
  const controller = new AbortController();
  const world = stops();
  world.stops.watch({ signal: controller.signal, deadlineMs: 1000 });
  world.stops.startGrace(1000);
  expect(world.stops.ended).toBe(false);
  world.stops.end();
  expect([world.stops.ended, world.stops.stopped.aborted]).toEqual([true, true]);
  controller.abort();
  await world.clock.advance(2000);
  expect(world.told).toEqual([]);
});

test('a clock that breaks its promise is a fault', async () => {
  const broken = new Error('no timers left');
  const faults: unknown[] = [];
  const made = new Stops({
    clock: { now: () => 0, sleep: () => Promise.reject(broken) },
    tell: () => undefined,
    onFault: (error) => faults.push(error),
  });
  made.watch({ signal: undefined, deadlineMs: 10 });
  await settleMicrotasks();
  expect(faults).toEqual([broken]);
});
