/** Whatever a command shows, tells scripts or logs: what moves money is not in it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { bytesToHex } from '../../src/units/bytes.ts';
import { runCommand } from '../cli/run-command.ts';
import { type ServedCircle, serveCircle } from '../cli/served-circle.ts';

const optionOf = (circle: ServedCircle, option: string): string =>
  circle.access[circle.access.indexOf(option) + 1]!;

/** In hex and base64, each in whole and by its first half. */
function forms(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret);
  return [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')].flatMap(
    (text) => [text, text.slice(0, 20)],
  );
}

async function secretsOf(circle: ServedCircle): Promise<readonly string[]> {
  const store = await openSqliteStore(optionOf(circle, '--store'));
  const records = await store.records();
  await store.close();
  const preimages = records.flatMap((record) =>
    record.kind === 'invoice' ? [record.preimage] : [],
  );
  const addresses = records.flatMap((record) =>
    record.kind === 'intent' ? [record.route.hops.at(-1)!.mppRecord!.paymentAddr] : [],
  );
  expect(preimages.length).toBeGreaterThan(0);
  expect(addresses.length).toBeGreaterThan(0);
  const { macaroonHex } = circle.served;
  // What all macaroons begin with is no secret.
  const signature = Buffer.from(macaroonHex, 'hex').subarray(-32);
  return [...preimages, ...addresses, signature].flatMap(forms);
}

it('neither answers, progress, reports nor logs have macaroon, preimage or payment secret', async () => {
  const circle = await serveCircle();
  try {
    const asked = [...circle.access, '--from', circle.toAlice, '--to', circle.toBob];
    const log = circle.write('ballast.log', '');
    const config = circle.write(
      'ballast.toml',
      `[node]\nlnd = "${optionOf(circle, '--lnd')}"\ntls = "${optionOf(circle, '--tls')}"\n` +
        `macaroon = "${optionOf(circle, '--macaroon')}"\n[store]\npath = "${optionOf(circle, '--store')}"\n` +
        `[budget]\nper_day = 10_000\n[plan]\nstrategy = "balance"\n[log]\nlevel = "debug"\nfile = "${log}"\n`,
    );
    const amount = ['--amount', '100000', '--max-fee-ppm', '5000'];
    const shown = [
      await runCommand('rebalance', ...asked, ...amount),
      await runCommand('rebalance', ...asked, ...amount, '--json'),
      await runCommand('rebalance', ...asked, '--amount', '100000', '--max-fee-ppm', '1', '--json'),
      await runCommand('run', '--config', config, '--once', '--json'),
      await runCommand('report', ...circle.access, '--json'),
      await runCommand('report', ...circle.access, '--csv', '-'),
      await runCommand('resume', ...circle.access, '--json'),
      await runCommand('doctor', '--config', config, '--json'),
      await runCommand('beliefs', 'show', ...circle.access, '--json'),
    ];
    expect(shown[0]!.out).toContain('Settled');
    const logged = readFileSync(log, 'utf8');
    expect(logged).toMatch(/"level":"debug"/);
    const all = [...shown.flatMap(({ out, err }) => [out, err]), logged].join('\n');
    expect(all.length).toBeGreaterThan(5000);
    for (const secret of await secretsOf(circle)) expect(all).not.toContain(secret);
    // It would be found.
    const [hash] = /[0-9a-f]{64}/.exec(all) ?? [];
    expect(forms(Buffer.from(hash!, 'hex')).some((form) => all.includes(form))).toBe(true);
    expect(bytesToHex(Buffer.from(hash!, 'hex'))).toBe(hash);
  } finally {
    await circle.close();
  }
});
