/** SECURITY.md, held to the tests that it names. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../house/source-files.ts';
import { ROOT } from './kinds-of-command.ts';

const text = readRepositoryFile('SECURITY.md');
const tables = text.split('\n## ').filter((section) => section.includes('| shown by |'));
const rows = tables.flatMap((section) =>
  (section.match(/^\|.*\|$/gm) ?? []).slice(2).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  ),
);

/** A file of tests and the name of one of them, as they stand in the text. */
const named = Array.from(text.matchAll(/`(test\/[\w./-]+\.test\.ts)`\s+"([^"]+)"/g), (match) => ({
  file: match[1]!,
  name: match[2]!,
}));

/** At the beginning of a title, after a table of cases perhaps; what is told behind a comma or a colon may be left out. */
function hasTest(source: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const call = String.raw`(?:\b(?:it|test|describe)(?:\.\w+)*|\))\(\s*`;
  return new RegExp(`${call}(['"\`])${escaped}(?:\\1|[,:] | \\()`).test(source);
}

describe('SECURITY.md', () => {
  it('says in every row what is tried, what happens and what is not prevented, and names a test', () => {
    expect(tables.length).toBeGreaterThan(8);
    expect(rows.length).toBeGreaterThan(40);
    for (const cells of rows) {
      expect(cells, cells[0]).toHaveLength(4);
      expect(cells[0]).not.toBe('');
      expect(`${cells[1]}${cells[2]}`, cells[0]).not.toBe('');
      expect(cells[3], cells[0]).toMatch(/^(`test\/[\w./-]+\.test\.ts` "[^"]+"(, )?)+$/);
    }
  });

  it.each(named)('names a test that there is: $file, $name', ({ file, name }) => {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    expect(hasTest(readRepositoryFile(file), name), `${file} has no test "${name}"`).toBe(true);
  });

  it('would find a test that is not there, or whose name stands only in its text', () => {
    const source = "it('does this', () => {\n  expect(text).toBe('does that');\n});\n";
    expect(hasTest(source, 'does this')).toBe(true);
    expect(hasTest(source, 'does that')).toBe(false);
    expect(hasTest(source, 'does')).toBe(false);
    expect(hasTest(source, 'this')).toBe(false);
    expect(hasTest("it.each([\n  ['a', 1],\n])('is %s', (a) => {});", 'is %s')).toBe(true);
  });

  it('links to files that there are, and to no address that could be made up', () => {
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) {
      expect(link).not.toMatch(/^[a-z]+:/);
      expect(existsSync(join(ROOT, dirname('SECURITY.md'), link.split('#')[0]!)), link).toBe(true);
    }
    expect(text).not.toMatch(/https?:|[\w.]+@[\w.]+\.\w/);
  });

  it('names scripts that there are', () => {
    const { scripts } = JSON.parse(readRepositoryFile('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const run = Array.from(text.matchAll(/npm run ([a-z:-]+)/g), ([, name = '']) => name);
    expect(run.length).toBeGreaterThan(0);
    for (const name of run) expect(Object.keys(scripts)).toContain(name);
  });
});
