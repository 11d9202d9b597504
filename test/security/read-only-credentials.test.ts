/** What Ballast does with a macaroon that may only read: all that sends nothing, and nothing else. */
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { runCommand } from '../cli/run-command.ts';
import { serveCircle } from '../cli/served-circle.ts';

/** Those of lnd's readonly.macaroon that Ballast has a use for. */
const READS = ['info:read', 'invoices:read', 'offchain:read'];

it('plans, prices and reports with a macaroon that may only read, and moves nothing', async () => {
  const circle = await serveCircle();
  onTestFinished(() => circle.close());
  const macaroon = circle.write('read.macaroon', circle.served.bakeMacaroon(READS).macaroonBytes);
  const access = circle.access.with(circle.access.indexOf('--macaroon') + 1, macaroon);
  const asked = ['--from', circle.toAlice, '--to', circle.toBob, '--amount', '100000'];
  const limit = ['--max-fee-ppm', '5000'];
  const planned = await runCommand('plan', ...access, '--strategy', 'balance');
  expect(planned.exit, planned.err).toBe(0);
  const priced = await runCommand('rebalance', ...access, ...asked, ...limit, '--dry-run');
  expect(priced.exit, priced.err).toBe(0);
  const before = circle.network.balances(circle.toBob);
  const refused = await runCommand('rebalance', ...access, ...asked, ...limit);
  expect(refused.exit).toBe(6);
  expect(`${refused.out}${refused.err}`).toContain('the macaroon lacks what every rebalance needs');
  expect(circle.network.balances(circle.toBob)).toEqual(before);
  expect(circle.network.node(circle.self).listPayments({ includeIncomplete: true })).toEqual([]);
  // As one that could send would have left it.
  await (await openSqliteStore(access.at(-1)!)).close();
  const told = await runCommand('report', ...access);
  expect(told.exit, told.err).toBe(0);
});
