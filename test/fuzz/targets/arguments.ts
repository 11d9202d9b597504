/** Command lines, as people and scripts mistype them. Nothing is asked of a node: none answers at the only address given. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { runCli } from '../../../src/cli/program.ts';
import { KeptStreams } from '../../cli/run-command.ts';
import { jsonInput, textOf } from '../input/like-example.ts';
import type { FuzzTarget } from '../target.ts';

let folder = '';
const GRAPH = 'graph.json';
/** Nobody listens there, so every command ends where the node is asked for. */
const NOWHERE = ['--lnd', '127.0.0.1:1', '--tls', 'none', '--macaroon', 'none'];

const commands = fc.constantFrom(
  ['graph', GRAPH],
  ['graph', GRAPH, '--node', 'alice', '--json'],
  ['graph', 'none.json'],
  ['rebalance', '--from', 'a', '--to', 'b', '--amount', '1000', '--max-fee-ppm', '5', ...NOWHERE],
  ['rebalance', '--from', 'a', '--amount', '1'],
  ['plan', '--json', ...NOWHERE],
  ['resume', ...NOWHERE],
  ['report', '--since', '30d', ...NOWHERE],
  ['report', '--from', '2026-01-01', '--to', '2026-02-01'],
  ['beliefs', 'show', '--store', 'none.db'],
  ['beliefs', 'import', ...NOWHERE],
  ['--help'],
  ['help', 'plan'],
  ['--version'],
);
const odd = fc.constantFrom(
  '--amount',
  '--amount=1e3',
  '--amount=1,000',
  '--amount=999999999999999999999',
  '--max-fee-ppm=-1',
  '--since=1w',
  '--since=999999h',
  '--from=2026-02-30',
  '--to=-271821-04-20',
  '--json',
  '--',
  '-',
  '--no-json',
  '--store',
  '--store=',
  '--store=:memory:',
  '--node=\u001b[2J',
  '\u202e',
  '--arrival=strict',
  '--min-probability=.5',
  '--timeout=0',
  '--dry-run=1',
  '__proto__',
  '--__proto__=1',
  '--constructor',
);

/** Others set things up, serve, or run until they are told to stop. */
const KNOWN = new Set(['graph', 'rebalance', 'plan', 'resume', 'report', 'beliefs', 'help']);
/** Leads somewhere: only what is listed here may. */
const LEADS =
  /^--(?:lnd|tls|macaroon|cln|clnrest|rune|gossip|ldk|api|config|html|csv|out|socket|server)/;

function argumentsIn(given: unknown): string[] {
  const list = Array.isArray(given) ? given : [];
  const texts = list.filter((one): one is string => typeof one === 'string').slice(0, 40);
  const plain = texts.map((text) => (text.includes('/') ? 'x' : text));
  const safe = plain.filter((text, i) => !LEADS.test(text) && !LEADS.test(plain[i - 1] ?? ''));
  const [first = '--help'] = safe;
  const args = first.startsWith('-') || KNOWN.has(first) ? safe : ['unknown', ...safe];
  return args.includes('--') || args.length === 0 || first === 'graph' ? args : [...args];
}

const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

export const target: FuzzTarget = {
  name: 'arguments',
  about: 'the command line',
  shape: 'json',
  valid: fc
    .tuple(commands, fc.array(odd, { maxLength: 3 }), fc.nat(6))
    .map(([command, more, at]) => [...command.slice(0, at + 1), ...more, ...command.slice(at + 1)])
    .map(jsonInput),
  refusals: [],
  acceptedShare: [0.02, 0.6],
  seededCases: 200,
  prepare: async () => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-fuzz-arguments-'));
    process.chdir(folder);
    writeFileSync(GRAPH, '{"nodes":[],"edges":[]}');
    // A journal that nobody named would be made there.
    process.env['XDG_STATE_HOME'] = folder;
  },
  run: async (input) => {
    let given: unknown;
    try {
      given = JSON.parse(textOf(input));
    } catch {
      return 'refused';
    }
    const streams = new KeptStreams();
    const exit = await runCli(argumentsIn(given), streams);
    const { out, err } = streams.written;
    assert.ok(Object.values(EXIT).includes(exit));
    assert.notEqual(exit, EXIT.internal, err);
    assert.ok(!UNSAFE.test(`${out}${err}`.replaceAll('\n', '')), 'foreign text as it came');
    return exit === EXIT.success ? 'accepted' : 'refused';
  },
};
