import { expect, test } from 'vitest';
import { runPart } from './test-seeds.ts';

test('the promises hold under faults on Core Lightning', async () => {
  const { failures, absent, settledPerSeed } = await runPart({ part: 1, of: 4, system: 'cln' });
  expect(failures).toEqual([]);
  expect(absent).toEqual([]);
  expect(settledPerSeed).toBeGreaterThan(0.5);
});
