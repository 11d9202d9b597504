/** Macaroons that lnd itself bakes: the smallest that Ballast names is enough, and each that lacks one method is told so. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { Route } from '../../../../src/generated/messages/route.ts';
import {
  bakeMacaroonCommand,
  connectLnd,
  LND_METHODS,
  NodeError,
} from '../../../../src/node/lnd/index.ts';
import type { LightningNode } from '../../../../src/ports.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { bytesToHex } from '../../../../src/units/bytes.ts';
import {
  type NodeId,
  type PaymentHash,
  parseNodeId,
  parsePaymentHash,
} from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import type { RealNode } from '../real-network.ts';
import { before, expectMoved, paymentsOf } from '../records.ts';
import { firstOr, NO_CIRCLE } from '../skip.ts';
import type { Stage } from '../stage.ts';

/** Root key of all macaroons of this suite, so that they can be revoked together. */
const ROOT_KEY_ID = '20260919';
const TERMS = { memo: '', valueMsat: 0n, cltvDelta: 40, expirySeconds: 60 };
const HOLD_TERMS = { holdMs: 1000, claimMs: 500, cltvMarginBlocks: 6, mostHeld: 1 };

interface Things {
  readonly failed: PaymentHash;
  readonly canceled: PaymentHash;
  readonly open: PaymentHash;
  readonly pair: { readonly from: NodeId; readonly to: NodeId };
}

export function macaroons(stageOf: () => Stage): void {
  it('works with the macaroon that bakeMacaroonCommand names', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const { self } = circle;
    revokeAtEnd(stage, self);
    const paths = bakeMacaroonCommand({ planning: true, missionControl: true })
      .split(' ')
      .filter((word) => word.startsWith('uri:'))
      .map((word) => word.slice('uri:'.length));
    const node = await connectWith(self, paths);
    try {
      const past = await before(self);
      const { amountMsat } = stage.network;
      const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
      for (const arrival of ['report', 'strict'] as const) {
        const rebalancer = new Rebalancer({ node, store: memoryStore() });
        const report = await rebalancer.rebalance({ ...request, arrival }).result;
        expect(report.outcome.kind).toBe('settled');
        if (arrival === 'report') {
          await expectMoved(stage.network, past, { circle, amountMsat });
          await rebalancer.plan();
        }
      }
      expect((await paymentsOf(past)).length).toBe(2);
      await node.missionControl();
    } finally {
      await node.close();
    }
  });

  it('names the permission that is missing, for each of its methods', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const { self } = circle;
    revokeAtEnd(stage, self);
    const things = await thingsAt(stage, circle);
    const tally = new Tally('real lnd, macaroons that lack one method');
    const knows = await known(self);
    for (const path of Object.keys(LND_METHODS) as (keyof typeof LND_METHODS)[]) {
      if (!knows.has(path)) continue;
      const others = Object.keys(LND_METHODS).filter((other) => other !== path);
      const end = await connectWith(self, others).then(
        async (node) => {
          const left = await USES[path](node, things).catch((error: unknown) => error);
          await node.close();
          return left;
        },
        (error: unknown) => error,
      );
      const text = end instanceof Error ? end.message : String((end as { reason?: string }).reason);
      expect(text, path).toContain(`the permission ${LND_METHODS[path]} is missing`);
      expect(text, path).toContain(`uri:${path}`);
      if (end instanceof Error) expect(end).toMatchObject({ code: 'permission_denied' });
      expect(end instanceof NodeError || typeof end === 'object').toBe(true);
      tally.compared++;
    }
    tally.report(context);
  });

  it('is refused with a macaroon of another node, and with one that was revoked', async (context) => {
    const stage = stageOf();
    const [one, other] = stage.network.nodes;
    if (one === undefined || other === undefined) firstOr([], context, 'two nodes are needed');
    const { address, tlsCert } = one!.given;
    const foreign = connectLnd({ address, tlsCert, macaroon: other!.given.macaroon });
    await expect(foreign).rejects.toMatchObject({ code: 'wrong_macaroon' });
    const macaroon = await bake(one!, Object.keys(LND_METHODS));
    await revoke(one!);
    await expect(connectLnd({ address, tlsCert, macaroon })).rejects.toMatchObject({
      code: 'wrong_macaroon',
    });
    const stranger = connectLnd({ address, tlsCert: other!.given.tlsCert, macaroon });
    await expect(stranger).rejects.toMatchObject({ code: 'wrong_certificate' });
  });
}

/** lnd refuses to bake for methods that it does not have. */
async function known({ rpc }: RealNode): Promise<ReadonlySet<string>> {
  const answer = await rpc.call<{ method_permissions: object }>('default', 'listPermissions');
  return new Set(Object.keys(answer.method_permissions));
}

async function bake(node: RealNode, paths: readonly string[]): Promise<string> {
  const { rpc } = node;
  const knows = await known(node);
  const permissions = paths
    .filter((path) => knows.has(path))
    .map((action) => ({ entity: 'uri', action }));
  const request = { permissions, root_key_id: ROOT_KEY_ID };
  return (await rpc.call<{ macaroon: string }>('default', 'bakeMacaroon', request)).macaroon;
}

async function connectWith(self: RealNode, paths: readonly string[]): Promise<LightningNode> {
  const { address, tlsCert } = self.given;
  return connectLnd({ address, tlsCert, macaroon: await bake(self, paths) });
}

function revokeAtEnd(stage: Stage, node: RealNode): void {
  stage.atEnd(() => revoke(node));
}

async function revoke({ rpc }: RealNode): Promise<void> {
  await rpc.call('default', 'deleteMacaroonId', { root_key_id: ROOT_KEY_ID });
}

async function first(updates: AsyncIterable<unknown>): Promise<unknown> {
  for await (const update of updates) return update;
  return undefined;
}

const untilEnd = (): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(30_000) });

/** What some methods look at before they make the call that they are listed for. */
async function thingsAt(stage: Stage, circle: ReturnType<typeof circles>[number]): Promise<Things> {
  const node = await stage.ballastOn(circle.self);
  const past = await before(circle.self);
  const { amountMsat } = stage.network;
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
  await new Rebalancer({ node, store: memoryStore() }).probe(request).result;
  const [failed] = await paymentsOf(past);
  const invoices: PaymentHash[] = [];
  for (let i = 0; i < 2; i++) {
    const preimage = crypto.getRandomValues(new Uint8Array(32));
    invoices.push((await node.addInvoice({ ...TERMS, preimage })).paymentHash);
  }
  await node.cancelInvoice(invoices[0]!);
  return {
    failed: parsePaymentHash(failed!.payment_hash),
    canceled: invoices[0]!,
    open: invoices[1]!,
    pair: { from: parseNodeId(circle.hops[1]!.from.key), to: parseNodeId(circle.hops[1]!.to.key) },
  };
}

const randomHash = (): PaymentHash =>
  parsePaymentHash(bytesToHex(crypto.getRandomValues(new Uint8Array(32))));

/** Each makes the call that it is listed for, which must not come through. */
const USES: Record<
  keyof typeof LND_METHODS,
  (node: LightningNode, things: Things) => Promise<unknown>
> = {
  '/lnrpc.Lightning/GetInfo': (node) => node.info(),
  '/lnrpc.Lightning/DescribeGraph': (node) => node.describeGraph(),
  '/lnrpc.Lightning/ListChannels': (node) => node.ownChannels(),
  '/lnrpc.Lightning/PendingChannels': (node) => node.closingChannels(),
  '/lnrpc.Lightning/AddInvoice': (node) =>
    node.addInvoice({ ...TERMS, preimage: crypto.getRandomValues(new Uint8Array(32)) }),
  '/lnrpc.Lightning/LookupInvoice': (node, { open }) => node.lookupInvoice(open),
  '/lnrpc.Lightning/DeleteCanceledInvoice': (node, { canceled }) =>
    node.deleteCanceledInvoice(canceled),
  '/lnrpc.Lightning/ListPayments': (node) => node.unfinishedPayments({ sinceMs: 0 }),
  '/lnrpc.Lightning/DeletePayment': (node, { failed }) => node.deleteFailedPayment(failed),
  '/lnrpc.Lightning/ForwardingHistory': (node) => node.forwardingHistory({ sinceMs: 0 }),
  '/lnrpc.Lightning/SendCustomMessage': (node, { pair }) =>
    node.customMessages!.send({ peer: pair.from, type: 42_085, data: new Uint8Array() }),
  '/lnrpc.Lightning/SubscribeCustomMessages': async (node) => {
    for await (const _ of node.customMessages!.receive(untilEnd()));
  },
  '/invoicesrpc.Invoices/CancelInvoice': (node, { open }) => node.cancelInvoice(open),
  '/invoicesrpc.Invoices/AddHoldInvoice': (node) =>
    node.addHoldInvoice({ ...TERMS, paymentHash: randomHash() }),
  '/invoicesrpc.Invoices/SettleInvoice': (node) =>
    node.settleInvoice(crypto.getRandomValues(new Uint8Array(32))),
  '/invoicesrpc.Invoices/SubscribeSingleInvoice': (node, { open }) =>
    first(node.watchInvoice(open, untilEnd())),
  '/routerrpc.Router/SendToRouteV2': (node) =>
    node.sendToRoute({ paymentHash: randomHash(), route: Route.create() }),
  '/routerrpc.Router/TrackPaymentV2': (node, { failed }) =>
    first(node.trackPayment(failed, untilEnd())),
  '/routerrpc.Router/SubscribeHtlcEvents': (node) => first(node.htlcEvents!(untilEnd())),
  '/routerrpc.Router/HtlcInterceptor': (node) =>
    first(node.interceptForwards!({ terms: HOLD_TERMS, ...untilEnd() })),
  '/routerrpc.Router/QueryMissionControl': (node) => node.missionControl(),
  '/routerrpc.Router/XImportMissionControl': (node, { pair }) => {
    const success = { successAmtMsat: 1n, successAtMs: Date.now() };
    return node.importMissionControl([{ ...pair, ...success, failAmtMsat: 0n, failAtMs: null }]);
  },
};
