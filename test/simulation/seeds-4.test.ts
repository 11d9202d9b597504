import { expect, test } from 'vitest';
import { runPart } from './test-seeds.ts';

test('the promises hold under faults, part 4 of the seeds', async () => {
  const { failures, absent, settledPerSeed } = await runPart({ part: 4, of: 4 });
  expect(failures).toEqual([]);
  expect(absent).toEqual([]);
  expect(settledPerSeed).toBeGreaterThan(0.5);
});
