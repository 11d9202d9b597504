/** What users get: the files of the tarball, and what a bundler and Node make of them. */
import { spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PackedPackage, packBallast, ROOT, unpack } from '../../scripts/package/pack.ts';
import { readRepositoryFile } from '../house/source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-tarball-'));
let packed: PackedPackage;
let unpacked: string;

beforeAll(() => {
  packed = packBallast(folder);
  unpacked = unpack(packed.tarball, join(folder, 'unpacked'));
  symlinkSync(join(ROOT, 'node_modules'), join(unpacked, 'node_modules'), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = JSON.parse(readRepositoryFile('package.json')) as {
  bin: { ballast: string };
  files: string[];
  exports: Record<string, string | { default: string; types: string }>;
};
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name: name.replace('.', 'ballast'), ...target }],
);
const read = (path: string): string => readFileSync(join(unpacked, path), 'utf8');

/** Megabytes of the tarball, and of its files: a tenth more than what was measured. */
const [MOST_PACKED, MOST_UNPACKED] = [2.5, 10.5];

describe('the tarball', () => {
  it('holds only what users need', () => {
    const allowed = [
      /^dist\/.+\.(js|js\.map|d\.ts)$/,
      /^docs\/[\w-]+\.(md|svg)$/,
      /^examples\/[\w-]+\.(ts|toml)$/,
      /^proto\/.+\.proto$/,
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|SECURITY\.md)$/,
    ];
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !allowed.some((rule) => rule.test(path)))).toEqual([]);
    expect(
      paths.filter((path) => /(^|\/)(test|bench|scripts|reference)\/|\.test\./.test(path)),
    ).toEqual([]);
    for (const rule of allowed) expect(paths.filter((path) => rule.test(path))).not.toEqual([]);
    // Each module has its types and its map.
    const modules = paths.filter((path) => path.endsWith('.js'));
    expect(modules.length).toBeGreaterThan(500);
    const missing = modules.flatMap((path) =>
      [`${path}.map`, path.replace(/js$/, 'd.ts')].filter((other) => !paths.includes(other)),
    );
    expect(missing).toEqual([]);
  });

  it('has no module that nothing in it needs', async () => {
    const modules = packed.files.map(({ path }) => path).filter((path) => path.endsWith('.js'));
    const workers = modules.filter((path) => path.endsWith('-worker.js'));
    expect(workers).toHaveLength(4);
    const starts = [...entries.map((entry) => entry.default), manifest.bin.ballast, ...workers];
    const bundle = await rolldown({
      input: starts.map((path) => join(unpacked, path)),
      platform: 'node',
      treeshake: false,
      external: (id) => !/^[./]/.test(id),
    });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const reached = new Set(
      output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds.map(nameOf) : [])),
    );
    expect(reached.size).toBeGreaterThan(400);
    const unreached = modules
      .map((path) => path.slice('dist/'.length))
      .filter((path) => !reached.has(path) && !path.startsWith('generated/'))
      // lnd's and LDK's ways of estimating stand among ours; these parts of them only benchmarks run.
      .filter((path) => !/^liquidity\/(ldk|mission-control|models)\//.test(path))
      // What has types alone is there for the types.
      .filter((path) => !/^export \{\};$/m.test(read(`dist/${path}`)));
    expect(unreached).toEqual([]);
  });

  it('has the size that is stated', () => {
    expect(packed.size).toBeLessThan(MOST_PACKED * 1e6);
    expect(packed.unpackedSize).toBeLessThan(MOST_UNPACKED * 1e6);
    expect(packed.unpackedSize).toBeGreaterThan(5e6);
  });

  it('names no path of the machine that it was made on', () => {
    const places = [ROOT.replace(/[\\/]$/, ''), folder];
    const named = packed.files.flatMap(({ path }) => {
      const text = read(path);
      return places.filter((place) => text.includes(place)).map((place) => `${path}: ${place}`);
    });
    expect(named).toEqual([]);
  });

  it('has source maps that bring their sources along', () => {
    const wrong = packed.files
      .filter(({ path }) => path.endsWith('.js'))
      .filter(({ path }) => {
        const map = JSON.parse(read(`${path}.map`)) as {
          sources: string[];
          sourcesContent?: string[];
          mappings: string;
        };
        const named = /\/\/# sourceMappingURL=(.+)\s*$/.exec(read(path))?.[1];
        const [source = ''] = map.sources;
        // Relative to the map; there it would lie in a clone of the repository.
        const file = join(packed.tree, dirname(path), source);
        return (
          named !== `${basename(path)}.map` ||
          map.sources.length !== 1 ||
          // One that has types alone leaves nothing to map.
          (map.mappings === '' && !/^export \{\};$/m.test(read(path))) ||
          map.sourcesContent?.[0] !== readFileSync(file, 'utf8')
        );
      });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('has a command that can be run as it is', () => {
    const { bin } = manifest;
    expect(read(bin.ballast).split('\n')[0]).toBe('#!/usr/bin/env node');
    const command = packed.files.find(({ path }) => path === bin.ballast);
    if (process.platform !== 'win32') expect(command!.mode & 0o111).toBe(0o111);
  });

  it('has every entry point with its types', () => {
    const paths = new Set(packed.files.map(({ path }) => `./${path}`));
    expect(entries).toHaveLength(8);
    for (const { default: file, types } of entries) {
      expect(paths).toContain(file);
      expect(paths).toContain(types);
    }
  });

  it('runs no script when it is installed', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
    // It is for packing, and for whoever installs from a git URL.
    expect(scripts['prepare']).toBe('npm run generate && npm run build');
  });
});

interface Bundled {
  readonly bytes: number;
  /** Our modules of which something is in it, and packages of which anything is. */
  readonly modules: readonly string[];
}

async function bundleOf(program: string): Promise<Bundled> {
  const input = join(unpacked, 'program.js');
  writeFileSync(input, program);
  const bundle = await rolldown({ input, platform: 'node', external: [/^node:/] });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const [{ code, modules }] = output;
  const kept = Object.entries(modules).filter(
    ([path, { renderedLength }]) => renderedLength > 0 && path !== input,
  );
  return { bytes: code.length, modules: kept.map(([path]) => nameOf(path)).sort() };
}

function nameOf(path: string): string {
  const [, own] = path.split('/unpacked/package/dist/');
  return own ?? /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}

/**
 * One name of each entry point, the bytes that a bundle with nothing else has taken, and the modules in it. None of these
 * needs a package from elsewhere, while each entry point but `ballast/store` has names that do.
 */
const PICKED = [
  ['ballast', 'parseNodeId', 628, ['units/ids.js']],
  ['ballast/engine', 'premiumMsat', 417, ['planner/quotes/peer-swap.js']],
  ['ballast/lnd', 'bakeMacaroonCommand', 3957, ['node/lnd/permissions.js']],
  ['ballast/ldk-server', 'pullLever', 734, ['node/ldk-server/connect-ldk-server.js']],
  ['ballast/cln', 'createRuneCommand', 1994, ['node/cln/cln-methods.js']],
  [
    'ballast/store',
    'memoryStore',
    11_650,
    [
      'store/balance-columns.js',
      'store/belief-columns.js',
      'store/demand-rows.js',
      'store/memory.js',
      'store/store-error.js',
      'store/thin-balances.js',
      'units/ids.js',
      'units/time.js',
    ],
  ],
  ['ballast/sqlite', 'StoreError', 416, ['store/store-error.js']],
  ['ballast/sim', 'VirtualClock', 2868, ['sim/ordered-heap.js', 'sim/virtual-clock.js']],
] as const;

describe('a bundle', () => {
  it.each(PICKED)('of %s takes no more than %s needs', async (entry, name, measured, modules) => {
    const bundled = await bundleOf(`import { ${name} } from '${entry}';\nconsole.log(${name});\n`);
    expect(bundled.modules).toEqual(modules);
    expect(bundled.bytes).toBeLessThan(measured * 1.5 + 500);
    expect(bundled.bytes).toBeGreaterThan(100);
  });

  it('of all of it has everything, so that what is missing above was left out', async () => {
    const { modules, bytes } = await bundleOf(
      entries.map(({ name }, i) => `export * as all${i} from '${name}';`).join('\n'),
    );
    expect(modules).toEqual(
      expect.arrayContaining([
        '@grpc/grpc-js',
        'graphology',
        'p-queue',
        'pathfinder/find-circular-route.js',
        'engine/rebalancer.js',
        'node/lnd/connect-lnd.js',
        'sim/network.js',
        'selfsigned',
      ]),
    );
    expect(bytes).toBeGreaterThan(1e6);
  });
});

describe('to import it', () => {
  it('changes nothing and starts nothing, as `sideEffects: false` says', () => {
    const program = join(unpacked, 'program.mjs');
    // Warmed up first: what the packages of others and Node itself do is not ours to promise.
    writeFileSync(
      program,
      `
const packages = ${JSON.stringify(Object.keys(JSON.parse(read('package.json')).dependencies))};
for (const name of packages) await import(name);
for (const name of ['sqlite', 'worker_threads', 'http2', 'tls', 'fs', 'zlib']) await import('node:' + name);
const shape = () => [
  ...Reflect.ownKeys(globalThis).map(String),
  ...[Object, Array, Map, Set, Promise, String, Number, BigInt, Uint8Array, Error].flatMap((one) =>
    [one, one.prototype].flatMap((part) => Reflect.ownKeys(part).map((key) => one.name + String(key)))),
  ...process.eventNames().map((name) => String(name) + process.listenerCount(name)),
  ...process.getActiveResourcesInfo(),
  ...Object.entries(process.env).flat(),
];
void [fetch, WebSocket, crypto, CompressionStream];
const before = shape().sort();
for (const name of ${JSON.stringify(entries.map(({ name }) => name))}) await import(name);
const after = shape().sort();
console.log(JSON.stringify({
  added: after.filter((one) => !before.includes(one)),
  gone: before.filter((one) => !after.includes(one)),
}));
`,
    );
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ added: [], gone: [] });
  });

  it('leaves the list of files to the manifest', () => {
    const top = readdirSync(unpacked).filter(
      (name) => !['node_modules', 'package.json', 'program.js', 'program.mjs'].includes(name),
    );
    expect(top.filter((name) => !manifest.files.includes(name))).toEqual([]);
  });
});
