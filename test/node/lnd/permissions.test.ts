import { describe, expect, it } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { Invoice } from '../../../src/generated/services/invoice.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { Payment, Payment_PaymentStatus } from '../../../src/generated/services/payments.ts';
import { RouterService } from '../../../src/generated/services/router.ts';
import { bakeMacaroonCommand, LND_METHODS } from '../../../src/node/lnd/index.ts';
import type { LightningNode, MissionControlPair } from '../../../src/ports.ts';
import { parseNodeId, parsePaymentHash } from '../../../src/units/ids.ts';
import { connectTo, testFake } from './connections.ts';
import { type FakeLnd, plain } from './fake-lnd.ts';

const HASH = parsePaymentHash('ab'.repeat(32));

async function first(updates: AsyncIterable<unknown>): Promise<unknown> {
  for await (const update of updates) return update;
  return undefined;
}

async function all(updates: AsyncIterable<unknown>): Promise<unknown> {
  for await (const _ of updates);
  return undefined;
}

const untilEnd = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

/** Answers what some methods ask first, before they make the call that they are listed for. */
async function preparedFake(): Promise<FakeLnd> {
  const fake = await testFake();
  fake.answer(LightningService.lookupInvoice, () => Invoice.create());
  fake.stream(RouterService.trackPaymentV2, async function* () {
    yield Payment.fromPartial({ status: Payment_PaymentStatus.FAILED });
  });
  return fake;
}

const PAIR: MissionControlPair = {
  from: parseNodeId(`02${'0a'.repeat(32)}`),
  to: parseNodeId(`02${'0b'.repeat(32)}`),
  successAmtMsat: 1n,
  successAtMs: 1_700_000_000_000,
  failAmtMsat: 0n,
  failAtMs: null,
};

const HOLD_TERMS = { holdMs: 6000, claimMs: 500, cltvMarginBlocks: 6, mostHeld: 10 };

const TERMS = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 60 };

/** Every method of the port that makes a call, with the RPC that it must be. */
const USES: Record<
  keyof typeof LND_METHODS,
  { permission: string; call: (node: LightningNode) => Promise<unknown> }
> = {
  '/lnrpc.Lightning/GetInfo': { permission: 'info:read', call: (node) => node.info() },
  '/lnrpc.Lightning/DescribeGraph': {
    permission: 'info:read',
    call: (node) => node.describeGraph(),
  },
  '/lnrpc.Lightning/ListChannels': {
    permission: 'offchain:read',
    call: (node) => node.ownChannels(),
  },
  '/lnrpc.Lightning/PendingChannels': {
    permission: 'offchain:read',
    call: (node) => node.closingChannels(),
  },
  '/lnrpc.Lightning/AddInvoice': {
    permission: 'invoices:write',
    call: (node) => node.addInvoice({ ...TERMS, preimage: new Uint8Array(32) }),
  },
  '/lnrpc.Lightning/LookupInvoice': {
    permission: 'invoices:read',
    call: (node) => node.lookupInvoice(HASH),
  },
  '/lnrpc.Lightning/DeleteCanceledInvoice': {
    permission: 'invoices:write',
    call: (node) => node.deleteCanceledInvoice(HASH),
  },
  '/lnrpc.Lightning/ListPayments': {
    permission: 'offchain:read',
    call: (node) => node.unfinishedPayments({ sinceMs: 0 }),
  },
  '/lnrpc.Lightning/DeletePayment': {
    permission: 'offchain:write',
    call: (node) => node.deleteFailedPayment(HASH),
  },
  '/lnrpc.Lightning/ForwardingHistory': {
    permission: 'offchain:read',
    call: (node) => node.forwardingHistory({ sinceMs: 0 }),
  },
  '/lnrpc.Lightning/SendCustomMessage': {
    permission: 'offchain:write',
    call: (node) =>
      node.customMessages!.send({ peer: PAIR.from, type: 40_001, data: new Uint8Array() }),
  },
  '/lnrpc.Lightning/SubscribeCustomMessages': {
    permission: 'offchain:read',
    call: (node) => all(node.customMessages!.receive(untilEnd())),
  },
  '/invoicesrpc.Invoices/CancelInvoice': {
    permission: 'invoices:write',
    call: (node) => node.cancelInvoice(HASH),
  },
  '/invoicesrpc.Invoices/AddHoldInvoice': {
    permission: 'invoices:write',
    call: (node) => node.addHoldInvoice({ ...TERMS, paymentHash: HASH }),
  },
  '/invoicesrpc.Invoices/SettleInvoice': {
    permission: 'invoices:write',
    call: (node) => node.settleInvoice(new Uint8Array(32)),
  },
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': {
    permission: 'invoices:read',
    call: (node) => first(node.watchInvoice(HASH, untilEnd())),
  },
  '/routerrpc.Router/SendToRouteV2': {
    permission: 'offchain:write',
    call: (node) => node.sendToRoute({ paymentHash: HASH, route: Route.create() }),
  },
  '/routerrpc.Router/TrackPaymentV2': {
    permission: 'offchain:read',
    call: (node) => first(node.trackPayment(HASH, untilEnd())),
  },
  '/routerrpc.Router/SubscribeHtlcEvents': {
    permission: 'offchain:read',
    call: (node) => first(node.htlcEvents!(untilEnd())),
  },
  '/routerrpc.Router/HtlcInterceptor': {
    permission: 'offchain:write',
    call: (node) => first(node.interceptForwards!({ terms: HOLD_TERMS, ...untilEnd() })),
  },
  '/routerrpc.Router/QueryMissionControl': {
    permission: 'offchain:read',
    call: (node) => node.missionControl(),
  },
  '/routerrpc.Router/XImportMissionControl': {
    permission: 'offchain:write',
    call: (node) => node.importMissionControl([PAIR]),
  },
};

const uses = Object.entries(USES);

describe('the table of permissions', () => {
  it('lists each RPC that the node calls, and no other', async () => {
    const fake = await preparedFake();
    const node = await connectTo(fake);
    for (const [, { call }] of uses) await call(node).catch(() => undefined);
    await node.close();
    const called = new Set(fake.calls.map(({ path }) => path));
    called.delete('/lnrpc.State/GetState');
    expect([...called].sort()).toEqual(Object.keys(LND_METHODS).sort());
    // No method of the port is missing above: all make calls but close.
    const parts = [...Object.values(node), ...Object.values(node.customMessages ?? {})];
    const methods = parts.filter((value) => typeof value === 'function');
    expect(uses).toHaveLength(methods.length - 1);
  });

  it.each(uses)('names what is missing for %s', async (path, { permission, call }) => {
    const fake = await preparedFake();
    const node = await connectTo(fake);
    fake.refuse(path, plain('permission denied'));
    // What rejects carries the text as message, and what has outcomes as reason.
    const end = await call(node).catch((error: unknown) => error);
    const text = end instanceof Error ? end.message : (end as { reason: string }).reason;
    expect(text).toContain(`the permission ${permission} is missing`);
    expect(text).toContain(`uri:${path}`);
    if (end instanceof Error) expect(end).toMatchObject({ code: 'permission_denied' });
  });
});

describe('bakeMacaroonCommand', () => {
  it('asks for each method that deletes nothing, and for nothing else', () => {
    expect(bakeMacaroonCommand()).toBe(
      [
        'lncli bakemacaroon --save_to=ballast.macaroon',
        'uri:/lnrpc.Lightning/GetInfo',
        'uri:/lnrpc.Lightning/DescribeGraph',
        'uri:/lnrpc.Lightning/ListChannels',
        'uri:/lnrpc.Lightning/PendingChannels',
        'uri:/lnrpc.Lightning/AddInvoice',
        'uri:/lnrpc.Lightning/LookupInvoice',
        'uri:/lnrpc.Lightning/ListPayments',
        'uri:/invoicesrpc.Invoices/CancelInvoice',
        'uri:/invoicesrpc.Invoices/AddHoldInvoice',
        'uri:/invoicesrpc.Invoices/SettleInvoice',
        'uri:/invoicesrpc.Invoices/SubscribeSingleInvoice',
        'uri:/routerrpc.Router/SendToRouteV2',
        'uri:/routerrpc.Router/TrackPaymentV2',
      ].join(' '),
    );
  });

  it('asks for those that delete on request', () => {
    const without = new Set(bakeMacaroonCommand().split(' '));
    const words = bakeMacaroonCommand({ cleanUp: true }).split(' ');
    expect(words.filter((word) => !without.has(word))).toEqual([
      'uri:/lnrpc.Lightning/DeleteCanceledInvoice',
      'uri:/lnrpc.Lightning/DeletePayment',
    ]);
  });

  it("asks for those of lnd's memory of payments on request", () => {
    const without = new Set(bakeMacaroonCommand({ cleanUp: true }).split(' '));
    const words = bakeMacaroonCommand({ cleanUp: true, missionControl: true }).split(' ');
    expect(words.filter((word) => !without.has(word))).toEqual([
      'uri:/routerrpc.Router/QueryMissionControl',
      'uri:/routerrpc.Router/XImportMissionControl',
    ]);
  });

  it('asks for holding up forwards on request', () => {
    const without = new Set(bakeMacaroonCommand().split(' '));
    const words = bakeMacaroonCommand({ justInTime: true }).split(' ');
    expect(words.filter((word) => !without.has(word))).toEqual([
      'uri:/routerrpc.Router/HtlcInterceptor',
    ]);
  });

  it('asks for messages of peers on request', () => {
    const without = new Set(bakeMacaroonCommand().split(' '));
    const words = bakeMacaroonCommand({ customMessages: true }).split(' ');
    expect(words.filter((word) => !without.has(word))).toEqual([
      'uri:/lnrpc.Lightning/SendCustomMessage',
      'uri:/lnrpc.Lightning/SubscribeCustomMessages',
    ]);
  });

  it('asks for forwards, past and present, on request, and then for all there is', () => {
    const most = { cleanUp: true, missionControl: true, justInTime: true, customMessages: true };
    const without = new Set(bakeMacaroonCommand(most).split(' '));
    const words = bakeMacaroonCommand({ ...most, planning: true }).split(' ');
    expect(words.filter((word) => !without.has(word))).toEqual([
      'uri:/lnrpc.Lightning/ForwardingHistory',
      'uri:/routerrpc.Router/SubscribeHtlcEvents',
    ]);
    expect(words).toHaveLength(3 + Object.keys(LND_METHODS).length);
  });

  it('saves where it is told to', () => {
    expect(bakeMacaroonCommand({ saveTo: 'bot.macaroon' })).toMatch(/--save_to=bot\.macaroon uri:/);
  });
});
