import { describe, expect, it, onTestFinished } from 'vitest';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import {
  type ForwardingEvent,
  type ForwardingHistoryRequest,
  ForwardingHistoryResponse,
} from '../../../src/generated/services/policy.ts';
import { forwardingHistory } from '../../../src/node/lnd/forwarding-history.ts';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import type { LndCalls } from '../../../src/node/lnd/lnd-calls.ts';
import { serveLnd } from '../../../src/sim/index.ts';
import { connectTo, nodeError, testFake } from './connections.ts';
import { invoiceOf, servedTriangle } from './served-triangle.ts';

const AT_MS = 1_700_000_000_000;

/** Event number `n` settled `n` milliseconds after the beginning. */
const event = (n: number): Partial<ForwardingEvent> => ({
  timestampNs: BigInt(AT_MS + n) * 1_000_000n + 999_999n,
  chanIdIn: '11',
  chanIdOut: '12',
  amtInMsat: 1_000n + BigInt(n),
  amtOutMsat: 1_000n,
});

/** An lnd that has forwarded `count` HTLCs, and gives as many at once as it is asked for, or `most`. */
async function fakeWith(count: number, most = Number.POSITIVE_INFINITY) {
  const fake = await testFake();
  const requests: ForwardingHistoryRequest[] = [];
  fake.answer(LightningService.forwardingHistory, (request) => {
    requests.push(request);
    const { indexOffset, numMaxEvents, startTime } = request;
    const all = Array.from({ length: count }, (_, n) => event(n)).filter(
      ({ timestampNs }) => timestampNs! >= startTime * 1_000_000_000n,
    );
    const forwardingEvents = all.slice(indexOffset, indexOffset + Math.min(numMaxEvents, most));
    return ForwardingHistoryResponse.fromPartial({
      forwardingEvents,
      lastOffsetIndex: indexOffset + forwardingEvents.length,
    });
  });
  return { node: await connectTo(fake), requests };
}

describe('forwardingHistory', () => {
  it('reads dates in milliseconds and exact amounts', async () => {
    const { node } = await fakeWith(1);
    expect(await node.forwardingHistory({ sinceMs: 0 })).toEqual({
      sinceMs: 0,
      forwards: [
        {
          settledAtMs: AT_MS,
          inChannelId: '11',
          outChannelId: '12',
          amountInMsat: 1_000n,
          amountOutMsat: 1_000n,
        },
      ],
    });
  });

  it('reads every page from the same start, however few lnd gives at once', async () => {
    const { node, requests } = await fakeWith(25, 10);
    const { forwards } = await node.forwardingHistory({ sinceMs: AT_MS });
    expect(forwards.map(({ settledAtMs }) => settledAtMs - AT_MS)).toEqual([
      ...Array.from({ length: 25 }).keys(),
    ]);
    expect(requests.map(({ indexOffset }) => indexOffset)).toEqual([0, 10, 20, 25]);
    expect(new Set(requests.map(({ startTime }) => startTime))).toEqual(
      new Set([BigInt(AT_MS / 1000)]),
    );
  });

  it('leaves out what settled earlier within the same second, of which lnd gives all', async () => {
    const { node, requests } = await fakeWith(3);
    const { forwards } = await node.forwardingHistory({ sinceMs: AT_MS + 2 });
    expect(forwards.map(({ settledAtMs }) => settledAtMs)).toEqual([AT_MS + 2]);
    expect(requests[0]?.startTime).toBe(BigInt(AT_MS / 1000));
  });

  it('never asks from 0, which lnd takes for yesterday', async () => {
    const { node, requests } = await fakeWith(0);
    expect((await node.forwardingHistory({ sinceMs: 0 })).forwards).toEqual([]);
    expect(requests.map(({ startTime }) => startTime)).toEqual([1n]);
  });

  it('holds no more than it is told to: the newest, and says from when on', async () => {
    const pages = [[0, 1, 2], [3, 4], []];
    let served = 0;
    const calls = {
      unary: async () => {
        const page = pages[served++]!;
        const forwardingEvents = page.map(event);
        return ForwardingHistoryResponse.fromPartial({ forwardingEvents, lastOffsetIndex: served });
      },
    } as unknown as LndCalls;
    const options = { sinceMs: AT_MS, deadlineMs: 1, mostForwards: 2 };
    const { sinceMs, forwards } = await forwardingHistory(calls, options);
    expect(forwards.map(({ settledAtMs }) => settledAtMs - AT_MS)).toEqual([3, 4]);
    expect(sinceMs).toBe(AT_MS + 3);
  });

  it('does not turn in circles where lnd does', async () => {
    const fake = await testFake();
    fake.answer(LightningService.forwardingHistory, () =>
      ForwardingHistoryResponse.fromPartial({ forwardingEvents: [event(1)], lastOffsetIndex: 0 }),
    );
    const node = await connectTo(fake);
    const { message } = await nodeError(node.forwardingHistory({ sinceMs: 0 }));
    expect(message).toMatch(/ForwardingHistory with a page that ends at 0/);
  });
});

describe('against the simulator', () => {
  it('lists what a peer has forwarded for us', async () => {
    const { node, network, nodes, channels, route } = await servedTriangle({ planning: true });
    const terms = await invoiceOf(node, 1);
    await node.sendToRoute({ ...terms, route: route(terms) });
    expect((await node.forwardingHistory({ sinceMs: 0 })).forwards).toEqual([]);
    const lnd = await serveLnd(network, nodes[0]!);
    onTestFinished(() => lnd.close());
    const peer = await connectLnd({
      address: lnd.address,
      tlsCert: lnd.tlsCertPem,
      macaroon: lnd.macaroonBytes,
    });
    onTestFinished(() => peer.close());
    expect((await peer.forwardingHistory({ sinceMs: 0 })).forwards).toMatchObject([
      {
        inChannelId: channels[0],
        outChannelId: channels[1],
        amountInMsat: 100_002_200n,
        amountOutMsat: 100_001_100n,
      },
    ]);
  });

  it('needs a permission that the smallest macaroon lacks', async () => {
    const { node } = await servedTriangle();
    const { code, message } = await nodeError(node.forwardingHistory({ sinceMs: 0 }));
    expect(code).toBe('permission_denied');
    expect(message).toContain('uri:/lnrpc.Lightning/ForwardingHistory');
  });
});
