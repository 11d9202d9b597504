import { describe, expect, it } from 'vitest';
import { readRepositoryFile, sourceFiles } from './source-files.ts';

const CORE =
  /^src\/(ports\.ts|(ports|units|graph|liquidity|pathfinder|planner|executor|interceptor|holding|accounts)\/)/;
/** The one door through which bytes come in; it awaits nothing but the web's own streams. */
const AWAITS = 'src/graph/load-describe-graph.ts';

const core = sourceFiles('src').filter(({ path }) => CORE.test(path) && path !== AWAITS);

describe('the core', () => {
  it('is what the compiler checks without the types of Node and the web', () => {
    const config = JSON.parse(readRepositoryFile('tsconfig.core.json')) as {
      compilerOptions: { types: string[]; lib: string[] };
      include: string[];
      exclude: string[];
    };
    expect(config.compilerOptions.types).toEqual([]);
    expect(config.compilerOptions.lib).toEqual(['es2024']);
    expect(config.exclude).toEqual([AWAITS]);
    const outside = core.filter(
      ({ path }) => !config.include.some((part) => path.startsWith(part)),
    );
    expect(outside.map(({ path }) => path)).toEqual([]);
    expect(core.length).toBeGreaterThan(25);
  });

  it.each([
    ['asks no clock', /\bDate\b|\bperformance\b/],
    ['draws no lots', /\bMath\.random\b|\bcrypto\b/],
    ['waits for nothing', /\basync\b|\bawait\b|\bPromise\.|\.then\(/],
    ['sets no timer', /\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/],
    ['prints nothing', /\bconsole\b|\bprocess\b/],
    ['knows no Node', /\bBuffer\b|\brequire\(/],
  ])('%s', (_what, pattern) => {
    expect(core.filter(({ code }) => pattern.test(code)).map(({ path }) => path)).toEqual([]);
  });

  it('imports no built-in of Node', () => {
    const wrong = core.filter(({ imports }) =>
      imports.some((target) => target.startsWith('node:')),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe('the public surface of the core', () => {
  /** What it may bring along: none of these needs Node. */
  const PORTABLE = [
    'graphology',
    'graphology-components',
    'graphology-shortest-path/unweighted.js',
  ];

  it('reaches nothing that a browser lacks', () => {
    const files = new Map(sourceFiles('src').map((file) => [file.path, file]));
    const reached = new Set<string>();
    const foreign = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const target of files.get(path)?.imports ?? []) {
        if (target.startsWith('src/')) visit(target);
        else foreign.add(target);
      }
    };
    visit('src/index.ts');
    expect([...foreign].sort()).toEqual(PORTABLE);
    const shell = [...reached].filter((path) =>
      /^src\/(engine|node|store|sim|cli|generated\/services)\//.test(path),
    );
    expect(shell).toEqual([]);
    expect(reached.size).toBeGreaterThan(40);
  });
});
