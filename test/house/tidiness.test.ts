import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile, sourceFiles } from './source-files.ts';

describe('files', () => {
  const source = sourceFiles('src');
  const all = [...source, ...sourceFiles('test')];

  it('are short enough to hold one idea', () => {
    const long = source.filter(({ text }) => text.split('\n').length > 320);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|misc|managers?)([/.-]|$)/;
    expect(all.filter(({ path }) => vague.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it('of tests assert something', () => {
    const tests = all.filter(({ path }) => path.endsWith('.test.ts'));
    expect(tests.length).toBeGreaterThan(10);
    expect(tests.filter(({ code }) => !/\bexpect\b/.test(code)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  it('of tests run whole: nothing is focused', () => {
    const focused = all.filter(
      ({ code, path }) => path.endsWith('.test.ts') && /\b(it|describe|test)\.only\b/.test(code),
    );
    expect(focused.map(({ path }) => path)).toEqual([]);
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(readRepositoryFile('package.json')) as {
    scripts: Record<string, string>;
    exports: Record<string, string | { default: string; types: string }>;
    bin: Record<string, string>;
  };

  it('exports only what src builds', () => {
    const targets = Object.values(manifest.exports).filter((target) => typeof target === 'object');
    const built = [...targets.map((target) => target.default), ...Object.values(manifest.bin)];
    expect(built.length).toBeGreaterThan(4);
    for (const file of built) {
      const source = file.replace(/^(\.\/)?dist\//, 'src/').replace(/\.js$/, '.ts');
      expect(existsSync(new URL(`../../${source}`, import.meta.url)), file).toBe(true);
    }
    for (const target of targets)
      expect(target.types).toBe(target.default.replace(/\.js$/, '.d.ts'));
  });

  it('checks the version of Node first in every script', () => {
    const unchecked = Object.entries(manifest.scripts).filter(
      ([, script]) => !/^(node scripts\/require-node\.mjs && |npm run )/.test(script),
    );
    expect(unchecked).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(readRepositoryFile('package-lock.json')) as {
    packages: Record<
      string,
      { optionalDependencies?: Record<string, string>; resolved?: string; link?: boolean }
    >;
  };

  it('names no host', () => {
    const resolved = Object.entries(lock.packages).filter(
      // A workspace of ours is a link to its folder.
      ([, entry]) => entry.resolved !== undefined && entry.link !== true,
    );
    expect(resolved.map(([name]) => name)).toEqual([]);
  });

  it('has an entry for every optional package of every platform, or `npm ci` refuses it', () => {
    const missing = Object.entries(lock.packages).flatMap(([name, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (dependency) =>
          lock.packages[`node_modules/${dependency}`] === undefined &&
          lock.packages[`${name}/node_modules/${dependency}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });
});
