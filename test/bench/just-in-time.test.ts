import { expect, test } from 'vitest';
import { runDay } from '../../bench/just-in-time/run-day.ts';

const HOUR_MS = 3_600_000;
const TERMS = {
  seed: 2,
  size: { nodes: 40, paymentsPerDay: 30_000 },
  warmUpMs: 4 * HOUR_MS,
  lengthMs: 2 * HOUR_MS,
};

test('the figures of a day are those of the node, and the same each time', async () => {
  const without = await runDay({ ...TERMS, justInTime: false });
  expect(without.settled).toBeGreaterThan(20);
  expect(without.short).toBeGreaterThan(0);
  expect(without.figures).toMatchObject({ offered: 0, held: 0, spentMsat: 0n });

  const day = await runDay({ ...TERMS, justInTime: true });
  const { offered, held, saved, lost, earnedMsat, spentMsat, longestHoldMs } = day.figures;
  expect(offered).toBeGreaterThan(0);
  expect(saved + lost).toBeLessThanOrEqual(held);
  expect(held).toBeLessThanOrEqual(offered);
  expect(earnedMsat).toBeLessThanOrEqual(day.earnedMsat);
  expect(spentMsat).toBeLessThanOrEqual(1_000_000n + earnedMsat);
  expect(longestHoldMs).toBeLessThanOrEqual(6000);
  expect(await runDay({ ...TERMS, justInTime: true })).toEqual(day);
});
