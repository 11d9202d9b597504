/** The daemon's memory does not grow with the time for which it has run. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { DayOfOperation } from './week-of-operation.ts';

const SCRIPT = fileURLToPath(new URL('./week-of-operation.ts', import.meta.url));
const DAYS = 7;

test('a week of operation leaves no more on the heap than its first day, within a tenth', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-week-'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      SCRIPT,
      String(DAYS),
      join(folder, 'week.db'),
    ]);
    const days = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DayOfOperation);
    expect(days).toHaveLength(DAYS);
    const [first, last] = [days[0]!, days.at(-1)!];
    // It was at work all the time.
    expect(last.rounds).toBeGreaterThan((DAYS - 0.5) * 48);
    expect(last.settledMoves).toBeGreaterThan(2 * first.settledMoves);
    const grown = last.heapBytes / first.heapBytes;
    expect(grown, `heap by day: ${days.map(({ heapBytes }) => heapBytes).join(', ')}`).toBeLessThan(
      1.1,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 900_000);
