/** What `ballast run` refuses to begin with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../run-command.ts';
import { type ServedCircle, serveCircle } from '../served-circle.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-run-'));
let circle: ServedCircle;

beforeAll(async () => {
  circle = await serveCircle();
});

afterAll(async () => {
  await circle.close();
  rmSync(folder, { recursive: true });
});

/** A sound configuration, with some of its lines replaced. */
function configFile(...changes: readonly (readonly [string, string])[]): string {
  const value = (option: string): string => circle.access[circle.access.indexOf(option) + 1]!;
  const lines = {
    lnd: value('--lnd'),
    tls: value('--tls'),
    macaroon: value('--macaroon'),
    ...Object.fromEntries(changes),
  };
  const file = join(folder, 'b.toml');
  const {
    lnd,
    tls,
    macaroon,
    path = value('--store'),
    more = '',
  } = lines as Record<string, string>;
  writeFileSync(
    file,
    `[node]\nlnd = "${lnd}"\ntls = "${tls}"\nmacaroon = "${macaroon}"\n[store]\npath = "${path}"\n[budget]\nper_day = 5\n${more}`,
  );
  return file;
}

describe('ballast run', () => {
  it('wants a configuration', async () => {
    const { exit, err } = await runCommand('run');
    expect(exit).toBe(2);
    expect(err).toContain("required option '--config <file>' not specified");
  });

  it('says all that is wrong with it, line by line', async () => {
    const file = configFile(['more', '[run]\ninterval = 5\n[plan]\nuse = "x"']);
    const { exit, err, out } = await runCommand('run', '--config', file);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toBe(
      `ballast: ${file}:10: [run] interval is 5; it must be a time from "1s" to "1d": a whole number and a unit, s, m, h or d\n` +
        `ballast: ${file}:12: [plan] use is "x"; it must be "both", "source", "target" or "none"\n`,
    );
    const { error } = JSON.parse((await runCommand('run', '--config', file, '--json')).out);
    expect(error.code).toBe('usage');
    expect(error.message.split('\n')).toHaveLength(2);
  });

  it.each([
    ['tls', '/nowhere/tls.cert', /^ballast: \[node\] tls: .*\/nowhere\/tls\.cert/m],
    ['macaroon', '/nowhere/x.macaroon', /^ballast: \[node\] macaroon: .*\/nowhere\/x\.macaroon/m],
    ['lnd', 'no address at all', /^ballast: \[node\] lnd: .*no address at all/m],
    ['path', '/nowhere/j.db', /^ballast: \[store\] path: there is no folder \/nowhere/m],
  ])('names the key whose file or address will not do: %s', async (key, value, says) => {
    const { exit, err } = await runCommand('run', '--config', configFile([key, value]));
    expect(exit, err).toBe(2);
    expect(err).toMatch(says);
  });

  it('warns of a macaroon that everybody may read, and begins all the same', async () => {
    const { exit, err } = await runCommand('run', '--config', configFile(), '--once', '--dry-run');
    expect(exit, err).toBe(0);
    expect(err).toMatch(/^ballast: warning: .*admin\.macaroon can be read by every user/m);
  });
});
