import { describe, expect, it } from 'vitest';
import { Route } from '../../../src/generated/messages/route.ts';
import { bakeMacaroonCommand, LND_METHODS } from '../../../src/node/lnd/index.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { parsePaymentHash } from '../../../src/units/ids.ts';
import { connectTo, testFake } from './connections.ts';
import { plain } from './fake-lnd.ts';

const HASH = parsePaymentHash('ab'.repeat(32));

async function firstUpdate(node: LightningNode): Promise<unknown> {
  for await (const update of node.trackPayment(HASH, { signal: new AbortController().signal })) {
    return update;
  }
  return undefined;
}

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
  '/lnrpc.Lightning/AddInvoice': {
    permission: 'invoices:write',
    call: (node) =>
      node.addInvoice({
        preimage: new Uint8Array(32),
        memo: '',
        valueMsat: 0n,
        cltvDelta: 40,
        expirySeconds: 60,
      }),
  },
  '/lnrpc.Lightning/LookupInvoice': {
    permission: 'invoices:read',
    call: (node) => node.lookupInvoice(HASH),
  },
  '/invoicesrpc.Invoices/CancelInvoice': {
    permission: 'invoices:write',
    call: (node) => node.cancelInvoice(HASH),
  },
  '/routerrpc.Router/SendToRouteV2': {
    permission: 'offchain:write',
    call: (node) => node.sendToRoute({ paymentHash: HASH, route: Route.create() }),
  },
  '/routerrpc.Router/TrackPaymentV2': { permission: 'offchain:read', call: firstUpdate },
};

const uses = Object.entries(USES);

describe('the table of permissions', () => {
  it('lists each RPC that the node calls, and no other', async () => {
    const fake = await testFake();
    const node = await connectTo(fake);
    for (const [, { call }] of uses) await call(node).catch(() => undefined);
    await node.close();
    const called = new Set(fake.calls.map(({ path }) => path));
    called.delete('/lnrpc.State/GetState');
    expect([...called].sort()).toEqual(Object.keys(LND_METHODS).sort());
    // No method of the port is missing above: eight make calls, and close makes none.
    expect(Object.keys(node).sort()).toEqual(
      [
        'addInvoice',
        'cancelInvoice',
        'close',
        'describeGraph',
        'info',
        'lookupInvoice',
        'ownChannels',
        'sendToRoute',
        'trackPayment',
      ].sort(),
    );
  });

  it.each(uses)('names what is missing for %s', async (path, { permission, call }) => {
    const fake = await testFake();
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
  it('asks for each method and nothing else', () => {
    expect(bakeMacaroonCommand()).toBe(
      [
        'lncli bakemacaroon --save_to=ballast.macaroon',
        'uri:/lnrpc.Lightning/GetInfo',
        'uri:/lnrpc.Lightning/DescribeGraph',
        'uri:/lnrpc.Lightning/ListChannels',
        'uri:/lnrpc.Lightning/AddInvoice',
        'uri:/lnrpc.Lightning/LookupInvoice',
        'uri:/invoicesrpc.Invoices/CancelInvoice',
        'uri:/routerrpc.Router/SendToRouteV2',
        'uri:/routerrpc.Router/TrackPaymentV2',
      ].join(' '),
    );
  });

  it('saves where it is told to', () => {
    expect(bakeMacaroonCommand({ saveTo: 'bot.macaroon' })).toMatch(/--save_to=bot\.macaroon uri:/);
  });
});
