/** What the README and docs/ say, held against what is there. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/cli/config/read-config.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { OPTION_NAMES } from '../../src/cli/node-access/access-options.ts';
import { runCommand } from '../cli/run-command.ts';
import { readRepositoryFile } from '../house/source-files.ts';
import { documents } from './documents.ts';
import { missingLine } from './excerpt.ts';
import { ROOT, sourceText } from './kinds-of-command.ts';

const all = documents();
const named = (path: string) => all.find((document) => document.path === path)!;
const readme = named('README.md');
const { scripts } = JSON.parse(readRepositoryFile('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Cells of the first column of every table row that begins with code. */
const firstCells = (text: string): string[] =>
  Array.from(text.matchAll(/^\| `([^`]+)` \|/gm), ([, cell = '']) => cell);

describe('the README', () => {
  it('fits into one reading', () => {
    expect(readme.text.split('\n').length).toBeLessThanOrEqual(350);
  });

  it('quotes messages that Ballast has', () => {
    const section = readme.text.split('## Troubleshooting')[1]!.split('\n## ')[0]!;
    const quoted = firstCells(section);
    expect(quoted.length).toBeGreaterThan(12);
    const fragments = quoted.flatMap((message) => message.split('…').map((part) => part.trim()));
    const spoken = sourceText().replaceAll(/\$\{[^}]*\}/g, '…');
    expect(fragments.filter((part) => part !== '' && !spoken.includes(part))).toEqual([]);
  });

  it('has one column for each peer in every row of its comparison', () => {
    const section = readme.text.split('## How it compares')[1]!.split('\n## ')[0]!;
    const rows = section.match(/^\|.*\|$/gm)!;
    expect(rows.length).toBeGreaterThan(15);
    expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([10]));
  });
});

describe('docs/command-line.md', () => {
  it('lists every exit code', () => {
    const listed = [...named('docs/command-line.md').text.matchAll(/^\| (\d) \|/gm)];
    expect(listed.map(([, code]) => Number(code))).toEqual(Object.values(EXIT));
  });
});

it('docs/command-line.md explains every option of a rebalance, and no other', async () => {
  const { out } = await runCommand('rebalance', '--help');
  const access = Object.values(OPTION_NAMES.of);
  const options = out
    .match(/^ {2}--[a-z-]+/gm)!
    .map((option) => option.trim())
    .filter((option) => !access.includes(option));
  const { text } = named('docs/command-line.md');
  const rows = text.match(/^\| `--.*? \|/gm)!;
  const explained = rows.flatMap((row) => row.match(/(?<=`)--[a-z-]+/g)!);
  expect(options.length).toBeGreaterThan(10);
  expect(explained.toSorted()).toEqual(options.toSorted());
});

it('docs/library.md names every example', () => {
  const programs = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
  const { links } = named('docs/library.md');
  expect(programs.filter((name) => !links.includes(`../examples/${name}`))).toEqual([]);
});

it('docs/running.md shows complaints as they are', () => {
  const { blocks } = named('docs/running.md');
  const shown = blocks.find(({ text }) => text.startsWith('ballast.toml:'))!;
  const [sound] = blocks.filter(({ language }) => language === 'toml');
  const lines = sound!.text.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(7);
  while (lines.length < 6) lines.push('');
  const spoilt = [
    ...lines.slice(0, 6),
    '[run]',
    'interval = "10 min"',
    '',
    '',
    '[plan]',
    'max_fee_pmm = 1',
  ];
  const reading = readConfig(spoilt.join('\n'), 'ballast.toml');
  if (reading.kind !== 'problems') throw new Error('nothing is wrong with it');
  expect(missingLine(shown.text, reading.problems.join('\n'))).toBe(undefined);
});

describe.each(all)('$path', ({ path, text, code, links, blocks }) => {
  it('links to files and headings that there are', () => {
    const missing = links
      .filter((target) => !target.startsWith('https://'))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const to = file === '' ? path : join(dirname(path), file);
        if (!existsSync(join(ROOT, to))) return true;
        return (
          anchor !== undefined && !all.some((d) => d.path === to && d.anchors.includes(anchor))
        );
      });
    expect(missing).toEqual([]);
  });

  it('names only scripts and files that there are', () => {
    const run = [...text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, name]) => name!);
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([]);
    const files = code.filter((name) => /^(test|proto|bench|examples|\.ci)\/[\w./-]*$/.test(name));
    expect(files.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('shows configurations that are sound', () => {
    for (const { text: toml } of blocks.filter(({ language }) => language === 'toml')) {
      expect(readConfig(toml, 'ballast.toml')).toMatchObject({ kind: 'config' });
    }
  });
});
