import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from './source-files.ts';

/** Which folders of ours each folder may import, besides itself; `ports.ts` goes with its folder, `index` is a single file. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  units: [],
  ports: ['units', 'generated/messages'],
  holding: ['units', 'ports'],
  accounts: ['units', 'ports'],
  graph: ['units', 'ports'],
  liquidity: ['units', 'ports', 'graph', 'generated/messages'],
  pathfinder: ['units', 'ports', 'graph', 'generated/messages'],
  planner: ['units', 'ports', 'graph', 'generated/messages', 'liquidity', 'pathfinder'],
  executor: ['units', 'ports', 'graph', 'generated/messages', 'liquidity', 'pathfinder'],
  interceptor: ['units', 'ports', 'graph', 'generated/messages', 'liquidity', 'pathfinder'],
  engine: [
    'units',
    'ports',
    'graph',
    'generated/messages',
    'liquidity',
    'pathfinder',
    'planner',
    'executor',
    'interceptor',
  ],
  node: [
    'units',
    'ports',
    'holding',
    'graph',
    'liquidity',
    'generated/messages',
    'generated/services',
  ],
  store: ['units', 'ports', 'graph', 'generated/messages'],
  sim: ['units', 'ports', 'holding', 'graph', 'generated/messages', 'generated/services'],
  index: [
    'units',
    'ports',
    'graph',
    'generated/messages',
    'liquidity',
    'pathfinder',
    'planner',
    'executor',
    'interceptor',
  ],
};

/** A third party library lives in one place. */
const HOME: Record<string, readonly string[]> = {
  graphology: ['graph'],
  'graphology-components': ['graph'],
  'graphology-shortest-path': ['graph'],
  bech32: ['sim'],
  '@grpc/grpc-js': ['node', 'sim'],
  'p-queue': ['engine'],
  tinypool: ['engine'],
  selfsigned: ['sim'],
  commander: ['cli'],
  '@bomb.sh/tab': ['cli'],
  'cli-table3': ['cli'],
  'smol-toml': ['cli'],
  'prom-client': ['cli'],
  pino: ['cli'],
};

function folderOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  if (first === 'generated') return `generated/${second}`;
  return first.replace(/\.ts$/, '');
}

const files = sourceFiles('src');
const ours = (file: SourceFile): string[] => file.imports.filter((i) => i.startsWith('src/'));

describe('imports', () => {
  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap(ours).length).toBeGreaterThan(60);
  });

  it('go only in the direction of the design', () => {
    const wrong = files
      .filter((file) => folderOf(file.path) !== 'cli')
      .flatMap((file) => {
        const folder = folderOf(file.path);
        const allowed = MAY_IMPORT[folder];
        if (allowed === undefined) return [`${file.path}: no rule for folder ${folder}`];
        return ours(file)
          .filter((target) => folderOf(target) !== folder && !allowed.includes(folderOf(target)))
          .map((target) => `${file.path} -> ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('keep each library in its place', () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((target) => !target.startsWith('src/') && !target.startsWith('node:'))
        .filter((target) => {
          const name = target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/');
          return !(HOME[name] ?? []).includes(folderOf(file.path));
        })
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep SQLite in the store, and out of what runs without it', () => {
    const users = files.filter(({ imports }) => imports.includes('node:sqlite'));
    expect(users.map(({ path }) => folderOf(path))).toContain('store');
    expect(users.filter(({ path }) => folderOf(path) !== 'store')).toEqual([]);
    const byPath = new Map(files.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const target of byPath.get(path)?.imports ?? []) visit(target);
    };
    visit('src/store/index.ts');
    expect(reached).toContain('src/store/memory.ts');
    expect([...reached].filter((path) => path.startsWith('node:'))).toEqual([]);
  });

  it('never bring the fee arithmetic into what checks it', () => {
    const arithmetic = /^src\/units\/(fee|fee-number|onion-size|cltv|amounts)\.ts$/;
    const checkers = files.filter(
      (file) => file.path.startsWith('src/sim/') || file.path.startsWith('src/pathfinder/check-'),
    );
    expect(checkers.length).toBeGreaterThan(3);
    const wrong = checkers.flatMap((file) =>
      ours(file)
        .filter((target) => arithmetic.test(target))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});
