/** Every program in examples/ is run as it stands, and judged by the books of the network that it met. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bakeMacaroonCommand } from '../../src/node/lnd/index.ts';
import { type Circle, circleNetwork } from '../cli/served-circle.ts';
import { JustInTimeStage } from '../engine/just-in-time-stage.ts';
import { readRepositoryFile } from '../house/source-files.ts';
import { attemptOf, invoiceOf } from '../sim/circle.ts';
import { payThrough } from '../sim/pay-through.ts';
import { ExampleStage, sideMsat } from './example-stage.ts';
import { describedGraph, routeFromJson } from './graph-file.ts';

const names = readdirSync(new URL('../../examples/', import.meta.url));
const started: string[] = [];

async function onCircle(
  name: string,
  options: { readonly planning?: boolean; readonly prepare?: (circle: Circle) => Promise<void> },
) {
  started.push(name);
  const circle = circleNetwork();
  await options.prepare?.(circle);
  const { network, self, toAlice, toBob } = circle;
  const bake = bakeMacaroonCommand({ planning: options.planning ?? false });
  const stage = await ExampleStage.serving(network, self, bake);
  const own = () => [sideMsat(network, self, toAlice), sideMsat(network, self, toBob)] as const;
  const before = own();
  /** What has left over the channel to alice, and come over the one to Bob. */
  const moved = () => {
    const now = own();
    return { sentMsat: before[0] - now[0], cameMsat: now[1] - before[1] };
  };
  return { ...circle, stage, moved };
}

/** alice has paid Bob through us until the channel to Bob, which charges 2,000 ppm, has little left. */
async function withDemand({ network, self, alice, bob, toAlice, toBob }: Circle): Promise<void> {
  const policy = { feeBaseMsat: 1000n, feeRatePpm: 2000 };
  network.updatePolicy({ channelId: toBob, from: self, policy });
  for (let i = 0; i < 16; i++) {
    const channels = [toAlice, toBob];
    await payThrough(network, { from: alice, to: bob, channels, amountMsat: 50_000_000n });
  }
}

describe('examples', () => {
  it('plan-only.ts shows what is worth moving, and moves nothing', async () => {
    const { stage, network, self, moved } = await onCircle('plan-only.ts', {
      planning: true,
      prepare: withDemand,
    });
    const { exit, out, err } = await stage.run('plan-only.ts');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toMatch(/^alice -> Bob: [\d,]+ sat at \d+ ppm, at most [\d,]+ sat, expected/m);
    expect(moved()).toEqual({ sentMsat: 0n, cameMsat: 0n });
    expect(network.node(self).listPayments({})).toEqual([]);
  });

  it('one-rebalance.ts moves what it is told, for the exact fee', async () => {
    const { stage, toAlice, bob, moved } = await onCircle('one-rebalance.ts', {});
    const { exit, out, err } = await stage.run('one-rebalance.ts', toAlice, bob, '500000', '300');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    // alice and Bob each keep 1,000 msat and 100 ppm; Bob's fee passes alice as well.
    const feeMsat = 51_000n + 51_000n + 5n;
    expect(moved()).toEqual({ sentMsat: 500_000_000n + feeMsat, cameMsat: 500_000_000n });
    expect(out).toContain(`moved 500000000 msat for ${feeMsat} msat\n`);
  });

  it('one-rebalance.ts pays nothing above the limit, and says what would have done', async () => {
    const { stage, toAlice, bob, moved } = await onCircle('one-rebalance.ts', {});
    const { exit, out } = await stage.run('one-rebalance.ts', toAlice, bob, '500000', '50');
    expect(exit).toBe(3);
    expect(out).toContain('the cheapest route costs 102005 msat (204.0 ppm), above the fee limit');
    expect(moved()).toEqual({ sentMsat: 0n, cameMsat: 0n });
  });

  it('daemon.ts makes the moves of its plans within the budget, until SIGTERM', async () => {
    const { stage, moved, network } = await onCircle('daemon.ts', {
      planning: true,
      prepare: withDemand,
    });
    const daemon = stage.start('daemon.ts');
    await daemon.says('waiting until');
    daemon.process.kill('SIGTERM');
    const { exit, out, err } = await daemon.end;
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const { sentMsat, cameMsat } = moved();
    expect(cameMsat).toBeGreaterThan(0n);
    expect(sentMsat - cameMsat).toBeLessThanOrEqual(2_000_000n);
    expect(out).toContain(
      `ended by signal after 1 rounds: ${cameMsat} msat for ${sentMsat - cameMsat} msat`,
    );
    expect(network.pendingHtlcs()).toEqual([]);
  });

  it('just-in-time.ts saves a forward that the channel could not carry', async () => {
    started.push('just-in-time.ts');
    const jit = new JustInTimeStage(0);
    const bake = bakeMacaroonCommand({ planning: true, justInTime: true });
    const stage = await ExampleStage.serving(jit.network, jit.self, bake);
    const program = stage.start('just-in-time.ts');
    await program.says('interception_connected');
    const totalMsat = () =>
      [jit.incoming, jit.target, jit.source].reduce((sum, id) => sum + jit.ourMsat(id), 0n);
    const before = totalMsat();
    // None waits before the graph has been read, and on a busy machine it may be decided too late.
    let tries = 0;
    while ((await jit.pay()).state !== 'settled') {
      if (++tries === 40) throw new Error('no forward was ever kept waiting');
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    await program.says('forward_saved');
    program.process.kill('SIGTERM');
    const { exit, out, err } = await program.end;
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const [, earned, spent] = /[1-9] waited, 1 saved: earned (\d+) msat for (\d+) msat/.exec(out)!;
    expect(totalMsat() - before).toBe(BigInt(earned!) - BigInt(spent!));
    expect(jit.network.pendingHtlcs()).toEqual([]);
  });

  it('own-strategy.ts fills the peer it is told, up to half', async () => {
    const { stage, bob, moved, network, self, toBob } = await onCircle('own-strategy.ts', {});
    const { exit, out, err } = await stage.run('own-strategy.ts', '300', bob);
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const { sentMsat, cameMsat } = moved();
    expect(cameMsat).toBe(1_000_000_000n);
    expect(out).toContain(`1000000000 msat: settled, paid ${sentMsat - cameMsat} msat`);
    expect(sideMsat(network, self, toBob)).toBeLessThanOrEqual(5_000_000_000n);
    expect((await stage.run('own-strategy.ts', '150', bob)).out).toBe(
      'nothing is worth its price\n',
    );
  });

  it('own-probability-model.ts believes by its own law, learns, and keeps that', async () => {
    const { stage, toAlice, toBob, moved } = await onCircle('own-probability-model.ts', {});
    const move = (amountSat: string) =>
      stage.run('own-probability-model.ts', toAlice, toBob, amountSat, '300');
    // Six tenths of the one channel between others: 1 - 2/pi asin(sqrt(0.6)), and a hop fails otherwise at times.
    const first = await move('6000000');
    expect({ exit: first.exit, err: first.err }).toEqual({ exit: 0, err: '' });
    expect(first.out).toMatch(/P = 0\.414\nno_route after 1 attempts; \d+ pairs known\n$/);
    expect((await move('6000000')).out).toMatch(/^unlikely after 0 attempts/);
    // Of what lies below six tenths, what covers two: 1 - 0.295 / 0.564.
    expect((await move('2000000')).out).toMatch(/P = 0\.45\d\nsettled after 1 attempts/);
    expect(moved().cameMsat).toBe(2_000_000_000n);
  });

  it('route-from-graph-file.ts builds a route that the network settles for the quoted fee', async () => {
    started.push('route-from-graph-file.ts');
    const { network, pat, rae, ...balances } = new JustInTimeStage(0);
    const stage = ExampleStage.withoutNode();
    const file = stage.write('graph.json', describedGraph(network));
    const { paymentHash, paymentAddr } = invoiceOf(network.node(rae));
    const secret = Buffer.from(paymentAddr).toString('hex');
    const args = [file, pat, rae, '100000', secret, String(network.blockHeight)] as const;
    const { exit, out, err } = await stage.run('route-from-graph-file.ts', ...args);
    expect(exit, err).toBe(0);
    const route = routeFromJson(out);
    expect(route.hops).toHaveLength(5);
    expect(err).toContain(`${route.totalFeesMsat} msat, 5 hops, locked for`);
    const before = sideMsat(network, pat, balances.patSam);
    const request = { paymentHash, route, skipTempErr: false };
    const { state } = await attemptOf(network.node(pat).sendToRoute(request));
    expect(state).toBe('settled');
    const paidMsat = before - sideMsat(network, pat, balances.patSam);
    expect(paidMsat).toBe(100_000_000n + route.totalFeesMsat);
  });

  it("backtest.ts tells what the network's books say", async () => {
    started.push('backtest.ts');
    const { exit, out, err } = await ExampleStage.withoutNode().run('backtest.ts', '2', '1');
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const lines = [
      ...out.matchAll(/earned (\d+) msat; (\d+) moves, paid (\d+) msat; balances (-?\d+)/g),
    ];
    expect(lines).toHaveLength(2);
    for (const [, earned, , paid, balances] of lines) {
      expect(BigInt(balances!)).toBe(BigInt(earned!) - BigInt(paid!));
    }
    const moves = lines.map(([, , count]) => Number(count));
    expect(moves[0]).toBe(0);
    expect(moves[1]).toBeGreaterThan(0);
  });

  it.each([
    ['one-rebalance.ts', [], 2, /^usage: node one-rebalance\.ts FROM TO AMOUNT_SAT MAX_FEE_PPM\n$/],
    ['own-probability-model.ts', ['1', '2'], 2, /^usage: node own-probability-model\.ts FROM TO/],
    ['own-strategy.ts', ['300'], 2, /^usage: node own-strategy\.ts PPM PEER/],
    ['route-from-graph-file.ts', ['x'], 2, /^usage: node route-from-graph-file\.ts FILE FROM/],
    ['backtest.ts', ['many'], 2, /^usage: node backtest\.ts DAYS SEED\n$/],
    [
      'route-from-graph-file.ts',
      ['/nonexistent', '', '', '1', '', '1'].map((each) => each || 'x'),
      1,
      /^Error: ENOENT.*\n$/,
    ],
    // No certificate is there.
    ['plan-only.ts', [], 1, /^NodeError: lnd's TLS certificate could not be read .*\n$/],
    ['daemon.ts', [], 1, /^NodeError: lnd's TLS certificate could not be read .*\n$/],
    ['just-in-time.ts', [], 1, /^NodeError: lnd's TLS certificate could not be read .*\n$/],
    ['one-rebalance.ts', ['1', '2', '3', '4'], 1, /^NodeError: lnd's TLS certificate .*\n$/],
  ] as const)('%s %j ends with %i and one line', async (name, args, exit, says) => {
    const ended = await ExampleStage.withoutNode().run(name, ...args);
    expect(ended).toMatchObject({ exit, out: '' });
    expect(ended.err).toMatch(says);
  });

  it('one-rebalance.ts says in a line which channel it does not know', async () => {
    const { stage, toBob, moved } = await onCircle('one-rebalance.ts', {});
    const { exit, err } = await stage.run('one-rebalance.ts', 'zed', toBob, '500000', '300');
    expect(exit).toBe(1);
    expect(err).toMatch(/^RebalanceRequestError: `from`: "zed" is neither a channel id .*\n$/);
    expect(moved()).toEqual({ sentMsat: 0n, cameMsat: 0n });
  });

  it('are all run here, need no more than seventy-odd lines, and say what they read', () => {
    const programs = names.filter((name) => name.endsWith('.ts'));
    expect([...new Set(started)].sort()).toEqual(programs.sort());
    for (const name of programs) {
      const text = readRepositoryFile(`examples/${name}`);
      expect(text.split('\n').length, name).toBeLessThan(76);
      const [head = ''] = text.split('*/');
      for (const [, variable = ''] of text.matchAll(/(BALLAST_[A-Z_]+):/g)) {
        expect(head, `${name}: ${variable}`).toContain(variable);
      }
    }
  });
});
