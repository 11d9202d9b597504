import { expect, test } from 'vitest';
import { pause } from '../../src/engine/pause.ts';

async function pausedMs(delayMs: number, bytes: readonly number[]): Promise<readonly number[]> {
  const slept: number[] = [];
  const clock = {
    now: () => 0,
    sleep: async (milliseconds: number) => void slept.push(milliseconds),
  };
  const entropy = { bytes: () => Uint8Array.from(bytes) };
  await pause(delayMs, { clock, entropy, signal: new AbortController().signal });
  return slept;
}

test('lasts between half of the time and all of it, as chance will have it', async () => {
  expect(await pausedMs(1000, [0])).toEqual([500]);
  expect(await pausedMs(1000, [51])).toEqual([600]);
  expect(await pausedMs(1000, [255])).toEqual([1000]);
});

test('no pause is none', async () => {
  expect(await pausedMs(0, [0])).toEqual([]);
});

test('without chance it lasts all of the time', async () => {
  expect(await pausedMs(500, [])).toEqual([500]);
});
