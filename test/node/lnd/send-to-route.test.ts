import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { Failure, Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { Route } from '../../../src/generated/messages/route.ts';
import { HTLCAttempt, HTLCAttempt_HTLCStatus } from '../../../src/generated/services/payments.ts';
import { RouterService, type SendToRouteRequest } from '../../../src/generated/services/router.ts';
import type { SendOutcome } from '../../../src/ports.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { type PaymentHash, parsePaymentHash } from '../../../src/units/ids.ts';
import { connectTo, never, nodeError, testFake } from './connections.ts';
import { FakeStatus } from './fake-lnd.ts';
import { closedPort, openFrontDoor } from './tcp-servers.ts';

const HASH = parsePaymentHash('e1'.repeat(32));

const ROUTE = Route.fromPartial({
  totalTimeLock: 900_160,
  totalAmtMsat: 1_000_105n,
  totalFeesMsat: 105n,
  hops: [
    {
      chanId: '1055531162664960001',
      pubKey: `03${'22'.repeat(32)}`,
      amtToForwardMsat: 1_000_000n,
      feeMsat: 105n,
      expiry: 900_120,
    },
    {
      chanId: '18446744073709551615',
      pubKey: `02${'11'.repeat(32)}`,
      amtToForwardMsat: 1_000_000n,
      expiry: 900_120,
      mppRecord: { paymentAddr: new Uint8Array(32).fill(9), totalAmtMsat: 1_000_000n },
    },
  ],
});

async function sendAgainst(
  answer: (request: SendToRouteRequest) => HTLCAttempt | Promise<HTLCAttempt>,
): Promise<SendOutcome> {
  const fake = await testFake();
  fake.answer(RouterService.sendToRouteV2, answer);
  const node = await connectTo(fake);
  return node.sendToRoute({ paymentHash: HASH, route: ROUTE });
}

const attempt = (fields: Parameters<typeof HTLCAttempt.fromPartial>[0]): HTLCAttempt =>
  HTLCAttempt.fromPartial({ attemptId: 2n ** 60n + 1n, ...fields });

describe('what is sent', () => {
  it('is the route as it is, under the hash, and never with skip_temp_err', async () => {
    const requests: SendToRouteRequest[] = [];
    await sendAgainst((request) => {
      requests.push(request);
      return attempt({});
    });
    expect(requests).toHaveLength(1);
    const [request] = requests;
    expect(bytesToHex(request?.paymentHash ?? new Uint8Array())).toBe(HASH);
    expect(request?.skipTempErr).toBe(false);
    const plainBytes = (route: Route | undefined): Uint8Array =>
      new Uint8Array(Route.encode(route ?? Route.create()).finish());
    expect(plainBytes(request?.route)).toEqual(plainBytes(ROUTE));
    expect(request?.route?.hops[1]?.chanId).toBe('18446744073709551615');
  });
});

describe('an answer of lnd', () => {
  it('with a success gives the preimage in bytes of its own', async () => {
    const outcome = await sendAgainst(() =>
      attempt({
        status: HTLCAttempt_HTLCStatus.SUCCEEDED,
        preimage: new Uint8Array(32).fill(5),
      }),
    );
    expect(outcome).toEqual({
      kind: 'settled',
      preimage: new Uint8Array(32).fill(5),
      attemptId: 2n ** 60n + 1n,
    });
    if (outcome.kind === 'settled') expect(outcome.preimage.buffer.byteLength).toBe(32);
  });

  it('with a failure gives the failure, channel update included', async () => {
    const failure = Failure.fromPartial({
      code: Failure_FailureCode.FEE_INSUFFICIENT,
      failureSourceIndex: 1,
      htlcMsat: 1_000_105n,
      channelUpdate: {
        chanId: '1055531162664960001',
        signature: new Uint8Array(64).fill(3),
        baseFee: 1000,
        feeRate: 250,
      },
    });
    const outcome = await sendAgainst(() =>
      attempt({ status: HTLCAttempt_HTLCStatus.FAILED, failure }),
    );
    expect(outcome).toEqual({ kind: 'failed', failure, attemptId: 2n ** 60n + 1n });
    if (outcome.kind !== 'failed') return;
    expect(outcome.failure.channelUpdate?.signature.buffer.byteLength).toBe(64);
  });

  it('with a failure code that is newer than Ballast blames the node that sent it', async () => {
    const failure = { ...Failure.create(), failureSourceIndex: 2, code: 321 as 0 };
    const outcome = await sendAgainst(() =>
      attempt({ status: HTLCAttempt_HTLCStatus.FAILED, failure }),
    );
    expect(outcome).toMatchObject({
      kind: 'failed',
      failure: { code: Failure_FailureCode.UNKNOWN_FAILURE, failureSourceIndex: 2 },
    });
  });

  it.each([
    ['still in flight', { status: HTLCAttempt_HTLCStatus.IN_FLIGHT }, /still in flight/],
    ['failed without a failure', { status: HTLCAttempt_HTLCStatus.FAILED }, /without a failure/],
    ['of an unknown status', { status: 9 as 0 }, /unknown status 9/],
  ])('that is odd, %s, leaves the outcome unknown', async (_what, fields, reason) => {
    const outcome = await sendAgainst(() => attempt(fields));
    expect(outcome).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) });
  });
});

describe('a status error', () => {
  const notSent: [number, string][] = [
    [status.ALREADY_EXISTS, 'invoice is already paid'],
    [status.ALREADY_EXISTS, 'payment is in transition'],
    [status.ALREADY_EXISTS, 'payment already exists'],
    [status.UNKNOWN, 'unable to send, no routes provided'],
    [status.UNKNOWN, 'empty route hops provided'],
    [status.UNKNOWN, 'missing payment_addr'],
    [status.UNKNOWN, 'missing total_msat'],
    [status.UNKNOWN, 'no custom records with types below 65536 allowed'],
    [status.UNKNOWN, 'cannot skip temp error for non-MPP'],
    [status.UNKNOWN, 'route has too many hops'],
    [status.UNKNOWN, 'payload size 1497, payload limit 1300: max payload size exceeded'],
    [status.UNKNOWN, 'max routing info size of 1300 bytes exceeded'],
    [status.UNKNOWN, 'required tlv missing: outgoing channel'],
    [status.UNKNOWN, 'attempted value exceeds payment amount'],
    [status.UNKNOWN, "attempted value doesn't match payment amount"],
    [status.UNKNOWN, 'payment has failure reason'],
    [status.UNKNOWN, 'failed to register attempt: payment has settled htlcs: 3'],
    [status.UNKNOWN, 'payment address mismatch'],
    [status.UNKNOWN, 'mp payment total amount mismatch'],
    [status.UNKNOWN, 'payment has non-MPP attempts'],
    [status.UNKNOWN, 'permission denied'],
    [status.UNKNOWN, 'verification failed: signature mismatch after caveat verification'],
    [status.UNKNOWN, 'expected 1 macaroon, got 0'],
    [status.UNKNOWN, 'wallet locked, unlock it to enable full RPC access'],
    [status.UNKNOWN, 'waiting to start, RPC services not available'],
    [status.PERMISSION_DENIED, 'Received HTTP status code 403'],
    [status.UNAUTHENTICATED, 'Received HTTP status code 401'],
  ];

  it.each(notSent)('%i "%s" comes before the HTLC', async (code, details) => {
    const outcome = await sendAgainst(() => {
      throw new FakeStatus(code, details);
    });
    expect(outcome).toEqual({ kind: 'not_sent', reason: expect.any(String) });
  });

  const unknown: [number, string][] = [
    [status.UNAVAILABLE, 'Connection dropped'],
    [status.UNAVAILABLE, 'payment already exists'],
    [status.CANCELLED, 'context canceled'],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded'],
    [status.INTERNAL, 'attempted value exceeds payment amount'],
    [status.INTERNAL, 'panic'],
    [status.ABORTED, ''],
    [status.RESOURCE_EXHAUSTED, 'Bandwidth exhausted or memory limit exceeded'],
    [status.UNIMPLEMENTED, 'No message received'],
    [status.NOT_FOUND, "payment isn't initiated"],
    [status.ALREADY_EXISTS, 'something else'],
    [status.UNKNOWN, ''],
    [status.UNKNOWN, 'router is shutting down'],
    [status.UNKNOWN, 'htlcswitch shutting down'],
    [status.UNKNOWN, 'payment is already succeeded'],
    [status.UNKNOWN, 'payment has already failed'],
    [status.UNKNOWN, 'invoice is already paid'],
    [status.UNKNOWN, 'attempt already settled'],
    [status.UNKNOWN, 'open channel.db: permission denied'],
    [status.UNKNOWN, 'while the wallet locked, unlock it to enable full RPC access'],
    [status.PERMISSION_DENIED, 'Protocol not secure enough'],
  ];

  it.each(unknown)('%i "%s" proves nothing', async (code, details) => {
    const outcome = await sendAgainst(() => {
      throw new FakeStatus(code, details);
    });
    expect(outcome).toMatchObject({ kind: 'unknown' });
    if (outcome.kind === 'unknown') expect(outcome.reason).toContain(details);
  });
});

describe('a connection', () => {
  it('that breaks while the HTLC is out leaves the outcome unknown', async () => {
    const fake = await testFake();
    const arrived = new Promise<void>((resolve) => {
      fake.answer(RouterService.sendToRouteV2, () => {
        resolve();
        return never();
      });
    });
    const node = await connectTo(fake);
    const outcome = node.sendToRoute({ paymentHash: HASH, route: ROUTE });
    await arrived;
    fake.stop();
    expect(await outcome).toMatchObject({ kind: 'unknown' });
  });

  it('that we close ourselves leaves it unknown too', async () => {
    const fake = await testFake();
    const arrived = new Promise<void>((resolve) => {
      fake.answer(RouterService.sendToRouteV2, () => {
        resolve();
        return never();
      });
    });
    const node = await connectTo(fake);
    const outcome = node.sendToRoute({ paymentHash: HASH, route: ROUTE });
    await arrived;
    await node.close();
    expect(await outcome).toMatchObject({ kind: 'unknown' });
  });

  it('that is known to be down means that nothing was sent', async () => {
    const fake = await testFake();
    const door = await openFrontDoor();
    door.leadTo(fake.port);
    const node = await connectTo(fake, { address: door.address });
    door.leadTo(await closedPort());
    // The call that meets the cut may end either way; by the second one it is known.
    await node.info().catch(() => undefined);
    expect((await nodeError(node.info())).code).toBe('unreachable');
    const outcome = await node.sendToRoute({ paymentHash: HASH, route: ROUTE });
    expect(outcome.kind).toBe('not_sent');
    expect(fake.calls.some(({ path }) => path === RouterService.sendToRouteV2.path)).toBe(false);
  });

  it('that has been closed means that nothing was sent', async () => {
    const node = await connectTo(await testFake());
    await node.close();
    expect(await node.sendToRoute({ paymentHash: HASH, route: ROUTE })).toEqual({
      kind: 'not_sent',
      reason: expect.stringContaining('closed'),
    });
  });

  it('is not used for a request that cannot be encoded', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    const tooMuch = { ...ROUTE, totalAmtMsat: 2n ** 64n };
    const outcomes = [
      await node.sendToRoute({ paymentHash: HASH, route: tooMuch }),
      await node.sendToRoute({ paymentHash: 'no hash' as PaymentHash, route: ROUTE }),
    ];
    expect(outcomes.map(({ kind }) => kind)).toEqual(['not_sent', 'not_sent']);
    expect(fake.calls.some(({ path }) => path === RouterService.sendToRouteV2.path)).toBe(false);
  });
});
