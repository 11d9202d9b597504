import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

test('a seed replays to the byte', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const once = await simulate({ seed });
    expect((await simulate({ seed })).digest, `seed ${seed}`).toBe(once.digest);
  }
});

test('what happened can be read, line by line', async () => {
  const { lines, digest } = await simulate({ seed: 3, keepLines: true });
  expect(lines.length).toBeGreaterThan(50);
  expect((await simulate({ seed: 3 })).digest).toBe(digest);
  expect((await simulate({ seed: 4 })).digest).not.toBe(digest);
});
