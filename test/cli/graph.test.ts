import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeIdOf } from '../graph/make-graph.ts';
import { mainnetFile, reducedFile } from '../shared-files.ts';
import { runCommand } from './run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-graph-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const [A, B] = [nodeIdOf('a'), nodeIdOf('b')];
const policy = { time_lock_delta: 40, min_htlc: '1', fee_base_msat: '0', fee_rate_milli_msat: '7' };
const SMALL = JSON.stringify({
  nodes: [
    { pub_key: A, alias: 'alice' },
    { pub_key: B, alias: 'alice' },
  ],
  edges: [
    {
      channel_id: '5',
      node1_pub: A,
      node2_pub: B,
      capacity: '9',
      node1_policy: policy,
      node2_policy: null,
    },
    {
      channel_id: '6',
      node1_pub: A,
      node2_pub: A,
      capacity: '9',
      node1_policy: null,
      node2_policy: null,
    },
  ],
});

describe('ballast graph', () => {
  it('prints figures, and every rejected record with its reason', async () => {
    const { exit, out } = await runCommand('graph', write('small.json', SMALL));
    expect(exit).toBe(0);
    expect(out).toMatch(/channels\s+│\s+1 /);
    expect(out).toMatch(/rejected records\s+│\s+1 /);
    expect(out).toContain('rejected channel 6: channel from a node to itself');
  });

  it('looks at a node by key, in JSON too', async () => {
    const file = write('small.json', SMALL);
    const { exit, out } = await runCommand('graph', file, '--node', A, '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      channels: 1,
      capacitySat: '9',
      rejected: [{ id: '6' }],
      node: { channels: 1, reach: [1], feeRatePpmOut: { max: 7 } },
    });
    expect((await runCommand('graph', file, '--node', A)).out).toContain(
      'nodes reached, by number of channels: 1: 1',
    );
  });

  it.each([
    [
      'a missing file',
      () => join(folder, 'none.json'),
      [],
      /cannot read .*: there is no such file/,
    ],
    ['a folder', () => folder, [], /cannot read .*: it is a folder/],
    ['no JSON', () => write('text.json', 'hello'), [], /this is no JSON/],
    [
      'a gzip file that was cut',
      () => write('cut.json.gz', gzipSync(SMALL).subarray(0, 60)),
      [],
      /damaged or cut short/,
    ],
    ['no graph', () => write('other.json', '{"a":1}'), [], /lncli describegraph/],
    ['an unknown node', () => write('small.json', SMALL), ['--node', nodeIdOf('z')], /has no node/],
    [
      'an unknown alias',
      () => write('small.json', SMALL),
      ['--node', 'zoe'],
      /no node with the key or alias "zoe"/,
    ],
    [
      'an ambiguous alias',
      () => write('small.json', SMALL),
      ['--node', 'ALICE'],
      /2 nodes go by the alias/,
    ],
  ])('ends with 2 and a sentence for %s', async (_what, file, more, message) => {
    const { exit, err, out } = await runCommand('graph', file(), ...more);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toContain('    at ');
    expect(out).toBe('');
    const scripts = await runCommand('graph', file(), ...more, '--json');
    expect(scripts.exit).toBe(2);
    expect(JSON.parse(scripts.out)).toEqual({
      error: {
        code: expect.stringMatching(/^(usage|graph_format)$/),
        message: expect.stringMatching(message),
      },
    });
  });

  const mainnet = mainnetFile();
  it.skipIf(mainnet === undefined)('counts the real network exactly', async () => {
    const { out } = await runCommand('graph', mainnet!, '--json');
    expect(JSON.parse(out)).toMatchObject({
      nodes: 17_324,
      channels: 50_808,
      directedPolicies: 65_809,
      rejected: [],
    });
  });

  it('names the file that holds something else', async () => {
    const file = write('other.json', 'root:x:0:0');
    const { exit, err } = await runCommand('graph', file);
    expect(exit).toBe(2);
    expect(err).toMatch(new RegExp(`^ballast: ${file}: this is no JSON `));
    const demo = await runCommand('demo', '--graph', file, '--json');
    expect(JSON.parse(demo.out).error).toMatchObject({ code: 'graph_format' });
    expect(JSON.parse(demo.out).error.message).toContain(file);
  });

  const reduced = reducedFile();
  it.skipIf(reduced === undefined)('counts the real sub-graph exactly', async () => {
    const { out } = await runCommand('graph', reduced!, '--json');
    expect(JSON.parse(out)).toMatchObject({
      nodes: 99,
      channels: 533,
      directedPolicies: 1066,
      disabledPolicies: 37,
      components: 1,
    });
  });
});

describe('the command line', () => {
  it.each([
    [[], 2, /Usage: ballast/],
    [['--help'], 0, /Exit codes:/],
    [['fly'], 2, /unknown command 'fly'/],
    [['graph'], 2, /missing required argument 'file'/],
    [['demo', '--nodes', '3'], 2, /whole number from 20 to 20000/],
    [['demo', '--seed', 'x'], 2, /whole number/],
    [['rebalance'], 2, /required option '--from/],
  ])('%j ends with %i', async (args, exit, message) => {
    const result = await runCommand(...args);
    expect(result.exit).toBe(exit);
    expect(result.out + result.err).toMatch(message);
  });

  it('tells scripts in JSON what the option parser refuses', async () => {
    const { exit, out, err } = await runCommand('graph', 'x.json', '--fly', '--json');
    expect([exit, JSON.parse(out)]).toEqual([
      2,
      {
        error: { code: 'usage', message: "unknown option '--fly'; see `ballast graph --help`" },
      },
    ]);
    expect(err).toMatch(/unknown option '--fly'/);
  });

  it('repeats nothing that would act on a terminal', async () => {
    const { exit, err } = await runCommand('fly\u001b[2J');
    expect([exit, err]).toEqual([
      2,
      "error: unknown command 'fly\ufffd[2J'\nballast: see `ballast --help`\n",
    ]);
  });
});
