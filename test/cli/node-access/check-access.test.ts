/** What is refused before anything is dialled, and how far secrets are shown. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readRune } from '../../../src/cli/node-access/read-rune.ts';
import { generateCertificate } from '../../../src/sim/lnd/certificate.ts';
import { runCommand } from '../run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ballast-access-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const RUNE = `${'a_-Z0'.repeat(10)}==`;
const text = write('text', 'some text');
const none = join(folder, 'none');

const refusal = async (...args: readonly string[]): Promise<string> => {
  const { exit, err } = await runCommand('plan', ...args);
  expect(exit, err).toBe(2);
  return err;
};

describe('before anything is dialled', () => {
  // Nothing listens at port 1: what is dialled ends with 6.
  const rest = ['--clnrest', 'https://127.0.0.1:1', '--rune', RUNE];

  it.each<[readonly string[], string]>([
    [[], 'no node is named; give --lnd with --tls'],
    [['--cln', folder], `--cln: ${folder} is a folder; give the socket in it, such as ${folder}/l`],
    [['--cln', text], `--cln: ${text} is a file and no socket; give the path that`],
    [
      ['--cln', none, '--gossip-store', none],
      `--gossip-store: ${none} cannot be read: there is no such file; lightningd keeps gossip_store in`,
    ],
    [
      [...rest, '--gossip-store', folder],
      `--gossip-store: ${folder} cannot be read: it is a folder; name the file in it; lightningd keeps`,
    ],
    [
      ['--clnrest', 'http://node.example:3010', '--rune', RUNE],
      '--clnrest: "http://node.example:3010" is no address of clnrest: the rune would be sent unencrypted',
    ],
    [[...rest, '--tls', none], `--tls: ${none} cannot be read: there is no such file; give ca.pem`],
    [
      [...rest, '--tls', text],
      `--tls: ${text} is no PEM certificate; give the one that signed clnrest's: ca.pem in lightningd's folder\n`,
    ],
    [
      ['--clnrest', 'https://127.0.0.1:1', '--rune', none],
      '--rune: this is no rune, and no file that can be read (there is no such file); give the path of',
    ],
    [
      ['--clnrest', 'https://127.0.0.1:1', '--rune', text],
      `--rune: ${text} holds no rune; write into it what \`lightning-cli createrune\` shows as "rune", without quotes, and nothing else\n`,
    ],
    [
      ['--ldk-server', 'https://x', '--tls', text, '--api-key', text],
      '--ldk-server: "https://x" is not the address of an LDK Server;',
    ],
    [
      ['--ldk-server', '127.0.0.1:1', '--tls', text, '--api-key', text],
      "--tls: what was given as LDK Server's TLS certificate is no PEM certificate;",
    ],
    [
      ['--lnd', '127.0.0.1:1', '--tls', text, '--macaroon', none],
      "--tls: what was given as lnd's TLS certificate is no PEM certificate;",
    ],
  ])('%j', async (args, message) => {
    expect((await refusal(...args)).startsWith(`ballast: ${message}`)).toBe(true);
  });

  it.runIf(process.getuid?.() !== 0)('a gossip_store of another user', async () => {
    const file = write('gossip_store', 'x');
    chmodSync(file, 0);
    const err = await refusal('--cln', none, '--gossip-store', file);
    expect(err).toContain(`${file} cannot be read: this user may not read it`);
  });

  it('a socket that is not there is a failure of the node, which may be starting', async () => {
    const { exit, err } = await runCommand('plan', '--cln', none);
    expect(exit).toBe(6);
    expect(err).toMatch(new RegExp(`^ballast: there is no socket ${none}; start lightningd, or`));
  });

  it('a clnrest that is not there likewise, its certificate known', async () => {
    const tls = write('ca.pem', (await generateCertificate()).certPem);
    const { exit, err } = await runCommand('plan', ...rest, '--tls', tls);
    expect(exit).toBe(6);
    expect(err).toMatch(/^ballast: nothing listens at 127\.0\.0\.1:1; start clnrest/);
  });
});

describe('a rune', () => {
  it('is taken as it is, or from a file', async () => {
    await expect(readRune(` ${RUNE}\n`)).resolves.toBe(RUNE);
    await expect(readRune(write('rune', `${RUNE}\n`))).resolves.toBe(RUNE);
  });

  it('that is mistyped is not shown', async () => {
    for (const damaged of [
      `${RUNE}.`,
      `${RUNE.slice(0, 20)} ${RUNE.slice(20)}`,
      'x'.repeat(5000).concat('!'),
    ]) {
      const error = await readRune(damaged).catch((reason: unknown) => reason);
      expect((error as Error).message).toMatch(/^this is no rune, and no file that can be read \(/);
      expect((error as Error).message).not.toContain(damaged.slice(0, 15));
    }
  });
});
