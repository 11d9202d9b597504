import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeIdOf } from '../graph/make-graph.ts';
import { mainnetFile } from '../shared-files.ts';
import { runCommand } from './run-command.ts';

interface DemoJson {
  self: string;
  before: { channelId: string; localBalanceSat: string }[];
  after: { channelId: string; localBalanceSat: string }[];
  rebalances: {
    outcome: { kind: string };
    movedMsat: string;
    feePaidMsat: string;
    attempts: { feeMsat: string; outcome: { kind: string }; hops: { channelId: string }[] }[];
    arrivals: { channelId: string; amountMsat: string }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'ballast-demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, graph: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(graph));
  return file;
}

/** The demo's own account must agree with the balances that the node lists. */
function expectHonest(demo: DemoJson): void {
  const last = demo.rebalances.at(-1)!;
  expect(last.outcome.kind).toBe('settled');
  const [moved, fee] = [BigInt(last.movedMsat), BigInt(last.feePaidMsat)];
  const settled = last.attempts.at(-1)!;
  const change = (channelId: string): bigint => {
    const balance = (list: DemoJson['before']) =>
      BigInt(list.find((c) => c.channelId === channelId)!.localBalanceSat);
    return balance(demo.after) - balance(demo.before);
  };
  // Balances are whole sat: one of difference on either side is rounding.
  const [first, arrived] = [settled.hops[0]!.channelId, last.arrivals[0]!.channelId];
  expect(Math.abs(Number(change(first) + (moved + fee) / 1000n))).toBeLessThanOrEqual(1);
  expect(Math.abs(Number(change(arrived) - moved / 1000n))).toBeLessThanOrEqual(1);
  expect(last.arrivals[0]!.amountMsat).toBe(last.movedMsat);
}

describe('ballast demo', () => {
  it.each([1, 2, 3])(
    'settles a rebalance over gRPC and tells the truth about it (seed %i)',
    async (seed) => {
      const { exit, out, err } = await runCommand(
        'demo',
        '--seed',
        String(seed),
        '--nodes',
        '120',
        '--json',
      );
      expect(exit, err).toBe(0);
      expectHonest(JSON.parse(out) as DemoJson);
      expect(err).toContain('over TLS');
    },
  );

  it('shows balances before and after, attempts and fees to people', async () => {
    const { exit, out, err } = await runCommand('demo', '--nodes', '60');
    expect([exit, err]).toEqual([0, '']);
    expect(out).toMatch(/route: .* -\[\d+\]-> /);
    expect(out).toMatch(/fee, msat/);
    expect(out).toMatch(/change, sat/);
    expect(out).toMatch(/Settled: [\d,.]+ sat moved for [\d,]+ msat \([\d,.]+ ppm\)/);
  });

  const mainnet = mainnetFile();
  it.skipIf(mainnet === undefined)('does the same on the real network', async () => {
    const { exit, out, err } = await runCommand('demo', '--graph', mainnet!, '--json');
    expect(exit, err).toBe(0);
    const demo = JSON.parse(out) as DemoJson & { nodes: number; channels: number };
    expect([demo.nodes, demo.channels]).toEqual([17_324, 50_808]);
    expectHonest(demo);
  });

  const oneWay = {
    nodes: ['a', 'b'].map((name) => ({ pub_key: nodeIdOf(name), alias: name })),
    edges: [
      {
        channel_id: '5',
        node1_pub: nodeIdOf('a'),
        node2_pub: nodeIdOf('b'),
        capacity: '900000',
        node1_policy: { time_lock_delta: 40, min_htlc: '1', fee_base_msat: '0' },
        node2_policy: null,
      },
    ],
  };

  it.each<[string, string[], RegExp]>([
    ['a missing file', ['--graph', '/nonexistent/graph.json'], /there is no such file/],
    ['a graph without a way back', ['--graph', write('one-way.json', oneWay)], /nothing to rebal/],
    [
      'a file and a size',
      ['--graph', write('one-way.json', oneWay), '--nodes', '50'],
      /'--nodes <n>' cannot be used with option '--graph <file>'/,
    ],
    ['a size that is none', ['--nodes', '3'], /whole number from 20 to 20000/],
  ])('ends with 2 for %s, in JSON as well', async (_what, args, message) => {
    const people = await runCommand('demo', ...args);
    expect([people.exit, people.err]).toEqual([2, expect.stringMatching(message)]);
    const scripts = await runCommand('demo', ...args, '--json');
    expect(scripts.exit).toBe(2);
    expect(JSON.parse(scripts.out)).toEqual({
      error: { code: 'usage', message: expect.stringMatching(message) },
    });
  });
});
