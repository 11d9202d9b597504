/** Credentials on a command line, which every user of the machine can read while it runs. */
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCommand } from '../cli/run-command.ts';
import { serveCircle } from '../cli/served-circle.ts';
import { serveClnCircle } from '../cli/served-elsewhere.ts';

interface Checked {
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly says: string;
  }[];
}

async function credentialsOf(...args: readonly string[]): Promise<Checked['checks'][number]> {
  const { out, err } = await runCommand('doctor', ...args, '--json');
  const { checks } = JSON.parse(out) as Checked;
  const found = checks.find(({ id }) => id === 'credentials_files');
  if (found === undefined) throw new Error(`${out}${err}`);
  return found;
}

it('doctor warns of a rune that was typed, and of one in a file that others can read', async () => {
  const cln = await serveClnCircle();
  onTestFinished(() => cln.close());
  const withRune = (rune: string) => cln.rest.with(cln.rest.indexOf('--rune') + 1, rune);
  const typed = await credentialsOf(...withRune(cln.served.rune), '--store', cln.journal);
  expect(typed).toMatchObject({
    status: 'warning',
    says: 'the credential stands on the command line, where other users of this machine see it',
  });
  expect(JSON.stringify(typed)).not.toContain(cln.served.rune);
  const file = cln.write('open.rune', cln.served.rune);
  chmodSync(file, 0o644);
  // Made for us alone, the folder would close what is in it.
  chmodSync(dirname(file), 0o755);
  const filed = await credentialsOf(...withRune(file), '--store', cln.journal);
  expect(filed).toMatchObject({
    status: 'warning',
    says: expect.stringContaining('other users of this machine can read'),
  });
});

it('doctor warns of a macaroon that was typed', async () => {
  const circle = await serveCircle();
  onTestFinished(() => circle.close());
  const { macaroonHex } = circle.served;
  const at = circle.access.indexOf('--macaroon') + 1;
  const typed = await credentialsOf(...circle.access.with(at, macaroonHex));
  expect(typed).toMatchObject({
    status: 'warning',
    says: 'the credential stands on the command line, where other users of this machine see it',
  });
  expect(JSON.stringify(typed)).not.toContain(macaroonHex.slice(0, 40));
});
