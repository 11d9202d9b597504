import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { type AddInvoiceResponse, Invoice } from '../../../src/generated/services/invoice.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import {
  HTLCAttempt_HTLCStatus,
  ListPaymentsRequest,
  Payment_PaymentStatus,
  PaymentFailureReason,
} from '../../../src/generated/services/payments.ts';
import {
  HtlcEvent_EventType,
  RouterService,
  SendToRouteRequest,
} from '../../../src/generated/services/router.ts';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { bytesToHex } from '../../../src/units/bytes.ts';
import { CIRCLE, circularRoute, preimageOf } from './ring-network.ts';
import { expectStatus, RpcClient } from './rpc-client.ts';
import { servedRing } from './served-ring.ts';

const world = servedRing();

const invoiceFor = (preimage: Uint8Array): Promise<AddInvoiceResponse> =>
  world.rpc.ask(LightningService.addInvoice, Invoice.fromPartial({ rPreimage: preimage }));

const requestFor = ({ rHash, paymentAddr }: AddInvoiceResponse): SendToRouteRequest =>
  SendToRouteRequest.fromPartial({
    paymentHash: rHash,
    route: circularRoute(world.ring, paymentAddr),
  });

const send = (request: SendToRouteRequest) => world.rpc.ask(RouterService.sendToRouteV2, request);

const track = (paymentHash: Uint8Array, client = world.rpc) =>
  client.stream(RouterService.trackPaymentV2, { paymentHash, noInflightUpdates: false });

/** Waits for something inside this process; the tests' own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('SendToRouteV2', () => {
  test('settles, and answers with a route whose derived fields are its own', async () => {
    const preimage = preimageOf('settles');
    const request = requestFor(await invoiceFor(preimage));
    // None of these is read by lnd, so none may come back.
    for (const hop of request.route!.hops) {
      Object.assign(hop, { feeMsat: 77n, fee: 77n, amtToForward: 77n, chanCapacity: 77n });
      hop.metadata = Uint8Array.of(1);
    }
    Object.assign(request.route!, { totalFeesMsat: 77n, totalFees: 77n, totalAmt: 77n });
    const attempt = await send(request);
    expect(attempt.status).toBe(HTLCAttempt_HTLCStatus.SUCCEEDED);
    expect(bytesToHex(attempt.preimage)).toBe(bytesToHex(preimage));
    expect(attempt.failure).toBeUndefined();
    expect(attempt.attemptTimeNs).toBeGreaterThan(0n);
    expect(attempt.resolveTimeNs).toBeGreaterThanOrEqual(attempt.attemptTimeNs);
    expect(attempt.route).toMatchObject({
      totalTimeLock: CIRCLE.totalTimeLock,
      totalAmtMsat: 1_001_650n,
      totalAmt: 1001n,
      totalFeesMsat: 1650n,
      totalFees: 1n,
    });
    const hops = attempt.route!.hops.map((hop) => [
      hop.amtToForwardMsat,
      hop.amtToForward,
      hop.feeMsat,
      hop.fee,
      hop.chanCapacity,
      hop.expiry,
      hop.metadata.length,
    ]);
    // Floors taken one by one: 1000 + 1 is the total's 1001, but the fees of 1 and 0 are not its 1.650.
    expect(hops).toEqual([
      [1_000_550n, 1000n, 1100n, 1n, 1001n, 900_163, 0],
      [1_000_000n, 1000n, 550n, 0n, 1000n, 900_083, 0],
      [1_000_000n, 1000n, 0n, 0n, 1000n, 900_083, 0],
    ]);
    expect(attempt.route!.hops[2]!.mppRecord?.totalAmtMsat).toBe(1_000_000n);
  });

  test('custom records of the last hop are shown with what arrived, and no others', async () => {
    const added = await invoiceFor(preimageOf('custom records'));
    const request = requestFor(added);
    const records = new Map([
      [65_536n, Uint8Array.of()],
      [70_001n, Uint8Array.of(1, 2, 3)],
    ]);
    request.route!.hops[0]!.customRecords = new Map([[65_537n, Uint8Array.of(9)]]);
    request.route!.hops[2]!.customRecords = records;
    await send(request);
    const asked = { rHash: added.rHash, rHashStr: '' };
    const { htlcs } = await world.rpc.ask(LightningService.lookupInvoice, asked);
    const hexed = (shown: ReadonlyMap<bigint, Uint8Array>) =>
      [...shown].map(([type, value]) => [type, bytesToHex(value)]);
    expect(htlcs.map(({ customRecords }) => hexed(customRecords))).toEqual([hexed(records)]);
  });

  test('completes keys that the route leaves out', async () => {
    const request = requestFor(await invoiceFor(preimageOf('no keys')));
    for (const hop of request.route!.hops) hop.pubKey = '';
    const attempt = await send(request);
    expect(attempt.status).toBe(HTLCAttempt_HTLCStatus.SUCCEEDED);
    expect(attempt.route!.hops.map((hop) => hop.pubKey)).toEqual([
      world.ring.a,
      world.ring.b,
      world.ring.self,
    ]);
  });

  test('a failure is an answer, not an error', async () => {
    const request = requestFor(await invoiceFor(preimageOf('one short')));
    request.route!.totalAmtMsat -= 1n;
    const attempt = await send(request);
    expect(attempt.status).toBe(HTLCAttempt_HTLCStatus.FAILED);
    expect(attempt.preimage).toHaveLength(0);
    expect(attempt.failure).toMatchObject({
      code: Failure_FailureCode.FEE_INSUFFICIENT,
      failureSourceIndex: 1,
      // What was to be sent on, as lnd fills it in.
      htlcMsat: 1_000_550n,
      channelUpdate: {
        chanId: world.ring.channelAB,
        baseFee: 1000,
        feeRate: 100,
        timeLockDelta: 40,
      },
    });
  });

  const REFUSED: [string, (request: SendToRouteRequest) => void, string][] = [
    [
      'no route',
      (r) => {
        r.route = undefined;
      },
      'unable to send, no routes provided',
    ],
    [
      'no hops',
      (r) => {
        r.route!.hops = [];
      },
      'empty route hops provided',
    ],
    [
      'a short hash',
      (r) => {
        r.paymentHash = r.paymentHash.slice(1);
      },
      'invalid hash length of 31, want 32',
    ],
    [
      'no secret',
      (r) => {
        r.route!.hops[2]!.mppRecord!.paymentAddr = new Uint8Array(0);
      },
      'missing payment_addr',
    ],
    [
      'no total',
      (r) => {
        r.route!.hops[2]!.mppRecord!.totalAmtMsat = 0n;
      },
      'missing total_msat',
    ],
    [
      'a record of the protocol',
      (r) => {
        r.route!.hops[0]!.customRecords.set(65535n, Uint8Array.of(1));
      },
      'no custom records with types below 65536 allowed',
    ],
    [
      'skip_temp_err without MPP',
      (r) => {
        r.route!.hops[2]!.mppRecord = undefined;
        r.skipTempErr = true;
      },
      'cannot skip temp error for non-MPP',
    ],
  ];

  test.each(REFUSED)('%s is refused before there is a payment', async (_name, spoil, details) => {
    const invoice = await invoiceFor(preimageOf('refused'));
    const request = requestFor(invoice);
    spoil(request);
    await expectStatus(send(request), { code: status.UNKNOWN, details });
    const nothing = { code: status.NOT_FOUND, details: "payment isn't initiated" };
    await expectStatus(track(invoice.rHash).next(), nothing);
    expect(world.ring.network.pendingHtlcs()).toEqual([]);
  });

  test('a second send of a settled payment already exists', async () => {
    const request = requestFor(await invoiceFor(preimageOf('twice')));
    await send(request);
    const details = 'invoice is already paid';
    await expectStatus(send(request), { code: status.ALREADY_EXISTS, details });
  });

  test('a full-amount duplicate of a live payment is refused by the node itself', async () => {
    const invoice = await invoiceFor(preimageOf('duplicate'));
    world.ring.network.holdHtlcsAt(world.ring.b);
    const first = send(requestFor(invoice));
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    await expectStatus(send(requestFor(invoice)), {
      code: status.UNKNOWN,
      details: /attempted value exceeds payment amount/,
    });
    world.ring.network.releaseHtlcs(world.ring.b);
    expect((await first).status).toBe(HTLCAttempt_HTLCStatus.SUCCEEDED);
  });

  test('too large an onion leaves a payment in flight without attempts', async () => {
    const invoice = await invoiceFor(preimageOf('zombie'));
    const request = requestFor(invoice);
    request.route!.hops[0]!.customRecords.set(70_000n, new Uint8Array(1300));
    const details = /max payload size exceeded/;
    await expectStatus(send(request), { code: status.UNKNOWN, details });
    const tracking = track(invoice.rHash);
    expect(await tracking.next()).toMatchObject({
      status: Payment_PaymentStatus.IN_FLIGHT,
      htlcs: [],
    });
    tracking.cancel();
    const deletion = { paymentHash: invoice.rHash, failedHtlcsOnly: false };
    expect(await world.rpc.ask(LightningService.deletePayment, deletion)).toEqual({
      status: 'payment deleted',
    });
    expect((await send(requestFor(invoice))).status).toBe(HTLCAttempt_HTLCStatus.SUCCEEDED);
  });
});

describe('TrackPaymentV2 and TrackPayments', () => {
  test('a payment outlives the client that sent it', async () => {
    const invoice = await invoiceFor(preimageOf('outlives'));
    world.ring.network.holdHtlcsAt(world.ring.b);
    const leaving = new RpcClient(world.served);
    const call = leaving.start(RouterService.sendToRouteV2, requestFor(invoice));
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    call.cancel();
    expect((await call.ended)?.code).toBe(status.CANCELLED);
    leaving.close();

    const tracking = track(invoice.rHash);
    expect(await tracking.next()).toMatchObject({
      paymentHash: bytesToHex(invoice.rHash),
      paymentPreimage: '00'.repeat(32),
      status: Payment_PaymentStatus.IN_FLIGHT,
      valueMsat: 1_000_000n,
      htlcs: [{ status: HTLCAttempt_HTLCStatus.IN_FLIGHT, resolveTimeNs: 0n }],
    });
    world.ring.network.releaseHtlcs(world.ring.b);
    const rest = await tracking.rest();
    expect(rest.at(-1)).toMatchObject({
      paymentPreimage: bytesToHex(preimageOf('outlives')),
      status: Payment_PaymentStatus.SUCCEEDED,
      feeMsat: 1650n,
      feeSat: 1n,
      fee: 1n,
      valueSat: 1000n,
      htlcs: [{ status: HTLCAttempt_HTLCStatus.SUCCEEDED }],
    });
    expect(await track(invoice.rHash).rest()).toEqual([rest.at(-1)]);
  });

  test('without in-flight updates only the end is told', async () => {
    const invoice = await invoiceFor(preimageOf('end only'));
    world.ring.network.holdHtlcsAt(world.ring.b);
    const sending = send(requestFor(invoice));
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    const tracking = world.rpc.stream(RouterService.trackPaymentV2, {
      paymentHash: invoice.rHash,
      noInflightUpdates: true,
    });
    await world.rpc.ask(LightningService.getInfo, {});
    world.ring.network.releaseHtlcs(world.ring.b, 'fail');
    expect((await sending).failure).toMatchObject({
      code: Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE,
      failureSourceIndex: 2,
    });
    expect(await tracking.rest()).toMatchObject([
      {
        status: Payment_PaymentStatus.FAILED,
        failureReason: PaymentFailureReason.FAILURE_REASON_ERROR,
      },
    ]);
  });

  test('a tracker of a closing node gets an error, for an end would look final', async () => {
    const invoice = await invoiceFor(preimageOf('closing'));
    world.ring.network.holdHtlcsAt(world.ring.b);
    void send(requestFor(invoice)).catch(() => undefined);
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    const tracking = track(invoice.rHash);
    expect(await tracking.next()).toMatchObject({ status: Payment_PaymentStatus.IN_FLIGHT });
    await world.served.close();
    await expect(tracking.rest()).rejects.toThrow(/UNAVAILABLE|UNKNOWN/);
    // Served again, it is all still there.
    world.served = await serveLnd(world.ring.network, world.ring.self);
    const later = new RpcClient(world.served);
    world.ring.network.releaseHtlcs(world.ring.b);
    expect((await track(invoice.rHash, later).rest()).at(-1)).toMatchObject({
      status: Payment_PaymentStatus.SUCCEEDED,
    });
    later.close();
  });

  test('all payments are followed, those under way first', async () => {
    world.ring.network.holdHtlcsAt(world.ring.b);
    const early = send(requestFor(await invoiceFor(preimageOf('early'))));
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    const all = world.rpc.stream(RouterService.trackPayments, { noInflightUpdates: false });
    expect(await all.next()).toMatchObject({ status: Payment_PaymentStatus.IN_FLIGHT });
    world.ring.network.releaseHtlcs(world.ring.b);
    await early;
    const late = await invoiceFor(preimageOf('late'));
    await send(requestFor(late));
    const seen: [string, number][] = [];
    while (seen.at(-1)?.[0] !== bytesToHex(late.rHash) || seen.at(-1)?.[1] !== 2) {
      const payment = (await all.next())!;
      seen.push([payment.paymentHash, payment.status]);
    }
    expect(seen.filter(([, state]) => state === Payment_PaymentStatus.SUCCEEDED)).toHaveLength(2);
    all.cancel();
  });
});

describe('ListPayments and DeletePayment', () => {
  test('pages, filters and counts as lnd does', async () => {
    const states: string[] = [];
    for (const name of ['p1', 'p2', 'p3', 'p4']) {
      const request = requestFor(await invoiceFor(preimageOf(name)));
      if (name === 'p2') request.route!.totalAmtMsat -= 1n;
      states.push(bytesToHex(request.paymentHash));
      await send(request);
    }
    const list = async (request: Partial<ListPaymentsRequest>) => {
      const answer = await world.rpc.ask(
        LightningService.listPayments,
        ListPaymentsRequest.fromPartial(request),
      );
      return {
        ...answer,
        names: answer.payments.map((p) => `p${states.indexOf(p.paymentHash) + 1}`),
      };
    };
    expect((await list({})).names).toEqual(['p1', 'p3', 'p4']);
    const all = await list({ includeIncomplete: true, countTotalPayments: true });
    expect(all.names).toEqual(['p1', 'p2', 'p3', 'p4']);
    expect([all.firstIndexOffset, all.lastIndexOffset, all.totalNumPayments]).toEqual([1n, 4n, 4n]);
    const incomplete = { includeIncomplete: true } as const;
    expect((await list({ ...incomplete, indexOffset: 1n, maxPayments: 2n })).names).toEqual([
      'p2',
      'p3',
    ]);
    expect((await list({ ...incomplete, reversed: true, maxPayments: 2n })).names).toEqual([
      'p3',
      'p4',
    ]);
    expect((await list({ reversed: true, indexOffset: 4n, maxPayments: 2n })).names).toEqual([
      'p1',
      'p3',
    ]);
    expect((await list({ ...incomplete, creationDateEnd: 1n })).names).toEqual([]);
    const bare = await list({ omitHops: true });
    expect(bare.payments.flatMap((p) => p.htlcs.flatMap((htlc) => htlc.route!.hops))).toEqual([]);
    expect((await list({})).payments[0]!.htlcs[0]!.route!.hops).toHaveLength(3);
    await expectStatus(list({ creationDateStart: 5n, creationDateEnd: 5n }), {
      code: status.UNKNOWN,
      details: 'start date(5) must be before end date(5)',
    });
  });

  test('a page holds a hundred unless the request says otherwise', async () => {
    const node = world.ring.network.node(world.ring.self);
    for (let i = 0; i < 105; i++) {
      const added = node.addInvoice({ cltvDelta: 40 });
      if (added.kind === 'error') throw new Error(added.message);
      const { paymentHash, paymentAddr } = added.invoice;
      const route = circularRoute(world.ring, paymentAddr);
      route.totalAmtMsat -= 1n;
      await node.sendToRoute({ paymentHash, route });
    }
    const list = (request: Partial<ListPaymentsRequest>) =>
      world.rpc.ask(
        LightningService.listPayments,
        ListPaymentsRequest.fromPartial({ includeIncomplete: true, ...request }),
      );
    const first = await list({});
    expect([first.payments.length, first.lastIndexOffset]).toEqual([100, 100n]);
    const second = await list({ indexOffset: first.lastIndexOffset });
    expect([second.payments.length, second.lastIndexOffset]).toEqual([5, 105n]);
    const third = await list({ indexOffset: second.lastIndexOffset });
    expect([third.payments.length, third.lastIndexOffset]).toEqual([0, 0n]);
    expect((await list({ maxPayments: 1000n })).payments).toHaveLength(105);
  });

  test('a payment in flight cannot be deleted', async () => {
    const invoice = await invoiceFor(preimageOf('in flight'));
    world.ring.network.holdHtlcsAt(world.ring.b);
    const sending = send(requestFor(invoice));
    await until(() => world.ring.network.pendingHtlcs().length === 2);
    const deletion = { paymentHash: invoice.rHash, failedHtlcsOnly: false };
    await expectStatus(world.rpc.ask(LightningService.deletePayment, deletion), {
      code: status.UNKNOWN,
      details: /payment is in transition/,
    });
    world.ring.network.releaseHtlcs(world.ring.b);
    await sending;
  });
});

test('SubscribeHtlcEvents tells of both ends of a circle', async () => {
  const events = world.rpc.stream(RouterService.subscribeHtlcEvents, {});
  expect((await events.next())?.event?.$case).toBe('subscribedEvent');
  await send(requestFor(await invoiceFor(preimageOf('events'))));
  const seen: string[] = [];
  while (seen.length < 4) {
    const event = (await events.next())!;
    const type = Object.entries(HtlcEvent_EventType).find(([, value]) => value === event.eventType);
    seen.push(`${type?.[0]} ${event.event?.$case}`);
  }
  events.cancel();
  expect(seen.sort()).toEqual([
    'RECEIVE settleEvent',
    'SEND forwardEvent',
    'SEND settleEvent',
    'UNKNOWN finalHtlcEvent',
  ]);
});

test('a route of negative amounts moves nothing', async () => {
  const invoice = await invoiceFor(preimageOf('negative'));
  const before = world.ring.network.totalMsat();
  const route = circularRoute(world.ring, invoice.paymentAddr);
  route.totalAmtMsat = -5n;
  for (const hop of route.hops) hop.amtToForwardMsat = -5n;
  const request = SendToRouteRequest.fromPartial({ paymentHash: invoice.rHash, route });
  const outcome = await send(request).catch((error: { code: number }) => error);
  expect(outcome).not.toMatchObject({ status: HTLCAttempt_HTLCStatus.SUCCEEDED });
  expect(world.ring.network.totalMsat()).toBe(before);
  expect(world.ring.network.pendingHtlcs()).toEqual([]);
  expect(world.ring.network.balances(world.ring.channelSA).balance1Msat).toBe(5_000_000_000n);
});
