/** lnd's vectors for SendToRouteV2, answered by a served lnd; and in which state each of them leaves a rebalance. */
import { describe, expect, it } from 'vitest';
import { Rebalancer } from '../../src/engine/index.ts';
import { Route } from '../../src/generated/messages/route.ts';
import { LightningService } from '../../src/generated/services/lightning.ts';
import {
  HTLCAttempt_HTLCStatus,
  ListPaymentsRequest,
  Payment_PaymentStatus,
  PaymentFailureReason,
} from '../../src/generated/services/payments.ts';
import { RouterService, SendToRouteRequest } from '../../src/generated/services/router.ts';
import type { LightningNode, SendRequest } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { hexToBytes } from '../../src/units/bytes.ts';
import {
  AMOUNT_MSAT,
  invoiceOf,
  type ServedTriangle,
  servedTriangle,
} from '../node/lnd/served-triangle.ts';
import { RpcClient } from '../sim/lnd/rpc-client.ts';
import vectors from '../vectors/send-to-route.json' with { type: 'json' };

// biome-ignore lint/suspicious/noExplicitAny: the vectors' inputs differ by kind
const ofKind = (kind: string): { id: string; input: any; expected: any }[] =>
  vectors.vectors.filter((vector) => vector.kind === kind);

/** The first peer has nothing to forward. */
async function dryTriangle(): Promise<ServedTriangle> {
  const world = await servedTriangle();
  const [, between] = world.channels;
  world.network.setLinkUp(between!, false);
  return world;
}

const withHops = (route: Route, count: number): Route => ({
  ...route,
  hops: Array.from({ length: count }, (_, i) => route.hops[i % route.hops.length]!),
});

/** The node, with its first send changed on the way. */
function changingFirst(
  node: LightningNode,
  change: (request: SendRequest) => SendRequest,
): LightningNode {
  let first = true;
  return {
    ...node,
    sendToRoute: (request) => {
      const changed = first ? change(request) : request;
      first = false;
      return node.sendToRoute(changed);
    },
  };
}

const rebalance = ({ channels }: ServedTriangle, node: LightningNode) =>
  new Rebalancer({ node, store: memoryStore() }).rebalance({
    from: channels[0]!,
    to: channels[2]!,
    amountMsat: AMOUNT_MSAT,
    maxFeePpm: 1000,
  });

describe('a route that lnd refuses before it sends', () => {
  it.each(ofKind('send_to_route_error'))('$id', async ({ input, expected }) => {
    const world = await servedTriangle();
    const node = changingFirst(world.node, (request) => ({
      ...request,
      route: withHops(request.route, input.hops),
    }));
    const report = await rebalance(world, node).result;
    const [refused, settled] = report.attempts;
    expect(refused?.outcome).toMatchObject({
      kind: 'not_sent',
      reason: expect.stringContaining(expected.error),
    });
    // Proven not sent: it goes on at once, under another hash, once the old invoice is cancelled.
    expect(report.outcome).toEqual({ kind: 'settled', endedBy: null });
    expect(settled?.outcome.kind).toBe('settled');
    expect(settled?.paymentHash).not.toBe(refused?.paymentHash);
    expect(report.invoices.map(({ state }) => state)).toEqual(['canceled', 'settled']);
    expect((await world.node.lookupInvoice(refused!.paymentHash))?.state).toBe('canceled');
  });
});

describe('what becomes of the payment', () => {
  it.each(ofKind('send_to_route_state'))('$id', async ({ input, expected }) => {
    const world = await dryTriangle();
    const rpc = new RpcClient(world.lnd);
    const terms = await invoiceOf(world.node, 9);
    const route = world.route(terms);
    if (!input.mpp) route.hops.at(-1)!.mppRecord = undefined;
    const sent = rpc.ask(
      RouterService.sendToRouteV2,
      SendToRouteRequest.fromPartial({
        paymentHash: hexToBytes(terms.paymentHash),
        route: Route.fromPartial(route),
        skipTempErr: input.skip_temp_err,
      }),
    );
    const payments = async () => {
      const request = ListPaymentsRequest.fromPartial({ includeIncomplete: true });
      return (await rpc.ask(LightningService.listPayments, request)).payments;
    };
    if (expected.rpc_error !== undefined) {
      await expect(sent).rejects.toMatchObject({ details: expected.rpc_error });
      expect(await payments()).toEqual([]);
      return;
    }
    expect(await sent).toMatchObject({
      status: HTLCAttempt_HTLCStatus.FAILED,
      failure: { failureSourceIndex: 1 },
    });
    expect(await payments()).toMatchObject([
      {
        status: expected.payment_failed
          ? Payment_PaymentStatus.FAILED
          : Payment_PaymentStatus.IN_FLIGHT,
        failureReason: expected.payment_failed
          ? PaymentFailureReason.FAILURE_REASON_ERROR
          : PaymentFailureReason.FAILURE_REASON_NONE,
      },
    ]);
  });

  it('a failed attempt leaves the hash free for the next, and the invoice is cancelled at the end', async () => {
    const world = await dryTriangle();
    const report = await rebalance(world, world.node).result;
    expect(report.attempts).toMatchObject([{ outcome: { kind: 'failed' } }]);
    expect(report.outcome.kind).toBe('no_route');
    expect(report.invoices.map(({ state }) => state)).toEqual(['canceled']);
    expect(await world.node.unfinishedPayments({ sinceMs: 0 })).toEqual([]);
  });
});
