/** `ballast run` as a process of its own, against a served lnd: what it says, does, survives and leaves behind. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import { type ServedCircle, serveCircle } from '../served-circle.ts';
import { type StartedCommand, startCommand } from '../start-command.ts';

interface Stage extends ServedCircle {
  /** Paths of the files. */
  readonly config: string;
  readonly journal: string;
  /** Writes the configuration anew. */
  configure(more?: Terms): void;
  start(...more: readonly string[]): StartedCommand;
  movedMsat(): bigint;
}

interface Terms {
  readonly budget?: string;
  readonly run?: string;
  readonly plan?: string;
  readonly log?: string;
  readonly more?: string;
}

async function stageOf(context: TestContext, terms: Terms = {}): Promise<Stage> {
  const circle = await serveCircle();
  context.onTestFinished(() => circle.close());
  const { network, self, toBob, toAlice } = circle;
  for (const channelId of [toAlice, toBob]) {
    network.updatePolicy({ channelId, from: self, policy: { feeRatePpm: 2000 } });
  }
  const value = (option: string): string => circle.access[circle.access.indexOf(option) + 1]!;
  const journal = value('--store');
  const text = (more: Terms): string => `
[node]
lnd = "${value('--lnd')}"
tls = "${value('--tls')}"
macaroon = "${value('--macaroon')}"
[store]
path = "${journal}"
[budget]
per_day = 10_000
${more.budget ?? ''}
[limits]
grace = "2s"
[plan]
strategy = "balance"
${more.plan ?? ''}
[run]
interval = "1s"
${more.run ?? ''}
[log]
level = "debug"
${more.log ?? ''}
${more.more ?? ''}`;
  const config = circle.write('ballast.toml', text(terms));
  const before = network.balances(toBob).balance1Msat;
  return {
    ...circle,
    config,
    journal,
    configure: (more = {}) => void circle.write('ballast.toml', text({ ...terms, ...more })),
    start: (...more) => startCommand(context, ['run', '--config', config, ...more]),
    movedMsat: () => network.balances(toBob).balance1Msat - before,
  };
}

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(20);
};

/** Lines of the log with this message. */
const logged = ({ err }: StartedCommand, message: string): Record<string, unknown>[] =>
  err
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === message);

async function flying(stage: Stage, command: StartedCommand): Promise<string> {
  const [, hash] = await command.says(/"paymentHash":"([0-9a-f]{64})"/);
  await until(() => stage.network.pendingHtlcs().length >= 2);
  return hash!;
}

describe.concurrent('ballast run', () => {
  it('rebalances, and ends in good order with SIGTERM', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context);
    const command = stage.start();
    await until(() => stage.movedMsat() > 0n);
    await until(() => logged(command, 'moved').length > 0);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
    expect(command.out).toMatch(/^Running node self \([0-9a-f]{16}…\), lnd 0\..*, 2 channels\n/);
    expect(command.out).toMatch(/Plans: balance, 1 s after each round; fees: at most 10,000 sat/);
    expect(command.out).toMatch(
      /Stopping(: 1 payment under way, .*)?\nStopped after \d+ rounds?: \d+ of \d+ moves? settled, /,
    );
    const [moved] = logged(command, 'moved');
    expect(moved).toMatchObject({ level: 'info', outcome: 'settled' });
    expect(stage.network.pendingHtlcs()).toEqual([]);
  });

  it('makes one round with --once, and tells it as JSON', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context);
    const command = stage.start('--once', '--json');
    expect(await command.exit(), command.err).toBe(0);
    const summary = JSON.parse(command.out) as Record<string, unknown>;
    expect(summary).toMatchObject({ endedBy: 'signal', rounds: 1, failedRounds: 0 });
    expect(summary['movedMsat']).toBe(String(stage.movedMsat()));
    expect(stage.movedMsat()).toBeGreaterThan(0n);
  });

  it('sends and writes nothing in a dry run', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context);
    const command = stage.start('--once', '--dry-run');
    expect(await command.exit(), command.err).toBe(0);
    expect(command.out).toContain(
      'This is a dry run: nothing is sent, and nothing of it is kept\n',
    );
    expect(logged(command, 'moved')[0]).toMatchObject({ outcome: 'dry_run' });
    expect(stage.movedMsat()).toBe(0n);
    expect(stage.network.node(stage.self).listPayments({ includeIncomplete: true })).toEqual([]);
    const store = await openSqliteStore(stage.journal);
    expect(await store.records()).toEqual([]);
    expect((await store.balances({ sinceMs: 0 })).length).toBe(0);
    await store.close();
  });

  it('lets only one run have a store', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context);
    const first = stage.start();
    await first.says(/"msg":"planned"/);
    const second = stage.start('--json');
    expect(await second.exit()).toBe(2);
    const { error } = JSON.parse(second.out) as { error: { code: string; message: string } };
    expect(error.code).toBe('usage');
    expect(error.message).toBe(
      `[store] path: ${stage.journal} is in use, by another process or by another store of this one. One journal serves one process: stop the other (\`lsof FILE\` names it), or name another file`,
    );
    // A dry run may go on beside it, without the past.
    const dry = stage.start('--dry-run', '--once');
    expect(await dry.exit(), dry.err).toBe(0);
    expect(
      logged(dry, 'the journal is in use: this dry run knows nothing of the past'),
    ).toHaveLength(1);
    first.process.kill('SIGTERM');
    expect(await first.exit()).toBe(0);
  });

  it('reads its configuration anew with SIGHUP, and says what takes a restart', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { plan: 'exclude = ["Bob"]' });
    const command = stage.start();
    await command.says(/"msg":"planned"/);
    // Not sound: the old one stays.
    stage.configure({ plan: 'exclude = 5\nstrategi = "x"' });
    command.process.kill('SIGHUP');
    await command.says(/the new one is not sound/);
    const [kept] = logged(
      command,
      'the configuration was not changed, for the new one is not sound',
    );
    expect(kept!['problems']).toHaveLength(2);
    expect(stage.movedMsat()).toBe(0n);
    stage.configure({
      plan: '',
      more: '[metrics]\nlisten = "127.0.0.1:1"\n[demand]\nwatch = false',
    });
    command.process.kill('SIGHUP');
    await until(() => stage.movedMsat() > 0n);
    const [fixed] = logged(
      command,
      'some of what has changed takes a restart, and stays as it was',
    );
    expect(fixed!['needRestart']).toEqual(['[demand]', '[metrics]']);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
  });

  it('keeps to a budget that was lowered while it ran', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { plan: 'exclude = ["Bob"]' });
    const command = stage.start();
    await command.says(/"msg":"planned"/);
    stage.configure({ plan: '', budget: 'ever = 0' });
    command.process.kill('SIGHUP');
    await until(() => logged(command, 'moved').length > 0);
    expect(logged(command, 'moved')[0]).toMatchObject({ outcome: 'budget' });
    expect(stage.movedMsat()).toBe(0n);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
  });

  it('outlives an lnd that goes away', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { plan: 'exclude = ["Bob"]' });
    const command = stage.start();
    await command.says(/"msg":"planned"/);
    await stage.served.close();
    await command.says(/"msg":"the round failed"/);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
    expect(command.out).toMatch(/\(\d+ more failed\)/);
  });

  it('does not begin where lnd is away', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context);
    await stage.served.close();
    const command = stage.start('--json');
    expect(await command.exit()).toBe(6);
    expect(JSON.parse(command.out)).toHaveProperty('error.code', 'unreachable');
  });
});

describe.concurrent('a payment under way', () => {
  it('is followed after SIGTERM until it has failed', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { run: 'max_moves = 1' });
    stage.network.holdHtlcsAt(stage.bob);
    const command = stage.start();
    const hash = await flying(stage, command);
    command.process.kill('SIGTERM');
    await command.says(/Stopping: 1 payment under way, followed for a while/);
    await until(async () => (await stage.invoiceState(hash as never)) === 'canceled');
    stage.network.releaseHtlcs(stage.bob);
    expect(await command.exit(), command.err).toBe(0);
    expect(stage.network.pendingHtlcs()).toEqual([]);
    expect(stage.movedMsat()).toBe(0n);
  });

  it('that stays longer than the grace is told by exit code 5', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { run: 'max_moves = 1' });
    stage.network.holdHtlcsAt(stage.bob);
    const command = stage.start();
    await flying(stage, command);
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(5);
    expect(command.out).toMatch(/; 1 payment still under way\n$/);
  });

  it('is named when a second signal insists', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { run: 'max_moves = 1' });
    stage.network.holdHtlcsAt(stage.bob);
    const command = stage.start('--json');
    const hash = await flying(stage, command);
    command.process.kill('SIGTERM');
    await command.says(/Stopping: 1 payment/);
    await sleep(1100);
    command.process.kill('SIGTERM');
    expect(await command.exit()).toBe(5);
    const { error } = JSON.parse(command.out) as { error: { code: string; message: string } };
    expect(error.code).toBe('in_flight');
    expect(error.message).toContain(`1 payment is under way (${hash})`);
  });

  it('that a killed run has left is resumed by the next, and not paid twice', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { run: 'max_moves = 1' });
    stage.network.holdHtlcsAt(stage.bob);
    const first = stage.start();
    const hash = await flying(stage, first);
    first.process.kill('SIGKILL');
    expect(await first.exit()).toBe('SIGKILL');
    const second = stage.start();
    await second.says(/"msg":"an unfinished rebalance is followed"/);
    expect(second.out).toMatch(
      new RegExp(`Left under way by an earlier process, and followed: ${hash}`),
    );
    await until(async () => (await stage.invoiceState(hash as never)) === 'canceled');
    stage.network.releaseHtlcs(stage.bob);
    await second.says(/"msg":"an unfinished rebalance has ended"/);
    await until(() => stage.movedMsat() > 0n);
    second.process.kill('SIGTERM');
    expect(await second.exit(), second.err).toBe(0);
    const [ended] = logged(second, 'an unfinished rebalance has ended');
    expect(ended).toMatchObject({ outcome: 'interrupted', movedMsat: '0' });
  });
});

describe.concurrent('figures and log', () => {
  it('are served while it runs', async (context) => {
    const { expect } = context;
    const stage = await stageOf(context, { more: '[metrics]\nlisten = "127.0.0.1:0"' });
    const command = stage.start();
    const [, url] = await command.says(/Metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/);
    await until(() => logged(command, 'moved').length > 0);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/^ballast_moves_total\{outcome="settled"\} [1-9]/m);
    expect(text).toMatch(/^ballast_budget_left_sat\{span="day"\} 9\d\d\d/m);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    // Its port is taken: another run says so.
    const port = new URL(url!).port;
    const other = await stageOf(context, { more: `[metrics]\nlisten = "127.0.0.1:${port}"` });
    const second = other.start();
    expect(await second.exit()).toBe(2);
    expect(second.err).toMatch(
      `[metrics] listen: 127.0.0.1:${port} cannot be listened on: another program listens there; name another port`,
    );
    command.process.kill('SIGTERM');
    expect(await command.exit(), command.err).toBe(0);
  });

  it('hold no secret, in any spelling', async (context) => {
    const { expect } = context;
    const file = 'run.log';
    // Small moves, one at a time, so that there is one left for the second run.
    const plan = 'amounts = [500_000]';
    const stage = await stageOf(context, { log: `file = "${file}"`, plan, run: 'max_moves = 1' });
    // Failures, settled payments, a crash and a recovery.
    stage.network.holdHtlcsAt(stage.bob);
    const first = stage.start();
    await until(() => stage.network.pendingHtlcs().length >= 2);
    first.process.kill('SIGKILL');
    await first.exit();
    stage.network.releaseHtlcs(stage.bob);
    const second = stage.start();
    const logFile = stage.config.replace(/[^/]+$/, file);
    const says = (message: string): boolean => {
      const exit = second.process.exitCode;
      if (exit !== null) throw new Error(`it ended with ${exit}: ${second.err}`);
      return readFileSync(logFile, 'utf8').includes(`"msg":"${message}"`);
    };
    await until(() => says('an unfinished rebalance has ended'));
    await until(() => says('moved'));
    await stage.served.close();
    await until(() => says('the round failed'));
    second.process.kill('SIGTERM');
    await second.exit();
    const said =
      [first, second].map(({ out, err }) => out + err).join('') + readFileSync(logFile, 'utf8');
    expect(said).toMatch(/"paymentHash":"[0-9a-f]{64}"/);
    const store = await openSqliteStore(stage.journal);
    const preimages = (await store.records()).flatMap((record) =>
      record.kind === 'invoice' ? [record.preimage] : [],
    );
    const addresses = (await store.records()).flatMap((record) =>
      record.kind === 'intent'
        ? record.route.hops.flatMap(({ mppRecord }) => (mppRecord ? [mppRecord.paymentAddr] : []))
        : [],
    );
    await store.close();
    expect(preimages.length).toBeGreaterThan(1);
    expect(addresses.length).toBeGreaterThan(1);
    const lower = said.toLowerCase();
    for (const secret of [stage.served.macaroonBytes, ...preimages, ...addresses]) {
      const bytes = Buffer.from(secret);
      expect(bytes.length).toBeGreaterThan(16);
      for (const spelling of ['hex', 'base64', 'base64url'] as const) {
        // The middle of it as well, for base64 of a part begins elsewhere.
        const whole = bytes.toString(spelling).replace(/=+$/, '');
        expect(said).not.toContain(whole);
        expect(lower).not.toContain(whole.slice(4, 28).toLowerCase());
      }
      expect(said).not.toContain([...bytes].slice(0, 8).join(','));
    }
  });
});
