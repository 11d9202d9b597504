import {
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NamedFile, ReportFiles } from '../../../src/cli/report/report-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const csv = (name: string): NamedFile => ({ option: '--csv', path: join(folder, name) });
const html = (name: string): NamedFile => ({ option: '--html', path: join(folder, name) });

async function write(file: NamedFile, text: string): Promise<void> {
  const files = await ReportFiles.open([file]);
  await files.write(file.option, () => text);
  await files.close();
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the files of a report', () => {
  it('are for their owner alone, also where they were for all before', async () => {
    const { path } = csv('a.csv');
    writeFileSync(path, 'something longer than what comes');
    chmodSync(path, 0o644);
    await write(csv('a.csv'), 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
    expect(modeOf(path)).toBe(0o600);
    await write(csv('new.csv'), 'text');
    expect(modeOf(csv('new.csv').path)).toBe(0o600);
  });

  it('are never a database, such as the journal', async () => {
    const { path } = csv('journal.db');
    const content = 'SQLite format 3\0 and what was sent';
    writeFileSync(path, content);
    await expect(write(csv('journal.db'), 'rows')).rejects.toThrow(
      `--csv: ${path} cannot be written: it is a database, perhaps the journal itself; give another name`,
    );
    expect(readFileSync(path, 'utf8')).toBe(content);
  });

  it('are written through links, also where these lead to nothing yet', async () => {
    const target = join(folder, 'target');
    symlinkSync(target, csv('link').path);
    await write(csv('link'), 'one');
    expect(readFileSync(target, 'utf8')).toBe('one');
    await write(csv('link'), 'two');
    expect(readFileSync(target, 'utf8')).toBe('two');
    expect(modeOf(target)).toBe(0o600);
  });

  it('keep what they have until they are written; new ones go where they are not', async () => {
    writeFileSync(csv('old').path, 'old');
    const files = await ReportFiles.open([csv('old'), html('new')]);
    expect(existsSync(html('new').path)).toBe(true);
    await files.close();
    expect(readFileSync(csv('old').path, 'utf8')).toBe('old');
    expect(existsSync(html('new').path)).toBe(false);
  });

  it.each([
    ['by one name', () => 'x'],
    ['by two names of one path', () => './x'],
    [
      'by a link',
      () => {
        writeFileSync(join(folder, 'x'), '');
        symlinkSync('x', join(folder, 'y'));
        return 'y';
      },
    ],
    [
      'by another name of its',
      () => {
        writeFileSync(join(folder, 'x'), '');
        linkSync(join(folder, 'x'), join(folder, 'y'));
        return 'y';
      },
    ],
  ])('are refused where both are the same: %s', async (_what, second) => {
    const path = `${folder}/${second()}`;
    const opened = ReportFiles.open([csv('x'), { option: '--html', path }]);
    await expect(opened).rejects.toThrow('--csv and --html name the same file');
  });

  it('may be devices, and those may be the same', async () => {
    const both = ['--csv', '--html'].map((option) => ({ option, path: '/dev/null' }));
    const files = await ReportFiles.open(both);
    await files.write('--csv', () => 'text');
    await files.close();
    expect(modeOf('/dev/null')).not.toBe(0o600);
  });

  it('are refused before anything is written where one cannot be', async () => {
    const opened = ReportFiles.open([csv('x'), html('no/such/folder')]);
    await expect(opened).rejects.toThrow(/--html: .*folder cannot be written: there is no folder/);
    expect(existsSync(csv('x').path)).toBe(false);
  });
});
