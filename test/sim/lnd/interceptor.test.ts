import { type ClientHttp2Session, connect } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure_FailureCode as Code } from '../../../src/generated/messages/failure.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { GetInfoRequest } from '../../../src/generated/services/node.ts';
import {
  ResolveHoldForwardAction as Action,
  type ForwardHtlcInterceptRequest,
  ForwardHtlcInterceptResponse,
  RouterService,
} from '../../../src/generated/services/router.ts';
import { type ServedLnd, type ServeLndOptions, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import type { SendToRouteResult } from '../../../src/sim/records.ts';
import { attemptOf, type Circle, circle, payAround } from '../circle.ts';
import { expectStatus, RpcClient, type TwoWayStream } from './rpc-client.ts';

type Stream = TwoWayStream<ForwardHtlcInterceptResponse, ForwardHtlcInterceptRequest>;

let world: Circle;
let served: ServedLnd;
let rpc: RpcClient;

/** bob's lnd: he forwards what alice pays herself. */
async function serveBob(options: ServeLndOptions = {}): Promise<void> {
  world = circle();
  served = await serveLnd(world.network, world.bob.nodeId, options);
  rpc = new RpcClient(served);
}

async function stopServing(): Promise<void> {
  rpc.close();
  await served.close();
}

beforeEach(() => serveBob());
afterEach(stopServing);

const bobsChannel = () => world.bob.channel(world.channels[0])!;

/** Little enough for hundreds of payments in one direction. */
const pay = (): Promise<SendToRouteResult> => payAround(world, { amountMsat: 500_000n });

function stateOf(sent: Promise<SendToRouteResult>): { state: string } {
  const seen = { state: 'in_flight' };
  void attemptOf(sent).then(({ state }) => {
    seen.state = state;
  });
  return seen;
}

/** Waits for what the simulated node shows; the test's own timeout is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** lnd gives no sign of a connected interceptor before the first offer, so this pays until one comes. */
async function connectedStream(): Promise<{ stream: Stream; sent: Promise<SendToRouteResult> }> {
  const stream: Stream = rpc.twoWay(RouterService.htlcInterceptor);
  for (;;) {
    const before = bobsChannel().pendingHtlcs.length;
    const sent = pay();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const pending = bobsChannel().pendingHtlcs;
    if (pending.length > before && pending.at(-1)?.forwardingChannel === '0') {
      return { stream, sent };
    }
  }
}

const answer = (
  offer: ForwardHtlcInterceptRequest,
  response: Partial<ForwardHtlcInterceptResponse>,
): ForwardHtlcInterceptResponse =>
  ForwardHtlcInterceptResponse.fromPartial({
    incomingCircuitKey: offer.incomingCircuitKey!,
    ...response,
  });

describe('HtlcInterceptor', () => {
  test('offers a forward and carries out RESUME', async () => {
    const { stream, sent } = await connectedStream();
    const offer = (await stream.next())!;
    const [htlc] = bobsChannel().pendingHtlcs;
    expect(offer).toMatchObject({
      incomingCircuitKey: { chanId: world.channels[0], htlcId: htlc!.htlcIndex },
      incomingAmountMsat: htlc!.amountMsat,
      incomingExpiry: htlc!.expiryHeight,
      outgoingRequestedChanId: world.channels[1],
      outgoingExpiry: htlc!.expiryHeight - 40,
      // Served as 0.20.1, whose margin is 13 blocks.
      autoFailHeight: htlc!.expiryHeight - 13,
    });
    expect(Buffer.from(offer.paymentHash).toString('hex')).toBe(htlc!.paymentHash);
    stream.send(answer(offer, { action: Action.RESUME }));
    expect((await attemptOf(sent)).state).toBe('settled');
    stream.cancel();
  });

  test('takes the margins of the version that it reports', async () => {
    served.report({ version: '0.22.0-beta' });
    const { stream } = await connectedStream();
    const offer = (await stream.next())!;
    expect(offer.incomingExpiry - offer.autoFailHeight).toBe(19);
    stream.cancel();
  });

  test('refuses a second client', async () => {
    const { stream } = await connectedStream();
    const second: Stream = rpc.twoWay(RouterService.htlcInterceptor);
    await expectStatus(second.rest(), {
      code: status.UNKNOWN,
      details: 'interceptor already exists',
    });
    stream.cancel();
  });

  test('resumes what it held when the client goes, and takes the next one', async () => {
    const { stream, sent } = await connectedStream();
    stream.cancel();
    expect((await attemptOf(sent)).state).toBe('settled');
    const next = await connectedStream();
    next.stream.cancel();
    expect((await attemptOf(next.sent)).state).toBe('settled');
  });

  test('resumes what it held when the stream is cut', async () => {
    const { stream, sent } = await connectedStream();
    const interceptor = RouterService.htlcInterceptor.path;
    expect(served.cutStreams('/routerrpc.Router/SubscribeHtlcEvents')).toBe(0);
    expect(served.cutStreams(interceptor)).toBe(1);
    await expectStatus(stream.rest(), {
      code: status.UNAVAILABLE,
      details: 'transport is closing',
    });
    expect((await attemptOf(sent)).state).toBe('settled');
    expect(served.cutStreams()).toBe(0);
  });

  const BAD: [
    name: string,
    response: Partial<ForwardHtlcInterceptResponse>,
    code: number,
    details: string | RegExp,
  ][] = [
    // The action that nobody set is SETTLE.
    ['no action', {}, status.UNKNOWN, 'missing preimage'],
    ['a short preimage', { preimage: new Uint8Array(3) }, status.UNKNOWN, /^invalid preimage len/],
    [
      'an unknown HTLC',
      { action: Action.RESUME, incomingCircuitKey: { chanId: '5', htlcId: 77n } },
      status.UNKNOWN,
      'forward does not exist: (Chan ID=0:0:5, HTLC ID=77)',
    ],
    [
      'no key',
      { action: Action.RESUME, incomingCircuitKey: undefined },
      status.INVALID_ARGUMENT,
      'CircuitKey missing from ForwardHtlcInterceptResponse',
    ],
    [
      'a code that is not allowed',
      { action: Action.FAIL, failureCode: Code.UNKNOWN_NEXT_PEER },
      status.INVALID_ARGUMENT,
      'unsupported failure code: UNKNOWN_NEXT_PEER',
    ],
    [
      'code and message',
      { action: Action.FAIL, failureCode: 15, failureMessage: new Uint8Array(292) },
      status.INVALID_ARGUMENT,
      'failure message and failure code are mutually exclusive',
    ],
    [
      'a short message',
      { action: Action.FAIL, failureMessage: new Uint8Array(291) },
      status.INVALID_ARGUMENT,
      'failure message length invalid',
    ],
    [
      'a low record type',
      {
        action: Action.RESUME_MODIFIED,
        outWireCustomRecords: new Map([[65535n, new Uint8Array(1)]]),
      },
      status.INVALID_ARGUMENT,
      /^failed to validate custom records/,
    ],
    ['a strange action', { action: 9 as Action }, status.INVALID_ARGUMENT, /^unrecognized resolve/],
  ];

  test.each(BAD)('%s ends the stream and resumes all', async (_name, response, code, details) => {
    const { stream, sent } = await connectedStream();
    const offer = (await stream.next())!;
    stream.send(answer(offer, response));
    await expectStatus(stream.rest(), { code, details });
    expect((await attemptOf(sent)).state).toBe('settled');
  });

  test.each(['0.20.1-beta', '0.20.3-beta'])('a wrong preimage in %s', async (version) => {
    served.report({ version });
    const { stream, sent } = await connectedStream();
    stream.send(answer((await stream.next())!, { preimage: new Uint8Array(32) }));
    const details = 'preimage does not match hash';
    await expectStatus(stream.rest(), { code: status.UNKNOWN, details });
    if (version === '0.20.1-beta') {
      // Forgotten by then, it stays where it is until its link starts again.
      expect(bobsChannel().pendingHtlcs).toHaveLength(1);
      world.network.setLinkUp(world.channels[0], false);
      world.network.setLinkUp(world.channels[0], true);
    }
    expect((await attemptOf(sent)).state).toBe('settled');
  });

  test('a client that says no more has ended the stream', async () => {
    const { stream, sent } = await connectedStream();
    stream.end();
    await expectStatus(stream.rest(), { code: status.UNKNOWN, details: 'EOF' });
    expect((await attemptOf(sent)).state).toBe('settled');
  });

  test('FAIL and RESUME_MODIFIED reach the sender', async () => {
    const { stream, sent } = await connectedStream();
    stream.send(answer((await stream.next())!, { action: Action.FAIL }));
    expect((await attemptOf(sent)).failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    const second = pay();
    const offer = (await stream.next())!;
    const outAmountMsat = offer.outgoingAmountMsat - 1n;
    stream.send(answer(offer, { action: Action.RESUME_MODIFIED, outAmountMsat }));
    expect((await attemptOf(second)).failure).toMatchObject({
      code: Code.FEE_INSUFFICIENT,
      failureSourceIndex: 2,
    });
    stream.cancel();
  });

  test('a client that reads gets more at once than the node lets wait', async () => {
    const { stream, sent } = await connectedStream();
    const all = [stateOf(sent), ...Array.from({ length: 100 }, () => stateOf(pay()))];
    const circuits = new Set<bigint>();
    while (circuits.size < all.length) {
      const offer = (await stream.next())!;
      circuits.add(offer.incomingCircuitKey!.htlcId);
      stream.send(answer(offer, { action: Action.RESUME }));
    }
    await until(() => all.every(({ state }) => state === 'settled'));
    stream.cancel();
  });

  test('a client that reads nothing stops all forwarding until it goes', async () => {
    world.network.holdHtlcsAt(world.carol.nodeId);
    const earlier = stateOf(pay());
    const session = await silentClient();
    // Far more than the connection's buffers hold.
    const more = Array.from({ length: 400 }, () => stateOf(pay()));
    await new Promise((resolve) => setTimeout(resolve, 300));
    world.network.releaseHtlcs(world.carol.nodeId);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const all = [earlier, ...more];
    expect(all.filter(({ state }) => state !== 'in_flight')).toEqual([]);
    session.destroy();
    await until(() => all.every(({ state }) => state === 'settled'));
  });
});

/** Bare HTTP/2, for gRPC's client reads ahead without end. Connected, as far as the node shows it. */
async function silentClient(): Promise<ClientHttp2Session> {
  const session = connect(`https://${served.address}`, {
    ca: served.tlsCertPem,
    servername: 'localhost',
  });
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': RouterService.htlcInterceptor.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    macaroon: served.macaroonHex,
  });
  stream.on('error', () => {});
  // lnd's way to tell: nobody else can connect.
  for (;;) {
    const taken = world.bob.interceptForwards({ offer: () => true });
    if (taken.kind === 'error') return session;
    taken.connection.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('with requireinterceptor', () => {
  beforeEach(async () => {
    await stopServing();
    await serveBob({ requireInterceptor: true });
  });

  test('GetInfo tells, forwards fail without a client, and held ones are offered to the next', async () => {
    const info = await rpc.ask(LightningService.getInfo, GetInfoRequest.fromPartial({}));
    expect(info.requireHtlcInterceptor).toBe(true);
    expect((await attemptOf(pay())).failure).toMatchObject({
      code: Code.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 1,
    });
    const { stream, sent } = await connectedStream();
    const offer = (await stream.next())!;
    served.cutStreams();
    await stream.rest().catch(() => {});
    const next: Stream = rpc.twoWay(RouterService.htlcInterceptor);
    expect(await next.next()).toEqual(offer);
    next.send(answer(offer, { action: Action.RESUME }));
    expect((await attemptOf(sent)).state).toBe('settled');
    next.cancel();
  });
});
