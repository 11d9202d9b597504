import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'vitest';
import type { PaymentHash } from '../../src/units/ids.ts';
import { type ServedCircle, serveCircle } from './served-circle.ts';
import { type StartedCommand, startCommand } from './start-command.ts';

/** Payments stay at the circle's second node until they are released. Both end with the test. */
async function startRebalance(
  context: TestContext,
  ...more: readonly string[]
): Promise<{ readonly stage: ServedCircle; readonly command: StartedCommand }> {
  const stage = await serveCircle();
  context.onTestFinished(() => stage.close());
  stage.network.holdHtlcsAt(stage.bob);
  const { access, toAlice, toBob } = stage;
  const ends = ['--from', toAlice, '--to', toBob];
  const terms = ['--amount', '100000', '--max-fee-ppm', '500'];
  const command = startCommand(context, ['rebalance', ...access, ...ends, ...terms, ...more]);
  return { stage, command };
}

/** Waits until the payment is held at the circle's second node. */
async function sentAndHeld(stage: ServedCircle, command: StartedCommand): Promise<PaymentHash> {
  const [, hash] = await command.says(/sending with payment hash ([0-9a-f]{64})/);
  while (stage.network.pendingHtlcs().length < 2) await sleep(10);
  return hash as PaymentHash;
}

async function untilCancelled(stage: ServedCircle, hash: PaymentHash): Promise<void> {
  while ((await stage.invoiceState(hash)) !== 'canceled') await sleep(10);
}

describe.concurrent('a signal while a payment is under way', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s cancels the invoice and follows the payment until it has failed',
    async (signal, context) => {
      const { expect } = context;
      const { stage, command } = await startRebalance(context);
      const hash = await sentAndHeld(stage, command);
      command.process.kill(signal);
      await command.says(/stopping \(aborted\)/);
      await untilCancelled(stage, hash);
      stage.network.releaseHtlcs(stage.bob);
      expect(await command.exit(), command.err).toBe(4);
      expect(command.out).toMatch(/Not settled \(aborted\)/);
      // Our own refusal of what arrives is no riddle.
      expect(command.out).toMatch(/attempt 1: given back, for its invoice was cancelled: nothing/);
      expect(command.out).toMatch(/│ given back, for it was cancelled │/);
      expect(command.out).not.toContain('INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS');
      expect(stage.network.pendingHtlcs()).toEqual([]);
    },
  );

  it('ends with 5 when the payment stays, its invoice cancelled by the network’s books', async (context) => {
    const { expect } = context;
    const { stage, command } = await startRebalance(context);
    const hash = await sentAndHeld(stage, command);
    command.process.kill('SIGTERM');
    // Whoever waits may ask again; the payment is followed all the same.
    await command.says(/stopping \(aborted\)/);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(5);
    expect(command.out).toContain(`lncli trackpayment ${hash}`);
    expect(await stage.invoiceState(hash)).toBe('canceled');
    expect(stage.network.pendingHtlcs().length).toBeGreaterThan(0);
  });

  it('a second Ctrl-C leaves at once, and says what was left', async (context) => {
    const { expect } = context;
    const { stage, command } = await startRebalance(context, '--json');
    const hash = await sentAndHeld(stage, command);
    command.process.kill('SIGINT');
    await command.says(/press Ctrl-C again/);
    await untilCancelled(stage, hash);
    // Longer than the time within which a second signal counts as the same key press.
    await sleep(1200);
    command.process.kill('SIGINT');
    expect(await command.exit()).toBe(5);
    const { error } = JSON.parse(command.out) as { error: { code: string; message: string } };
    expect(error.code).toBe('in_flight');
    expect(error.message).toContain(`lncli trackpayment ${hash}`);
  });
});

describe.concurrent('a reader that goes away', () => {
  it('before a payment settled has the rebalance stopped, and the rest told on standard error', async (context) => {
    const { expect } = context;
    const { stage, command } = await startRebalance(context);
    command.process.stdout.destroy();
    expect(await command.exit(), command.err).toBe(4);
    expect(command.err).toMatch(/^ballast: nobody reads standard output any more: stopping/);
    expect(command.err).toMatch(/\nballast: Not settled \(aborted\): .*\n$/);
    expect(stage.network.pendingHtlcs()).toEqual([]);
  });

  it('while a payment is under way leaves it to its end, takes the invoice back, and tries no more', async (context) => {
    const { expect } = context;
    const { stage, command } = await startRebalance(context);
    const hash = await sentAndHeld(stage, command);
    command.process.stdout.destroy();
    stage.network.releaseHtlcs(stage.bob, 'fail');
    // That nobody reads shows a turn after writing, and by then the search may have found that no other way is left.
    expect([3, 4], command.err).toContain(await command.exit());
    expect(command.err).toMatch(/\nballast: Not settled \((aborted|no route)\): .*\n$/);
    expect(await stage.invoiceState(hash)).toBe('canceled');
  });

  it.for<[string, readonly ('stdout' | 'stderr')[], RegExp]>([
    ['standard output', ['stdout'], /^ballast: Settled: 100,000 sat moved .*\n$/m],
    ['everything', ['stdout', 'stderr'], /^$/],
  ])('of %s does not keep a payment from settling', async ([, closed, told], context) => {
    const { expect } = context;
    const { stage, command } = await startRebalance(context);
    const before = stage.network.balances(stage.toBob).balance1Msat;
    await sentAndHeld(stage, command);
    for (const stream of closed) command.process[stream].destroy();
    stage.network.releaseHtlcs(stage.bob);
    expect(await command.exit(), command.err).toBe(0);
    expect(command.err).toMatch(told);
    expect(stage.network.balances(stage.toBob).balance1Msat - before).toBe(100_000_000n);
  });

  it('ends the help quietly', async (context) => {
    const { expect } = context;
    const command = startCommand(context, ['--help']);
    command.process.stdout.destroy();
    expect(await command.exit()).toBe(0);
    expect(command.err).toBe('');
  });
});

it('what still waits in the process does not hold it once the command is over', async (context) => {
  const { expect } = context;
  const nodeArgs = ['--import', 'data:text/javascript,setInterval(() => {}, 1e9)'];
  const command = startCommand(context, ['graph', '/nonexistent', '--json'], { nodeArgs });
  expect(await command.exit()).toBe(2);
  expect(JSON.parse(command.out)).toHaveProperty('error.code', 'usage');
  expect(command.err).toMatch(/there is no such file/);
});

describe('an old Node', () => {
  const pretending = (version: string): string =>
    `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;

  it('is told what is needed before anything else is loaded', async (context) => {
    const { expect } = context;
    const nodeArgs = ['--import', pretending('20.20.2')];
    const command = startCommand(context, ['graph', '/nonexistent'], { nodeArgs });
    expect(await command.exit()).toBe(1);
    expect(command.err).toMatch(
      /^ballast: this is Node\.js 20\.20\.2, and 22\.13 or later is needed/,
    );
    expect(command.err.trim().split('\n')).toHaveLength(1);
  });

  it('is not confused with one that will do', async (context) => {
    const { expect } = context;
    const nodeArgs = ['--import', pretending('22.13.0')];
    const command = startCommand(context, ['graph', '/nonexistent'], { nodeArgs });
    expect(await command.exit()).toBe(2);
    expect(command.err).toMatch(/there is no such file/);
  });
});
