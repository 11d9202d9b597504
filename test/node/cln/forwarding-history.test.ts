import { describe, expect, onTestFinished, test } from 'vitest';
import { ClnCalls } from '../../../src/node/cln/cln-calls.ts';
import { forwardingHistory } from '../../../src/node/cln/forwarding-history.ts';
import { SocketCarrier } from '../../../src/node/cln/transport/socket-carrier.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { connectTo, scripted } from './scripted-lightningd.ts';

/** Forwards that changed one second after the other, from the Unix time 1,000,000 on. */
async function withForwards(count: number) {
  const lightningd = await scripted();
  lightningd.on('wait', () => ({ subsystem: 'forwards', updated: count }));
  lightningd.on('listforwards', ({ index, start, limit }) => {
    if (index !== 'updated') throw new Error(`odd index ${index}`);
    const forwards = [];
    for (let i = start; i < Math.min(start + limit, count + 1); i++) {
      forwards.push({
        in_channel: '101x1x0',
        out_channel: '102x1x0',
        in_msat: 1_000 + i,
        out_msat: 1_000,
        status: i % 2 === 0 ? 'settled' : 'failed',
        updated_index: i,
        received_time: 999_000,
        resolved_time: 1_000_000 + i + 0.25,
      });
    }
    return { forwards };
  });
  return lightningd;
}

describe('settled forwards', () => {
  test('since a date, oldest first, without those that failed', async () => {
    const lightningd = await withForwards(10);
    const node = await connectTo(lightningd);
    const { sinceMs, forwards } = await node.forwardingHistory({ sinceMs: 1_000_005_000 });
    expect(sinceMs).toBe(1_000_005_000);
    expect(forwards).toEqual(
      [6, 8, 10].map((i) => ({
        settledAtMs: (1_000_000 + i) * 1000 + 250,
        inChannelId: parseChannelId('101x1x0'),
        outChannelId: parseChannelId('102x1x0'),
        amountInMsat: BigInt(1_000 + i),
        amountOutMsat: 1_000n,
      })),
    );
  });

  test('page by page from the newest, and no further than asked for', async () => {
    const lightningd = await withForwards(9_000);
    const node = await connectTo(lightningd);
    const { forwards } = await node.forwardingHistory({ sinceMs: 1_005_500_000 });
    expect(forwards).toHaveLength(1_751);
    expect(lightningd.asked('listforwards').map(({ start }) => start)).toEqual([7_001, 5_001]);
    expect((await node.forwardingHistory({ sinceMs: 0 })).forwards).toHaveLength(4_500);
    expect((await node.forwardingHistory({ sinceMs: 9e12 })).forwards).toEqual([]);
  });

  test('the newest are kept where there are too many, and from when is told', async () => {
    const lightningd = await withForwards(5_000);
    const carrier = new SocketCarrier({
      path: lightningd.path,
      connectDeadlineMs: 5_000,
      maxBytes: 1e7,
      maxBulkBytes: 1e7,
    });
    onTestFinished(() => carrier.close());
    const calls = new ClnCalls(carrier, { callMs: 5_000, bulkMs: 5_000 });
    const { sinceMs, forwards } = await forwardingHistory(calls, { sinceMs: 0, mostForwards: 100 });
    expect(forwards).toHaveLength(100);
    expect(forwards.at(-1)?.amountInMsat).toBe(6_000n);
    expect(sinceMs).toBe((1_000_000 + 4_800) * 1000 + 251);
  });

  test('of a node that never forwarded are none', async () => {
    const lightningd = await scripted();
    lightningd.on('wait', () => ({ subsystem: 'forwards' }));
    const node = await connectTo(lightningd);
    expect((await node.forwardingHistory({ sinceMs: 0 })).forwards).toEqual([]);
  });
});
