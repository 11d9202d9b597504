import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { runCommand } from '../cli/run-command.ts';
import { readRepositoryFile } from './source-files.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const readme = readRepositoryFile('README.md');
const manifest = JSON.parse(readRepositoryFile('package.json')) as {
  exports: Record<string, string | { default: string }>;
  scripts: Record<string, string>;
};

/** What `import ... from 'ballast/...'` means in here, where nothing need be built. */
function sourcesByName(): Record<string, string[]> {
  const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
    typeof target === 'string'
      ? []
      : [[name.replace('.', 'ballast'), target.default] satisfies [string, string]],
  );
  return Object.fromEntries(
    entries.map(([name, file]) => [
      name,
      [join(ROOT, file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'))],
    ]),
  );
}

function compile(programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = programs.map((program, i) => {
    const file = join(folder, `program-${i + 1}.ts`);
    writeFileSync(file, program);
    return file;
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const config = join(folder, 'tsconfig.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        paths: sourcesByName(),
        typeRoots: [join(ROOT, 'node_modules/@types')],
        rootDir: '/',
      },
      include: [],
      files,
    }),
  );
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', config], { encoding: 'utf8' });
  return stdout + stderr;
}

describe('the README', () => {
  it('has programs that compile as they stand', () => {
    const programs = Array.from(readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, text]) => text!);
    expect(programs.length).toBeGreaterThan(1);
    expect(compile(programs)).toBe('');
    expect(compile(["import { connectLnd } from 'ballast/lnd';\nconnectLnd({});\n"])).toMatch(
      /program-1\.ts.* error TS/,
    );
  });

  it('lists every exit code', () => {
    const listed = [...readme.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(listed).toEqual(Object.values(EXIT));
  });

  it('bakes the macaroon that the calls need', () => {
    const [line] = /lncli bakemacaroon[^`]*/.exec(readme)!;
    expect(line.trim().split(/[\s\\]+/)).toEqual(bakeMacaroonCommand().split(' '));
  });

  it('names only options that the command has', async () => {
    const helps = await Promise.all(
      ['demo', 'graph', 'rebalance'].map((command) => runCommand(command, '--help')),
    );
    const known = new Set(helps.flatMap(({ out }) => out.match(/--[a-z-]+/g) ?? []));
    const rows = readme.match(/^\| `--.*$/gm)!.flatMap((row) => row.match(/`--[a-z-]+/g)!);
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.map((option) => option.slice(1)).filter((option) => !known.has(option))).toEqual(
      [],
    );
  });

  it('names only scripts and files that there are', () => {
    const scripts = [...readme.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name!);
    expect(scripts.length).toBeGreaterThan(3);
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
    const files = [...readme.matchAll(/`((?:test|proto|\.ci)\/[^`]*)`/g)].map(([, name]) => name!);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});
