import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  FailureDetail,
  HtlcEvent,
  RouterService,
  HtlcEvent_EventType as Type,
} from '../../../src/generated/services/router.ts';
import type { HtlcNews } from '../../../src/ports.ts';
import { collect, connectTo, never, nodeError, testFake } from './connections.ts';
import { FakeStatus } from './fake-lnd.ts';

const MOST_UINT64 = 2n ** 64n - 1n;
/** Above 2^53, where numbers begin to have gaps. */
const IN_CHANNEL = '879609302220800001';
const OUT_CHANNEL = '989560465080254465';
const AT_MS = 1_767_225_600_123;

const SUBSCRIBED: HtlcEvent = HtlcEvent.fromPartial({
  event: { $case: 'subscribedEvent', value: {} },
});

const FORWARD: Partial<HtlcEvent> = {
  incomingChannelId: IN_CHANNEL,
  outgoingChannelId: OUT_CHANNEL,
  incomingHtlcId: MOST_UINT64,
  outgoingHtlcId: 2n ** 53n + 1n,
  timestampNs: BigInt(AT_MS) * 1_000_000n + 999_999n,
  eventType: Type.FORWARD,
};

const CIRCUIT = {
  in: { channelId: IN_CHANNEL, htlcId: MOST_UINT64 },
  out: { channelId: OUT_CHANNEL, htlcId: 2n ** 53n + 1n },
  atMs: AT_MS,
  purpose: 'forward',
};

const INFO = {
  incomingTimelock: 900_100,
  outgoingTimelock: 900_020,
  incomingAmtMsat: MOST_UINT64,
  outgoingAmtMsat: 2n ** 53n + 3n,
};
const TERMS = { amountInMsat: MOST_UINT64, amountOutMsat: 2n ** 53n + 3n };

/** What the node tells where lnd sends these and nothing more. */
async function newsOf(...messages: readonly Partial<HtlcEvent>[]): Promise<readonly HtlcNews[]> {
  const fake = await testFake();
  fake.stream(RouterService.subscribeHtlcEvents, async function* () {
    for (const message of messages) yield HtlcEvent.fromPartial(message as object);
    await never();
  });
  const node = await connectTo(fake);
  const stop = new AbortController();
  const told: HtlcNews[] = [];
  for await (const news of node.htlcEvents!({ signal: stop.signal })) {
    told.push(news);
    if (told.length === messages.length) stop.abort();
  }
  return told;
}

const linkFail = (failureDetail: number): HtlcEvent['event'] => ({
  $case: 'linkFailEvent',
  value: {
    info: INFO,
    wireFailure: 15,
    failureDetail: failureDetail as FailureDetail,
    failureString: 'insufficient bandwidth to route htlc',
  },
});

describe('HTLC events', () => {
  it('are told one by one, every number exact', async () => {
    const news = await newsOf(
      SUBSCRIBED,
      { ...FORWARD, event: { $case: 'forwardEvent', value: { info: INFO } } },
      { ...FORWARD, event: { $case: 'settleEvent', value: { preimage: new Uint8Array(32) } } },
      { ...FORWARD, event: { $case: 'forwardFailEvent', value: {} } },
      { ...FORWARD, event: linkFail(FailureDetail.INSUFFICIENT_BALANCE) },
    );
    expect(news).toEqual([
      { kind: 'listening' },
      { ...CIRCUIT, kind: 'went_out', ...TERMS },
      { ...CIRCUIT, kind: 'settled' },
      { ...CIRCUIT, kind: 'failed_onward' },
      { ...CIRCUIT, kind: 'refused', refusal: 'INSUFFICIENT_BALANCE', ...TERMS },
    ]);
  });

  it('of our own payments have one side', async () => {
    const [sent, received, resolved] = await newsOf(
      {
        ...FORWARD,
        incomingChannelId: '0',
        incomingHtlcId: 0n,
        eventType: Type.SEND,
        event: { $case: 'settleEvent', value: { preimage: new Uint8Array(32) } },
      },
      {
        ...FORWARD,
        outgoingChannelId: '0',
        outgoingHtlcId: 0n,
        eventType: Type.RECEIVE,
        event: { $case: 'settleEvent', value: { preimage: new Uint8Array(32) } },
      },
      {
        ...FORWARD,
        outgoingChannelId: '0',
        outgoingHtlcId: 0n,
        eventType: Type.UNKNOWN,
        event: { $case: 'finalHtlcEvent', value: { settled: true, offchain: true } },
      },
    );
    expect(sent).toEqual({ ...CIRCUIT, in: null, purpose: 'send', kind: 'settled' });
    expect(received).toEqual({ ...CIRCUIT, out: null, purpose: 'receive', kind: 'settled' });
    expect(resolved).toEqual({
      ...CIRCUIT,
      out: null,
      purpose: 'unknown',
      kind: 'resolved',
      settled: true,
    });
  });

  it('that lnd has learnt since are told as such', async () => {
    const [nothing, reason, missing] = await newsOf(
      { ...FORWARD, eventType: 17 as 0 },
      { ...FORWARD, eventType: 17 as 0, event: linkFail(99) },
      { ...FORWARD, event: { $case: 'forwardEvent', value: { info: undefined } } },
    );
    expect(nothing).toEqual({ kind: 'unrecognized' });
    expect(reason).toMatchObject({ kind: 'refused', refusal: 'UNRECOGNIZED', purpose: 'unknown' });
    expect(missing).toMatchObject({ kind: 'went_out', amountInMsat: 0n, amountOutMsat: 0n });
  });

  it('tell each reason that lnd has by its name', async () => {
    const names = Object.keys(FailureDetail).filter((name) => name !== 'UNRECOGNIZED');
    const news = await newsOf(
      ...names.map((name) => ({
        ...FORWARD,
        event: linkFail(FailureDetail[name as keyof typeof FailureDetail]),
      })),
    );
    expect(news.map((each) => 'refusal' in each && each.refusal)).toEqual(names);
  });
});

describe('the stream', () => {
  const listen = async (script: () => AsyncIterable<HtlcEvent>) => {
    const fake = await testFake();
    fake.stream(RouterService.subscribeHtlcEvents, script);
    const node = await connectTo(fake);
    const stop = new AbortController();
    return { node, stop, news: collect(node.htlcEvents!({ signal: stop.signal })) };
  };

  it('rejects where lnd ends it', async () => {
    const { news } = await listen(async function* () {
      yield SUBSCRIBED;
    });
    expect(await nodeError(news)).toMatchObject({
      code: 'rpc',
      message: 'lnd stopped reporting HTLC events; subscribe again',
    });
  });

  it('rejects where contact is lost', async () => {
    const { news } = await listen(async function* () {
      yield SUBSCRIBED;
      throw new FakeStatus(status.UNAVAILABLE, 'transport is closing');
    });
    expect(await nodeError(news)).toMatchObject({ code: 'unreachable' });
  });

  it('ends quietly when it is told to, and is over when the node is closed', async () => {
    const quiet = async function* () {
      yield SUBSCRIBED;
      await never();
    };
    const aborted = await listen(quiet);
    setTimeout(() => aborted.stop.abort(), 20);
    expect(await aborted.news).toEqual([{ kind: 'listening' }]);
    const closed = await listen(quiet);
    setTimeout(() => void closed.node.close(), 20);
    expect(await nodeError(closed.news)).toMatchObject({ code: 'closed' });
  });
});
