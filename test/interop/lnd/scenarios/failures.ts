/** Failures that can be provoked from outside, each at the place that it is provoked at, by the payer's own record. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { FailureCodeName } from '../../../../src/engine/index.ts';
import { Tally } from '../../tally.ts';
import { allCircles, type Circle, circles } from '../circles.ts';
import {
  announceStatus,
  changePolicy,
  graphShows,
  type PolicyChange,
  policyAt,
} from '../policies.ts';
import type { RealDirection } from '../real-network.ts';
import { expectMoved, expectNothingMoved, paymentsOf } from '../records.ts';
import { expectRefusal, run } from '../refused-run.ts';
import { firstOr, NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const SUITE = 'real lnd, provoked failures';

export function failures(stageOf: () => Stage): void {
  it('a hop without the balance: TEMPORARY_CHANNEL_FAILURE blames its direction', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const why = 'no circle has a channel in its middle with less balance than all the others have';
    const { circle, hop, amountSat } = firstOr(shortCircles(stage), context, why);
    const what = { circle, amountMsat: BigInt(amountSat) * 1000n };
    const expected = { code: 'TEMPORARY_CHANNEL_FAILURE', index: hop } as const;
    const { blame } = await expectRefusal(stage, what, expected);
    expect(blame).toMatchObject({
      kind: 'channel',
      cause: 'liquidity',
      at: { link: hop, channelId: circle.hops[hop]!.graphId },
    });
    refusedOnce(context);
  });

  const changes: readonly {
    readonly name: string;
    readonly code: FailureCodeName;
    readonly change: (
      was: Awaited<ReturnType<typeof policyAt>>,
      amountMsat: bigint,
    ) => PolicyChange;
    /** Whether the new terms can be met. */
    readonly meets: boolean;
  }[] = [
    {
      name: 'a fee that the graph does not know yet',
      code: 'FEE_INSUFFICIENT',
      // So much that no discount for arrivals makes up for it.
      change: (was, amountMsat) => ({
        fee_base_msat: String(BigInt(was.fee_base_msat) + amountMsat / 20n + 3n),
      }),
      meets: true,
    },
    {
      name: 'a time lock delta that the graph does not know yet',
      code: 'INCORRECT_CLTV_EXPIRY',
      change: (was) => ({ time_lock_delta: was.time_lock_delta + 17 }),
      meets: true,
    },
    {
      name: 'a minimum that the graph does not know yet',
      code: 'AMOUNT_BELOW_MINIMUM',
      change: (_, amountMsat) => ({ min_htlc: String(amountMsat * 2n) }),
      meets: false,
    },
    {
      name: 'a maximum that the graph does not know yet',
      code: 'TEMPORARY_CHANNEL_FAILURE',
      change: (_, amountMsat) => ({ max_htlc_msat: String(amountMsat / 2n) }),
      meets: false,
    },
  ];
  for (const [i, { name, code, change, meets }] of changes.entries()) {
    for (const place of ['middle', 'last_but_one'] as const) {
      it(`${name}, ${place}: ${code}`, async (context) => {
        const stage = stageOf();
        const { network } = stage;
        await network.settle();
        // Each on another channel, for peers take but a few updates of one in a short time.
        const found = circles(network);
        if (found.length === 0) skip(context, NO_CIRCLE);
        const circle = found[(i * 5) % found.length]!;
        const index = place === 'middle' ? 1 : circle.hops.length - 1;
        const direction = circle.hops[index]!;
        const graph = await stage.graphOf(circle.self);
        const was = await policyAt(direction.from, direction);
        const restore = await changePolicy(stage, direction, change(was, network.amountMsat));
        const verdict = await expectRefusal(stage, { circle, graph }, { code, index });
        expect(verdict.update.kind).toBe('usable');
        expect(verdict.source).toBe(direction.from.key);
        if (meets) await expectSecondSettles(stage, { circle, direction, graph });
        await restore();
        refusedOnce(context);
      });
    }
  }

  it('a disabled channel is not used', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network).toReversed(), context, NO_CIRCLE);
    const direction = circle.hops[1]!;
    let disabled = true;
    const restore = async (): Promise<void> => {
      if (!disabled) return;
      await announceStatus(direction, 'ENABLE', 'AUTO');
      disabled = false;
    };
    stage.atEnd(restore);
    await announceStatus(direction, 'DISABLE');
    if (!(await graphShows(circle.self, direction, (policy) => policy.disabled))) {
      skip(context, 'the news of the disabled channel did not come in time');
    }
    const { report, past } = await run(stage, { circle });
    expect(report.outcome.kind).toBe('no_route');
    expect(await paymentsOf(past)).toEqual([]);
    await restore();
    expect(await graphShows(circle.self, direction, (policy) => !policy.disabled)).toBe(true);
    const again = await run(stage, { circle });
    expect(again.report.outcome.kind).toBe('settled');
    await expectMoved(stage.network, again.past, { circle, amountMsat: stage.network.amountMsat });
  }, 600_000);

  it('a peer that is offline on the way: UNKNOWN_NEXT_PEER', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const direction = circle.hops[1]!;
    const graph = await stage.graphOf(circle.self);
    await disconnect(direction);
    try {
      const expected = { code: 'UNKNOWN_NEXT_PEER', index: 1 } as const;
      const node = await stage.ballastOn(circle.self);
      const { report, past } = await run(stage, { circle, graph, node });
      await reconnect(direction);
      const failure = (await paymentsOf(past))[0]?.htlcs.at(-1)?.failure;
      expect([failure?.code, failure?.failure_source_index]).toEqual([
        expected.code,
        expected.index,
      ]);
      const [attempt] = report.attempts;
      expect(attempt?.outcome).toMatchObject({
        kind: 'failed',
        verdict: { code: expected.code, sourceIndex: expected.index, blame: { kind: 'pair' } },
      });
      await expectNothingMoved(stage.network, past);
      refusedOnce(context);
    } finally {
      await reconnect(direction);
    }
  });

  it('a peer of ours that is offline: nothing is sent', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const direction = circle.hops[0]!;
    await disconnect(direction);
    try {
      const { report, past } = await run(stage, { circle });
      expect(report.outcome).toMatchObject({
        kind: 'no_route',
        reason: { code: 'no_outgoing_channel' },
      });
      expect(await paymentsOf(past)).toEqual([]);
    } finally {
      await reconnect(direction);
      await stage.network.settle();
    }
  });

  it('codes that need a faulty node cannot be provoked from outside', (context) =>
    skip(
      context,
      'CHANNEL_DISABLED, *_NODE_FAILURE, PERMANENT_CHANNEL_FAILURE, INVALID_ONION_*, REQUIRED_*_FEATURE_MISSING: a sound lnd does not answer them; test/interop/ldk provokes those that LDK knows',
    ));
}

function refusedOnce(context: Parameters<Tally['report']>[0]): void {
  const tally = new Tally(SUITE);
  tally.sent = tally.refused = 1;
  tally.report(context);
}

/** Circles in which one channel in the middle lacks the balance for an amount that all others can carry. */
function shortCircles({
  network,
}: Stage): readonly { circle: Circle; hop: number; amountSat: number }[] {
  return allCircles(network)
    .flatMap((circle) =>
      circle.hops.slice(1, -1).map((short, i) => {
        const amountSat = Number(short.channel.local_balance) + 1000;
        const others = circle.hops.filter((hop) => hop !== short);
        const carried = others.every(({ usableSat }) => usableSat > amountSat * 1.05 + 1000);
        const fits = Number(short.channel.capacity) * 0.95 > amountSat;
        return { circle, hop: i + 1, amountSat, possible: carried && fits };
      }),
    )
    .filter(({ possible }) => possible)
    .sort((a, b) => a.amountSat - b.amountSat);
}

/** The node learns the new terms from the failure, and pays them exactly. */
async function expectSecondSettles(
  stage: Stage,
  {
    circle,
    direction,
    graph,
  }: {
    circle: Circle;
    direction: RealDirection;
    graph: Awaited<ReturnType<Stage['graphOf']>>;
  },
): Promise<void> {
  const { report, past } = await run(stage, { circle, graph, maxAttempts: 2 });
  expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'settled']);
  const { amountMsat } = stage.network;
  const { feeMsat } = await expectMoved(stage.network, past, { circle, amountMsat });
  expect(report.feePaidMsat).toBe(feeMsat);
  expect(report.attempts[0]!.hops.map(({ channelId }) => channelId)).toContain(direction.graphId);
}

/** lnd answers before it has done so. The other end begins to connect anew after a second. */
async function disconnect({ from, to, channel }: RealDirection): Promise<void> {
  await from.rpc.call('default', 'disconnectPeer', { pub_key: to.key });
  const until = Date.now() + 2000;
  while (Date.now() < until) {
    const listed = await from.rpc.channels();
    if (!listed.some((one) => one.channel_point === channel.channel_point && one.active)) return;
    await pause(10);
  }
}

/** Harmless where they are connected; lnd itself tries again too. */
async function reconnect({ from, to }: RealDirection): Promise<void> {
  const uri = to.info.uris[0];
  if (uri === undefined) return;
  const [pubkey, host] = uri.split('@');
  await from.rpc
    .call('default', 'connectPeer', { addr: { pubkey, host }, perm: false, timeout: '10' })
    .catch(() => undefined);
}
