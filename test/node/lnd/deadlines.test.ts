import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { Invoice, Invoice_InvoiceState } from '../../../src/generated/services/invoice.ts';
import { InvoicesService } from '../../../src/generated/services/invoices.ts';
import {
  type GetStateResponse,
  LightningService,
  StateService,
} from '../../../src/generated/services/lightning.ts';
import { HTLCAttempt, type Payment } from '../../../src/generated/services/payments.ts';
import { RouterService } from '../../../src/generated/services/router.ts';
import { parseLndAddress } from '../../../src/node/lnd/address.ts';
import { fetchGraph } from '../../../src/node/lnd/describe-graph.ts';
import {
  addHoldInvoice,
  settleInvoice,
  watchInvoice,
} from '../../../src/node/lnd/hold-invoices.ts';
import { addInvoice, cancelInvoice, lookupInvoice } from '../../../src/node/lnd/invoices.ts';
import { LndCalls } from '../../../src/node/lnd/lnd-calls.ts';
import { LndChannel } from '../../../src/node/lnd/lnd-channel.ts';
import { fetchOwnChannels } from '../../../src/node/lnd/own-channels.ts';
import { deleteFailedPayment, unfinishedPayments } from '../../../src/node/lnd/payments.ts';
import { fetchInfo } from '../../../src/node/lnd/readiness.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { collect, connectTo, MACAROON_HEX, never, nodeError, testFake } from './connections.ts';
import type { FakeLnd } from './fake-lnd.ts';

const HASH = parsePaymentHash('cd'.repeat(32));
const INVOICE = {
  preimage: new Uint8Array(32).fill(7),
  memo: '',
  valueMsat: 0n,
  cltvDelta: 40,
  expirySeconds: 60,
};
/** Short, because nobody answers, and only for the calls that nobody answers. */
const DEADLINE_MS = 50;

function callsTo(fake: FakeLnd): LndCalls {
  const channel = new LndChannel({
    address: parseLndAddress(fake.address),
    tlsCert: fake.certificate.certPem,
    macaroon: MACAROON_HEX,
    serverName: undefined,
    connectDeadlineMs: 15_000,
  });
  const calls = new LndCalls(channel);
  onTestFinished(() => calls.close());
  return calls;
}

async function* silent(): AsyncGenerator<never> {
  yield await never<never>();
}

describe('a call that lnd does not answer', () => {
  it.each<[string, (fake: FakeLnd) => void, (calls: LndCalls) => Promise<unknown>]>([
    [
      'GetInfo',
      (fake) => fake.answer(LightningService.getInfo, () => never()),
      (calls) => fetchInfo(calls, DEADLINE_MS),
    ],
    [
      'ListChannels',
      (fake) => fake.answer(LightningService.listChannels, () => never()),
      (calls) => fetchOwnChannels(calls, DEADLINE_MS),
    ],
    [
      'DescribeGraph',
      (fake) => fake.answer(LightningService.describeGraph, () => never()),
      (calls) => fetchGraph(calls, DEADLINE_MS),
    ],
    [
      'AddInvoice',
      (fake) => fake.answer(LightningService.addInvoice, () => never()),
      (calls) => addInvoice(calls, INVOICE, DEADLINE_MS),
    ],
    [
      'LookupInvoice',
      (fake) => fake.answer(LightningService.lookupInvoice, () => never()),
      (calls) => lookupInvoice(calls, HASH, DEADLINE_MS),
    ],
    [
      'AddHoldInvoice',
      (fake) => fake.answer(InvoicesService.addHoldInvoice, () => never()),
      (calls) => addHoldInvoice(calls, { ...INVOICE, paymentHash: HASH }, DEADLINE_MS),
    ],
    [
      'ListPayments',
      (fake) => fake.answer(LightningService.listPayments, () => never()),
      (calls) => unfinishedPayments(calls, { sinceMs: 0, deadlineMs: DEADLINE_MS }),
    ],
  ])('%s ends at its deadline', async (name, hang, call) => {
    const fake = await testFake();
    hang(fake);
    const error = await nodeError(call(callsTo(fake)));
    expect(error.code).toBe('deadline');
    expect(error.message).toContain(`did not answer ${name} within ${DEADLINE_MS} ms`);
  });

  it('CancelInvoice and SettleInvoice end at their deadlines, with unknown outcomes', async () => {
    const fake = await testFake();
    const unknown = { kind: 'unknown', reason: expect.stringContaining(`${DEADLINE_MS} ms`) };
    fake.answer(InvoicesService.cancelInvoice, () => never());
    expect(await cancelInvoice(callsTo(fake), HASH, DEADLINE_MS)).toMatchObject(unknown);
    fake.answer(InvoicesService.settleInvoice, () => never());
    const { preimage } = INVOICE;
    expect(await settleInvoice(callsTo(fake), preimage, DEADLINE_MS)).toMatchObject(unknown);
  });

  it('a payment is not deleted unless lnd tells in time how it ended', async () => {
    const fake = await testFake();
    fake.stream(RouterService.trackPaymentV2, silent);
    const error = await nodeError(deleteFailedPayment(callsTo(fake), HASH, DEADLINE_MS));
    expect(error).toMatchObject({
      code: 'deadline',
      message: expect.stringContaining(`${DEADLINE_MS} ms`),
    });
    expect(fake.calls.map(({ path }) => path)).not.toContain('/lnrpc.Lightning/DeletePayment');
  });

  it('GetState ends the attempt to connect', async () => {
    const fake = await testFake();
    fake.answer(StateService.getState, () => never<GetStateResponse>());
    const error = await nodeError(connectTo(fake, { callDeadlineMs: DEADLINE_MS }));
    expect(error.code).toBe('deadline');
  });
});

describe('a watched invoice', () => {
  /** What lnd does not know it says nothing about, as when the invoice was cleaned up a moment ago. */
  it('is given up when lnd says nothing of it at all', async () => {
    const fake = await testFake();
    fake.answer(LightningService.lookupInvoice, () => Invoice.create());
    fake.stream(InvoicesService.subscribeSingleInvoice, silent);
    const { signal } = new AbortController();
    const limits = { deadlineMs: 15_000, silenceMs: DEADLINE_MS };
    const error = await nodeError(
      collect(watchInvoice(callsTo(fake), HASH, { signal, ...limits })),
    );
    expect(error.code).toBe('deadline');
    expect(error.message).toMatch(/told nothing of invoice .* within 50 ms.*watch it again/);
  });

  it('is waited for without limit once lnd has spoken', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const fake = await testFake();
    let goOn = (): void => {};
    const later = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    fake.answer(LightningService.lookupInvoice, () => Invoice.create());
    fake.stream(InvoicesService.subscribeSingleInvoice, async function* () {
      yield Invoice.create();
      await later;
      yield Invoice.fromPartial({ state: Invoice_InvoiceState.CANCELED });
    });
    const { signal } = new AbortController();
    const limits = { deadlineMs: 15_000, silenceMs: 1_000 };
    const updates = watchInvoice(callsTo(fake), HASH, { signal, ...limits });
    expect((await updates.next()).value).toMatchObject({ state: 'open' });
    const second = updates.next();
    vi.advanceTimersByTime(5_000);
    goOn();
    expect((await second).value).toMatchObject({ state: 'canceled' });
  });
});

describe('the deadlines that lnd is told', () => {
  it.each([
    ['by default', {}, 30_000, 120_000],
    [
      'where others are set',
      { callDeadlineMs: 400_000, graphDeadlineMs: 900_000 },
      400_000,
      900_000,
    ],
  ])('%s are for ordinary calls and the graph alone', async (_what, options, callMs, graphMs) => {
    const fake = await testFake();
    fake.answer(RouterService.sendToRouteV2, () => HTLCAttempt.create());
    fake.stream(RouterService.trackPaymentV2, async function* (): AsyncGenerator<Payment> {});
    const node = await connectTo(fake, options);
    await nodeError(node.describeGraph());
    await node.sendToRoute({ paymentHash: HASH, route: Route.create() });
    const updates = node.trackPayment(HASH, { signal: new AbortController().signal });
    await nodeError(collect(updates));

    const told = (path: string): number =>
      fake.calls.find((call) => call.path === path)?.deadlineInMs ?? Number.NaN;
    // The time that the call was under way is off; half is generous.
    for (const [path, ms] of [
      ['/lnrpc.State/GetState', callMs],
      ['/lnrpc.Lightning/GetInfo', callMs],
      ['/lnrpc.Lightning/DescribeGraph', graphMs],
    ] as const) {
      expect(told(path)).toBeGreaterThan(ms / 2);
      expect(told(path)).toBeLessThanOrEqual(ms + 1_000);
    }
    expect(told('/routerrpc.Router/SendToRouteV2')).toBe(Infinity);
    expect(told('/routerrpc.Router/TrackPaymentV2')).toBe(Infinity);
  });
});
