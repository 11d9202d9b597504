import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config/config-file.ts';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { runCommand } from './run-command.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';

let folder: string;
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ballast-init-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const newFile = (): string => join(folder, `ballast-${++files}.toml`);

describe('ballast init', () => {
  it('writes a configuration for the access that was named, which run reads, for its owner alone', async () => {
    const file = newFile();
    const access = ['--lnd', '127.0.0.1:10009', '--tls', 'x/tls.cert', '--macaroon', '/m.macaroon'];
    const { exit, out } = await runCommand('init', ...access, '--output', file);
    expect(exit).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { config, warnings } = await loadConfig(file);
    expect(config.node).toEqual({
      kind: 'lnd',
      lnd: '127.0.0.1:10009',
      // What the user sees from here is not beside the configuration.
      tls: join(process.cwd(), 'x/tls.cert'),
      macaroon: '/m.macaroon',
    });
    expect(warnings).toEqual([]);
    const bake = bakeMacaroonCommand({ planning: true, saveTo: '/m.macaroon' });
    expect(out).toContain(`\n   ${bake}\n`);
    expect(out).toContain(`\n   ballast doctor --config ${file}\n`);
    expect(out).toContain(`\n   ballast run --config ${file} --dry-run --once\n`);
    expect(out).not.toMatch(/not all of it was named/);
  });

  it('never says to bake over a macaroon that is there', async () => {
    const macaroon = join(folder, 'admin.macaroon');
    writeFileSync(macaroon, 'secret', { mode: 0o600 });
    const access = ['--lnd', '127.0.0.1:10009', '--tls', 'tls.cert', '--macaroon', macaroon];
    const { exit, out } = await runCommand('init', ...access, '--output', newFile());
    expect(exit).toBe(0);
    expect(out).toContain(`${macaroon} is there already.`);
    expect(out).toContain('--save_to=ballast-smallest.macaroon ');
    expect(out).not.toContain(`--save_to=${macaroon}`);
  });

  it('writes placeholders where nothing was named', async () => {
    const file = newFile();
    const { exit, out } = await runCommand('init', '--output', file);
    expect(exit).toBe(0);
    const { config } = await loadConfig(file);
    expect(config.node).toMatchObject({ kind: 'lnd', macaroon: join(folder, 'ballast.macaroon') });
    expect(out).toMatch(/Look through \[node\] in .*: not all of it was named/);
  });

  it.each([
    [['--cln', '/run/rpc'], { kind: 'cln', cln: '/run/rpc' }, /a user who may open \/run\/rpc/],
    [
      ['--clnrest', 'https://h:3010', '--rune', '/r'],
      { kind: 'clnrest', rune: '/r' },
      /its askrene- methods share .*\n.*lightning-cli createrune restrictions=/,
    ],
    [['--ldk-server', 'h:3536'], { kind: 'ldk_server' }, /--dry-run --once\n$/],
  ])('knows other nodes: %j', async (access, node, says) => {
    const file = newFile();
    const { exit, out } = await runCommand('init', ...access, '--output', file);
    expect(exit).toBe(0);
    expect((await loadConfig(file)).config.node).toMatchObject(node);
    expect(out).toMatch(says);
  });

  it('leaves a file that is there as it is, but with --force', async () => {
    const file = newFile();
    writeFileSync(file, 'mine', { mode: 0o644 });
    const refused = await runCommand('init', '--output', file);
    expect(refused.exit).toBe(2);
    expect(refused.err).toMatch(/is there already, and was left as it is: .*--force/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect((await runCommand('init', '--output', file, '--force')).exit).toBe(0);
    expect(readFileSync(file, 'utf8')).toMatch(/^\[node\]$/m);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('prints it, and nothing else, with --output -', async () => {
    const { exit, out, err } = await runCommand('init', '--output', '-');
    expect(exit).toBe(0);
    const file = newFile();
    writeFileSync(file, out);
    expect((await loadConfig(file)).config.node.kind).toBe('lnd');
    expect(err).toMatch(/ballast doctor --config ballast\.toml/);
  });

  it('tells scripts the next steps', async () => {
    const file = newFile();
    const { exit, out } = await runCommand('init', '--output', file, '--json');
    expect(exit).toBe(0);
    const { next, ...rest } = JSON.parse(out) as { next: { what: string; command?: string }[] };
    expect(rest).toEqual({ file });
    expect(next.map(({ command }) => command)).toContain(`ballast doctor --config ${file}`);
  });

  it.each([
    [['--json', '--output', '-'], /both write to standard output/],
    [
      ['--output', '/nonexistent/x.toml'],
      /--output: \/nonexistent\/x\.toml cannot be written: there is no folder \/nonexistent;/,
    ],
    [['--lnd', 'h', '--cln', 's'], /both name a node/],
    [['--cln', 's', '--macaroon', 'm'], /--macaroon does not belong to --cln/],
    [['--clnrest', 'https://h', '--rune', 'A'.repeat(43)], /write it into one with mode 600/],
  ])('refuses %j', async (args, says) => {
    const output = args.includes('--output') ? [] : ['--output', newFile()];
    const { exit, err } = await runCommand('init', ...args, ...output);
    expect(exit).toBe(2);
    expect(err).toMatch(says);
  });
});

describe('what it wrote', () => {
  let circle: ServedCircle;

  beforeAll(async () => {
    circle = await serveCircle();
  });

  afterAll(() => circle.close());

  it('passes the doctor, and runs dry', async () => {
    const file = newFile();
    expect((await runCommand('init', ...circle.access, '--output', file)).exit).toBe(0);
    const examined = await runCommand('doctor', '--config', file);
    expect(examined.exit, examined.out).toBe(0);
    const ran = await runCommand('run', '--config', file, '--dry-run', '--once', '--json');
    expect(ran.exit, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ rounds: 1 });
  });
});
