/** A folder of its own for the files of a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The path of a file that is not there yet, in a new folder that goes when the test ends. */
export function newPath(name = 'ballast.db'): string {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}
