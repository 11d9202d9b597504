import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/cli/config/config-file.ts';
import { readConfig } from '../../../src/cli/config/read-config.ts';
import { UsageError } from '../../../src/cli/exit-codes.ts';
import { resolvedJustInTime } from '../../../src/engine/just-in-time-options.ts';
import { PLAN_ATTEMPT_COST } from '../../../src/engine/plan-attempt-cost.ts';
import { DEFAULTS } from '../../../src/engine/rebalancer-options.ts';
import { PLAN_DEFAULTS, SETTING_DEFAULTS } from '../../../src/planner/rebalance-plan-request.ts';
import { MAX_ROUTE_CLTV_BLOCKS } from '../../../src/units/cltv.ts';
import { readRepositoryFile } from '../../house/source-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const macaroon = join(folder, 'x.macaroon');
writeFileSync(macaroon, 'secret', { mode: 0o600 });
const NODE = '[node]\nlnd = "127.0.0.1:10009"\ntls = "tls.cert"\nmacaroon = "x.macaroon"\n';

function write(toml: string, name = 'b.toml'): string {
  const file = join(folder, name);
  writeFileSync(file, toml, { mode: 0o644 });
  return file;
}

function openFolder(): void {
  chmodSync(folder, 0o755);
  onTestFinished(() => chmodSync(folder, 0o700));
}

describe('loadConfig', () => {
  it('takes paths from where the file is', async () => {
    const file = write(
      `${NODE}[store]\npath = "sub/j.db"\n[log]\nfile = "/var/l"\n[budget]\nper_day = 1`,
    );
    const { config, warnings } = await loadConfig(file);
    expect(config.node).toEqual({
      kind: 'lnd',
      lnd: '127.0.0.1:10009',
      tls: join(folder, 'tls.cert'),
      macaroon,
    });
    expect(config.store.path).toBe(join(folder, 'sub', 'j.db'));
    expect(config.log.file).toBe('/var/l');
    expect(warnings).toEqual([]);
  });

  it('takes those of every system so', async () => {
    const nodeOf = async (node: string, options = {}): Promise<unknown> =>
      (await loadConfig(write(`[node]\n${node}\n[budget]\nper_day = 1`), options)).config.node;
    const inFolder = (name: string): string => join(folder, name);
    expect(await nodeOf('cln = "rpc"\ngossip_store = "../g"')).toEqual({
      kind: 'cln',
      cln: inFolder('rpc'),
      gossipStore: inFolder('../g'),
    });
    expect(
      await nodeOf('clnrest = "https://h"\nrune_file = "r"\ntls = "ca.pem"\ngossip_store = "/g"'),
    ).toEqual({
      kind: 'clnrest',
      clnrest: 'https://h',
      rune: inFolder('r'),
      tls: inFolder('ca.pem'),
      gossipStore: '/g',
    });
    const ldk = 'ldk_server = "h"\ntls = "t"\napi_key = "k"';
    expect(await nodeOf(ldk, { dryRun: true })).toEqual({
      kind: 'ldk_server',
      ldkServer: 'h',
      tls: inFolder('t'),
      apiKey: inFolder('k'),
    });
  });

  it('warns of runes and keys that others can read', async () => {
    const [rune, key] = [join(folder, 'rune'), join(folder, 'api_key')] as const;
    const warningsOf = async (node: string): Promise<readonly string[]> => {
      const file = write(`[node]\n${node}\n[budget]\nper_day = 1\n[run]\ndry_run = true`);
      return (await loadConfig(file)).warnings;
    };
    for (const file of [rune, key]) writeFileSync(file, 'secret', { mode: 0o600 });
    const rest = 'clnrest = "https://h"\nrune_file = "rune"';
    const ldk = 'ldk_server = "h"\ntls = "t"\napi_key = "api_key"';
    expect([await warningsOf(rest), await warningsOf(ldk)]).toEqual([[], []]);
    for (const file of [rune, key]) chmodSync(file, 0o644);
    // A folder that is closed to others closes what is in it.
    expect([await warningsOf(rest), await warningsOf(ldk)]).toEqual([[], []]);
    openFolder();
    expect([await warningsOf(rest), await warningsOf(ldk)]).toEqual([
      [
        `${rune} can be read by every user of this machine, and whoever has it can do with the node what the rune allows: chmod 600 it`,
      ],
      [
        `${key} can be read by every user of this machine, and whoever has it can do with the node whatever its owner can: chmod 600 it`,
      ],
    ]);
    expect(await warningsOf('cln = "socket"')).toEqual([]);
  });

  it('says all that is wrong, a line each', async () => {
    const file = write(`${NODE}[budget]\nper_day = -1\n[run]\ninterval = "x"`);
    const error = await loadConfig(file).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toBe(
      `${file}:6: [budget] per_day is -1; it must be a whole number of satoshis from 0 to 2,100,000,000,000,000\n` +
        `${file}:8: [run] interval is "x"; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d`,
    );
  });

  it('says why a file cannot be read', async () => {
    const missing = join(folder, 'none.toml');
    await expect(loadConfig(missing)).rejects.toThrow(
      `${missing} cannot be read: there is no such file; name another with --config, or write one with \`ballast init\``,
    );
    await expect(loadConfig(folder)).rejects.toThrow(
      `${folder} cannot be read: it is a folder; name the file in it`,
    );
  });

  it.runIf(process.getuid?.() !== 0)('says that it may not read a file', async () => {
    const file = write('', 'closed.toml');
    chmodSync(file, 0);
    await expect(loadConfig(file)).rejects.toThrow(
      `${file} cannot be read: this user may not read it; change its owner or mode`,
    );
  });

  it('warns of what others could do', async () => {
    chmodSync(macaroon, 0o644);
    openFolder();
    const file = write(
      `${NODE}[budget]\nper_day = 1\n[metrics]\nlisten = "0.0.0.0:9464"\n[run]\ndry_run = true\n[just_in_time]\nenabled = true`,
    );
    chmodSync(file, 0o666);
    const { warnings } = await loadConfig(file);
    chmodSync(macaroon, 0o600);
    expect(warnings).toEqual([
      `${macaroon} can be read by every user of this machine, and whoever has it can do with the node what the macaroon permits: chmod 600 it`,
      `${file} can be written by every user of this machine: chmod 644 it`,
      'metrics are served on 0.0.0.0, without a password: whoever can reach it sees balances and fees',
      'just_in_time is enabled, but lets nothing wait in a dry run',
    ]);
  });
});

describe('the example', () => {
  const example = readRepositoryFile('examples/ballast.toml');

  it('is sound', () => {
    expect(readConfig(example, 'x')).toMatchObject({ kind: 'config' });
  });

  it('is sound with every optional key that it shows', () => {
    const all = example.replaceAll(/^# (?=[a-z_]+ = )/gm, '');
    const reading = readConfig(all, 'x');
    // These say the same twice, or less than what stands elsewhere: one of each pair is for show.
    expect(reading).toEqual({
      kind: 'problems',
      problems: [expect.stringMatching(/\[plan\] amounts and min_amount are both given/)],
    });
  });

  it('is sound with each other way to the node that it shows', () => {
    const [lnd, ...others] = /^\[node\]\n([\s\S]*?)\n\n/m.exec(example)![1]!.split(/^(?=# [A-Z])/m);
    const kinds = others.map((other) => {
      const node = other.replaceAll(/^# {3}(?=[a-z_]+ = )/gm, '');
      const reading = readConfig(example.replace(lnd!, node), 'x', { dryRun: true });
      return reading.kind === 'config' ? reading.config.node.kind : reading.problems;
    });
    expect(kinds).toEqual(['cln', 'clnrest', 'ldk_server']);
  });

  it('shows the defaults that hold', () => {
    const isExample =
      /^# (ever|per_day|max_mb|path|max_fee|earned_share = 0.5|amounts|include|exclude|sources|targets|avoid|leave_out|listen|file|max_moves = 20 +# that)/;
    const defaults = example
      .split('\n')
      .filter((line) => !isExample.test(line))
      .map((line) => line.replace(/^# (?=[a-z_]+ = )/, ''));
    const reading = readConfig(
      defaults.join('\n').replace('enabled = false', 'enabled = true'),
      'x',
    );
    if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
    const { limits, plan, justInTime, run, dryRun, log } = reading.config;
    const { rules: _rules, tags: _tags, settings, attemptCostMsat, attemptCostPpm, ...rest } = plan;
    const {
      graphMaxAgeMs: _age,
      attemptCostMsat: _msat,
      attemptCostPpm: _ppm,
      ...ofEngine
    } = DEFAULTS;
    expect({ attemptCostMsat, attemptCostPpm }).toEqual(PLAN_ATTEMPT_COST);
    expect(limits).toEqual({ ...ofEngine, cleanUp: false });
    expect(settings).toEqual(SETTING_DEFAULTS);
    expect(rest).toEqual({ ...PLAN_DEFAULTS, maxCltvBlocks: MAX_ROUTE_CLTV_BLOCKS });
    const { claimMs: _claimMs, ...ofForwards } = resolvedJustInTime({});
    expect(justInTime).toEqual(ofForwards);
    expect(run).toEqual({ intervalMs: 600_000, planInThread: true, watchDemand: true });
    expect([dryRun, log.level]).toEqual([false, 'info']);
  });

  it('shows every key that there is', async () => {
    const sections = await import('../../../src/cli/config/sections.ts');
    const shown = new Set([...example.matchAll(/^(?:# +)?([a-z_]+) = /gm)].map(([, key]) => key));
    const keys = Object.values(sections).flatMap((keys) => Object.keys(keys));
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !shown.has(key))).toEqual([]);
  });
});
