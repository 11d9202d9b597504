/** What every command writes where nobody looks at a terminal: with `--json` one object on standard output, and never a colour. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { leavesOfProgram, WITHOUT_JSON } from './command-leaves.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';
import { type LdkCircle, serveLdkCircle } from './served-elsewhere.ts';

let lnd: ServedCircle;
let ldk: LdkCircle;
let files = 0;

beforeAll(async () => {
  [lnd, ldk] = await Promise.all([serveCircle(), serveLdkCircle()]);
  const store = await openSqliteStore(lnd.access.at(-1)!);
  await store.close();
});

afterAll(() => Promise.all([lnd.close(), ldk.close()]));

interface Call {
  readonly args: () => readonly string[];
  /** What the answer has among other things. */
  readonly has: string;
}

const journal = (): readonly string[] => lnd.access.slice(-2);
const ends = (): readonly string[] => ['--from', lnd.toAlice, '--to', lnd.toBob];
const channel = (): readonly string[] => [...ldk.access, '--channel', ldk.toAlice];

function config(): string {
  const [, address, , tls, , macaroon] = lnd.access;
  const node = `[node]\nlnd = "${address}"\ntls = "${tls}"\nmacaroon = "${macaroon}"\n`;
  return lnd.write(`${++files}.toml`, `${node}[budget]\nper_day = 0\n`);
}

/** One call of every command that ends well. */
const CALLS: Readonly<Record<string, Call>> = {
  demo: { args: () => ['--nodes', '40', '--seed', '3'], has: 'rebalances' },
  init: { args: () => ['--output', lnd.write(`${++files}.toml`, ''), '--force'], has: 'next' },
  doctor: { args: () => lnd.access, has: 'checks' },
  plan: { args: () => lnd.access, has: 'moves' },
  rebalance: {
    args: () => [...lnd.access, ...ends(), '--amount', '1000', '--max-fee-ppm', '5000'],
    has: 'outcome',
  },
  resume: { args: () => lnd.access, has: 'resumed' },
  run: { args: () => ['--config', config(), '--dry-run', '--once'], has: 'rounds' },
  report: { args: journal, has: 'rows' },
  graph: {
    args: () => [lnd.write('graph.json', JSON.stringify({ nodes: [], edges: [] }))],
    has: 'channels',
  },
  'beliefs show': { args: journal, has: 'beliefs' },
  'beliefs import': { args: () => lnd.access, has: 'read' },
  'beliefs export': { args: () => lnd.access, has: 'given' },
  'levers show': { args: () => ldk.access, has: 'channels' },
  'levers price': {
    args: () => [
      ...ldk.access,
      ...['--from', ldk.toAlice, '--to', ldk.toBob, '--amount', '1000000', '--fee-rate', '2'],
    ],
    has: 'circular',
  },
  'levers fees': { args: () => [...channel(), '--rate-ppm', '7'], has: 'change' },
  'levers splice-out': { args: () => [...channel(), '--amount', '100000'], has: 'change' },
  'levers splice-in': { args: () => [...channel(), '--amount', '100000'], has: 'change' },
};

const ESCAPE = '\u001b';

it('there is a call of every command', () => {
  const expected = leavesOfProgram().map(({ name }) => name);
  expect([...Object.keys(CALLS), ...Object.keys(WITHOUT_JSON)].sort()).toEqual(expected.sort());
});

describe.each(Object.entries(CALLS))('ballast %s', (name, { args, has }) => {
  it('answers with one JSON object, and keeps progress apart', async () => {
    const { exit, out, err } = await runCommand(...name.split(' '), ...args(), '--json');
    expect(exit, err).toBe(0);
    expect(out).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(out)).toHaveProperty(has);
    expect(out + err).not.toContain(ESCAPE);
  });

  it('tells people in plain text', async () => {
    const { exit, out, err } = await runCommand(...name.split(' '), ...args());
    expect(exit, err).toBe(0);
    expect(out).toMatch(/\S/);
    expect(out).not.toMatch(/^\{/);
    expect(out + err).not.toContain(ESCAPE);
  });
});
