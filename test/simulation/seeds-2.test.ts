import { expect, test } from 'vitest';
import { runPart } from './test-seeds.ts';

test('the promises hold under faults, part 2 of the seeds', async () => {
  const { failures, absent, settledPerSeed } = await runPart({ part: 2, of: 4 });
  expect(failures).toEqual([]);
  expect(absent).toEqual([]);
  expect(settledPerSeed).toBeGreaterThan(0.5);
});
