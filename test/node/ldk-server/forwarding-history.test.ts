import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ForwardedPayment } from '../../../src/generated/services/ldk-server/types.ts';
import type { Forward } from '../../../src/ports.ts';
import { payThrough } from '../../sim/pay-through.ts';
import { type LdkRing, ldkRing } from './served-ldk.ts';

const EVENTS = '/api.LightningNode/SubscribeEvents';

/** Somebody pays through us. */
const forward = ({ ring }: LdkRing, amountMsat: bigint): Promise<void> => {
  const { network, a, b, channelBS, channelSA } = ring;
  return payThrough(network, { from: b, to: a, channels: [channelBS, channelSA], amountMsat });
};

const historyOf = async ({ node }: LdkRing, sinceMs = 0): Promise<readonly Forward[]> =>
  (await node.forwardingHistory({ sinceMs })).forwards;

/** Until it holds, as the server tells things in its own time. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (await holds()) return;
    await setTimeout(10);
  }
  throw new Error('it never came about');
}

const watching = async (options: Parameters<typeof ldkRing>[0] = {}): Promise<LdkRing> => {
  const world = await ldkRing(options);
  await world.node.forwardingHistory({ sinceMs: 0 });
  await until(() => world.server.calls.includes(EVENTS));
  return world;
};

describe('the history of forwards', () => {
  it('begins when it is first asked for', async () => {
    const world = await ldkRing();
    await forward(world, 1_000_000n);
    const before = Date.now();
    const history = await world.node.forwardingHistory({ sinceMs: 0 });
    expect(history.forwards).toEqual([]);
    expect(history.sinceMs).toBeGreaterThanOrEqual(before);
  });

  it('has what was forwarded since, with the channels and the fee', async () => {
    const world = await watching();
    const before = Date.now();
    await forward(world, 2_000_000n);
    await forward(world, 3_000_000n);
    const { ring } = world;
    const forwards = await historyOf(world);
    // Our own policy asks 10 ppm.
    expect(forwards).toMatchObject([
      { amountInMsat: 2_000_020n, amountOutMsat: 2_000_000n },
      { amountInMsat: 3_000_030n, amountOutMsat: 3_000_000n },
    ]);
    for (const { inChannelId, outChannelId, settledAtMs } of forwards) {
      expect([inChannelId, outChannelId]).toEqual([ring.channelBS, ring.channelSA]);
      expect(settledAtMs).toBeGreaterThanOrEqual(before);
      expect(settledAtMs).toBeLessThanOrEqual(Date.now());
    }
    expect(await historyOf(world, Date.now() + 1)).toEqual([]);
  });

  it('lacks nothing when the server drops events of a slow reader', async () => {
    const world = await watching({ serve: { eventRing: 3 } });
    world.server.stallEvents(true);
    for (let i = 1n; i <= 10n; i++) await forward(world, i * 1_000_000n);
    world.server.stallEvents(false);
    const amounts = (await historyOf(world)).map(({ amountOutMsat }) => amountOutMsat / 1_000_000n);
    expect(amounts.sort((a, b) => Number(a - b))).toEqual([
      1n,
      2n,
      3n,
      4n,
      5n,
      6n,
      7n,
      8n,
      9n,
      10n,
    ]);
    // The events that were left come after their rows, and add nothing.
    await setTimeout(50);
    expect(await historyOf(world)).toHaveLength(10);
  });

  it('is dated by its events, without anybody asking', async () => {
    const world = await watching();
    await forward(world, 1_000_000n);
    await setTimeout(600);
    const asked = Date.now();
    const [only] = await historyOf(world);
    expect(only!.settledAtMs).toBeLessThan(asked - 100);
  });

  it('is read in the background, so that lost events are dated closely', async () => {
    const world = await watching({ connect: { forwardsPollMs: 30 } });
    world.server.stallEvents(true);
    await forward(world, 1_000_000n);
    const forwarded = Date.now();
    const lists = () =>
      world.server.calls.filter((path) => path.endsWith('/ListForwardedPayments')).length;
    const before = lists();
    await until(() => lists() >= before + 3);
    await setTimeout(200);
    const [only] = await historyOf(world);
    expect(Math.abs(only!.settledAtMs - forwarded)).toBeLessThan(Date.now() - forwarded - 50);
  });

  it('goes on after the connection broke, and lacks nothing of meanwhile', async () => {
    const world = await watching();
    world.server.cutConnections();
    await forward(world, 1_000_000n);
    const streams = () => world.server.calls.filter((path) => path === EVENTS).length;
    await until(() => streams() >= 2);
    await forward(world, 2_000_000n);
    expect((await historyOf(world)).map(({ amountOutMsat }) => amountOutMsat)).toEqual([
      1_000_000n,
      2_000_000n,
    ]);
  });

  it('is read over several pages', async () => {
    const world = await watching();
    const { channels } = { channels: await world.node.channels() };
    const locator = (i: number) => ({
      channelId: channels[i]!.ldkChannelId,
      userChannelId: channels[i]!.userChannelId,
      nodeId: channels[i]!.peer,
    });
    for (let i = 0; i < 345; i++) {
      const row = ForwardedPayment.fromPartial({
        totalFeeEarnedMsat: 1n,
        outboundAmountForwardedMsat: BigInt(1_000 + i),
        prevHtlcs: [locator(0)],
        nextHtlcs: [locator(1)],
      });
      world.server.addForward(row, i % 2 === 0);
    }
    expect(await historyOf(world)).toHaveLength(345);
    expect(await historyOf(world)).toHaveLength(345);
  });

  it('leaves out what cannot be told of one channel each', async () => {
    const world = await watching();
    const [one] = await world.node.channels();
    const locator = { channelId: one!.ldkChannelId, userChannelId: one!.userChannelId };
    const common = { totalFeeEarnedMsat: 1n, outboundAmountForwardedMsat: 5n };
    for (const row of [
      { ...common, prevHtlcs: [locator, locator], nextHtlcs: [locator] },
      { ...common, prevHtlcs: [{ channelId: 'closed' }], nextHtlcs: [locator] },
      { totalFeeEarnedMsat: 1n, prevHtlcs: [locator], nextHtlcs: [locator] },
    ]) {
      world.server.addForward(ForwardedPayment.fromPartial(row));
    }
    expect(await historyOf(world)).toEqual([]);
    // Claimed on chain: what it earned is not known, so it counts as nothing.
    const claimed = { outboundAmountForwardedMsat: 5n, prevHtlcs: [locator], nextHtlcs: [locator] };
    world.server.addForward(ForwardedPayment.fromPartial(claimed));
    expect(await historyOf(world)).toMatchObject([{ amountInMsat: 5n, amountOutMsat: 5n }]);
  });
});
