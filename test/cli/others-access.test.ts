import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { othersMay } from '../../src/cli/others-access.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-others-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileIn(name: string, modes: { readonly folder: number; readonly file: number }): string {
  chmodSync(folder, 0o755);
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const file = join(path, 'secret');
  writeFileSync(file, '');
  chmodSync(file, modes.file);
  chmodSync(path, modes.folder);
  return file;
}

describe('othersMay', () => {
  it.each([
    ['open', { folder: 0o755, file: 0o644 }, true],
    ['group', { folder: 0o750, file: 0o640 }, true],
    ['own', { folder: 0o755, file: 0o600 }, false],
    ['closed', { folder: 0o700, file: 0o640 }, false],
  ] as const)('of a file in a folder that is %s', async (name, modes, expected) => {
    expect(await othersMay(fileIn(name, modes))).toBe(expected);
  });

  it('looks at each folder on the way, and where a link leads', async () => {
    const file = fileIn('deep/er', { folder: 0o755, file: 0o644 });
    const link = join(folder, 'link');
    symlinkSync(file, link);
    expect(await othersMay(link)).toBe(true);
    chmodSync(join(folder, 'deep'), 0o700);
    expect(await othersMay(link)).toBe(false);
    expect(await othersMay(file)).toBe(false);
  });

  it('looks at the rights that are asked for', async () => {
    const file = fileIn('bits', { folder: 0o755, file: 0o644 });
    expect(await othersMay(file, 0o002)).toBe(false);
    expect(await othersMay(join(folder, 'none'))).toBe(false);
  });
});
