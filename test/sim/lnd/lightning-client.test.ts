/** A served node as another author's lnd client sees it: the npm package `lightning`. */
import {
  type AuthenticatedLnd,
  authenticatedLndGrpc,
  cancelHodlInvoice,
  createHodlInvoice,
  createInvoice,
  getChannels,
  getFailedPayments,
  getInvoice,
  getNetworkGraph,
  getPayment,
  getWalletInfo,
  payViaRoutes,
  settleHodlInvoice,
  subscribeToInvoice,
} from 'lightning';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Route } from '../../../src/generated/messages/route.ts';
import { type ServedLnd, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { bytesToHex, hexToBytes } from '../../../src/units/bytes.ts';
import { formatChannelId } from '../../../src/units/ids.ts';
import {
  CIRCLE,
  circularRoute,
  HEIGHT,
  hashOf,
  preimageOf,
  type RingNetwork,
  ringNetwork,
} from './ring-network.ts';

let ring: RingNetwork;
let served: ServedLnd;
let lnd: AuthenticatedLnd;

beforeEach(async () => {
  ring = ringNetwork();
  served = await serveLnd(ring.network, ring.self);
  lnd = authenticatedLndGrpc({
    cert: Buffer.from(served.tlsCertPem).toString('base64'),
    macaroon: served.macaroonHex,
    // A name, for a TLS server name must not be an IP address.
    socket: served.address.replace('127.0.0.1', 'localhost'),
  }).lnd;
});

afterEach(async () => {
  await served.close();
});

/** Our route in that package's words, which leave out lnd's derived fields. */
const asLightningRoute = (route: Route) => ({
  fee: 1,
  fee_mtokens: '1650',
  hops: route.hops.map((hop) => ({
    channel: formatChannelId(hop.chanId as never),
    channel_capacity: 0,
    fee: 0,
    fee_mtokens: '0',
    forward: Number(hop.amtToForwardMsat / 1000n),
    forward_mtokens: String(hop.amtToForwardMsat),
    public_key: hop.pubKey,
    timeout: hop.expiry,
  })),
  mtokens: String(route.totalAmtMsat),
  payment: bytesToHex(route.hops.at(-1)!.mppRecord!.paymentAddr),
  timeout: route.totalTimeLock,
  tokens: Number(route.totalAmtMsat / 1000n),
  total_mtokens: String(route.hops.at(-1)!.mppRecord!.totalAmtMsat),
});

/** The error that the package rejects with: HTTP-like code, message, details. */
async function failureOf(call: Promise<unknown>): Promise<[number, string, Record<string, never>]> {
  return call.then(
    () => expect.unreachable('the call should have failed'),
    (error) => error,
  );
}

describe('the npm package lightning as client of a served node', () => {
  test('getWalletInfo', async () => {
    const info = await getWalletInfo({ lnd });
    expect(info).toMatchObject({
      active_channels_count: 2,
      alias: 'self',
      current_block_height: HEIGHT,
      is_synced_to_chain: true,
      is_synced_to_graph: true,
      peers_count: 2,
      public_key: ring.self,
      version: '0.20.1-beta commit=v0.20.1-beta',
    });
  });

  test('getNetworkGraph gives the description of the network', async () => {
    const { channels, nodes } = await getNetworkGraph({ lnd });
    const described = ring.network.description();
    expect(nodes.map((node) => node.public_key).sort()).toEqual(
      described.nodes.map((node) => node.nodeId).sort(),
    );
    expect(channels).toHaveLength(3);
    for (const record of described.channels) {
      const channel = channels.find(({ id }) => id === formatChannelId(record.channelId));
      expect(channel?.capacity).toBe(Number(record.capacitySat));
      const sides = [
        [record.node1, record.policy1],
        [record.node2, record.policy2],
      ] as const;
      for (const [publicKey, policy] of sides) {
        const seen = channel?.policies.find((side) => side.public_key === publicKey);
        // This package has discounts where lnd has inbound fees: the sign is turned.
        expect(seen).toMatchObject({
          base_fee_mtokens: String(policy?.feeBaseMsat),
          cltv_delta: policy?.timeLockDelta,
          fee_rate: policy?.feeRatePpm,
          inbound_base_discount_mtokens: String(-(policy?.inboundFeeBaseMsat ?? 0n)),
          inbound_rate_discount: policy?.inboundFeeRatePpm === 0 ? 0 : -policy!.inboundFeeRatePpm,
          is_disabled: false,
          max_htlc_mtokens: String(policy?.maxHtlcMsat),
          min_htlc_mtokens: String(policy?.minHtlcMsat),
        });
      }
    }
  });

  test('getChannels', async () => {
    const { channels } = await getChannels({ lnd });
    const views = ring.network.node(ring.self).listChannels();
    expect(channels.map(({ id }) => id).sort()).toEqual(['899000x1x0', '899000x3x1']);
    for (const view of views) {
      const channel = channels.find(({ id }) => id === formatChannelId(view.channelId));
      expect(channel).toMatchObject({
        capacity: 10_000_000,
        is_active: true,
        is_partner_initiated: !view.initiator,
        is_private: false,
        local_balance: Number(view.localBalanceSat),
        local_reserve: Number(view.localReserveSat),
        partner_public_key: view.peer,
        pending_payments: [],
        remote_balance: Number(view.remoteBalanceSat),
        unsettled_balance: 0,
      });
    }
  });

  test('a whole circular payment settles, and the node remembers it', async () => {
    const secret = preimageOf('whole circle');
    const invoice = await createInvoice({ lnd, secret: bytesToHex(secret), description: 'circle' });
    const before = ring.network.balances(ring.channelBS);
    const route = circularRoute(ring, hexToBytes(invoice.payment!));
    const paid = await payViaRoutes({ lnd, id: invoice.id, routes: [asLightningRoute(route)] });

    expect(paid).toMatchObject({
      fee_mtokens: '1650',
      id: invoice.id,
      is_confirmed: true,
      mtokens: '1001650',
      secret: bytesToHex(secret),
      tokens: 1001,
    });
    const moved = ring.network.balances(ring.channelBS).balance2Msat - before.balance2Msat;
    expect(moved).toBe(CIRCLE.amountMsat);

    const settled = await getInvoice({ lnd, id: invoice.id });
    expect(settled).toMatchObject({ is_confirmed: true, received_mtokens: '1000000' });
    expect(settled.payments).toMatchObject([
      { in_channel: '899000x3x1', is_confirmed: true, mtokens: '1000000' },
    ]);
    const { payment } = await getPayment({ lnd, id: invoice.id });
    expect(payment).toMatchObject({
      destination: ring.self,
      fee_mtokens: '1650',
      hops: [
        {
          channel: '899000x1x0',
          fee_mtokens: '1100',
          forward_mtokens: '1000550',
          timeout: 900_163,
        },
        { channel: '899000x2x0', fee_mtokens: '550', forward_mtokens: '1000000', timeout: 900_083 },
        { channel: '899000x3x1', fee_mtokens: '0', forward_mtokens: '1000000', timeout: 900_083 },
      ],
      secret: bytesToHex(secret),
    });
  });

  test('a failure keeps its code, its place and the policy that was enforced', async () => {
    const policy = { feeBaseMsat: 5000n };
    ring.network.updatePolicy({ channelId: ring.channelAB, from: ring.a, policy, announce: false });
    const invoice = await createInvoice({ lnd });
    const route = circularRoute(ring, hexToBytes(invoice.payment!));
    const payment = payViaRoutes({ lnd, id: invoice.id, routes: [asLightningRoute(route)] });
    const [code, message, details] = await failureOf(payment);
    expect([code, message]).toEqual([503, 'FeeInsufficient']);
    const update = { index: 1, channel: '899000x2x0', policy: { base_fee_mtokens: '5000' } };
    expect(details).toMatchObject({ failures: [[503, 'FeeInsufficient', update]] });

    expect(await getPayment({ lnd, id: invoice.id })).toMatchObject({ is_failed: true });
    const { payments } = await getFailedPayments({ lnd });
    expect(payments.map(({ id }) => id)).toEqual([invoice.id]);
    expect(payments[0]?.attempts).toMatchObject([{ is_failed: true }]);
  });

  test('an empty channel fails with TemporaryChannelFailure at its near end', async () => {
    const invoice = await createInvoice({ lnd });
    const route = circularRoute(ring, hexToBytes(invoice.payment!));
    const far = 6_000_000_000n;
    route.totalAmtMsat = far + 2_000_000n;
    route.hops[0]!.amtToForwardMsat = far + 1_000_000n;
    for (const hop of route.hops.slice(1)) hop.amtToForwardMsat = far;
    route.hops[2]!.mppRecord!.totalAmtMsat = far;
    const [, message, details] = await failureOf(
      payViaRoutes({ lnd, id: invoice.id, routes: [asLightningRoute(route)] }),
    );
    expect(message).toBe('TemporaryChannelFailure');
    expect(details).toMatchObject({ failures: [[503, message, { index: 0 }]] });
  });

  test('a payment that was never sent is not found', async () => {
    expect(await failureOf(getPayment({ lnd, id: '00'.repeat(32) }))).toEqual([
      404,
      'SentPaymentNotFound',
    ]);
    expect((await failureOf(getInvoice({ lnd, id: '00'.repeat(32) })))[0]).toBe(503);
  });

  test('a hold invoice is held, seen, and settled by hand', async () => {
    const secret = preimageOf('held');
    const created = await createHodlInvoice({ lnd, tokens: 1000, id: hashOf(secret) });
    const { payment } = await getInvoice({ lnd, id: created.id });
    const held = new Promise<string>((resolve) => {
      subscribeToInvoice({ lnd, id: created.id }).on('invoice_updated', (update) => {
        if (update.is_held === true) resolve(update.payments[0].in_channel);
      });
    });
    const route = circularRoute(ring, hexToBytes(payment!));
    const paying = payViaRoutes({ lnd, id: created.id, routes: [asLightningRoute(route)] });
    expect(await held).toBe('899000x3x1');
    expect(await getPayment({ lnd, id: created.id })).toMatchObject({ is_pending: true });
    await settleHodlInvoice({ lnd, secret: bytesToHex(secret) });
    expect(await paying).toMatchObject({ is_confirmed: true, secret: bytesToHex(secret) });
  });

  test('a held payment is failed back by cancelling its invoice', async () => {
    const created = await createHodlInvoice({ lnd, tokens: 1000 });
    const { payment } = await getInvoice({ lnd, id: created.id });
    const held = new Promise<void>((resolve) => {
      subscribeToInvoice({ lnd, id: created.id }).on('invoice_updated', (update) => {
        if (update.is_held === true) resolve();
      });
    });
    const route = circularRoute(ring, hexToBytes(payment!));
    const paying = failureOf(
      payViaRoutes({ lnd, id: created.id, routes: [asLightningRoute(route)] }),
    );
    await held;
    await cancelHodlInvoice({ lnd, id: created.id });
    expect((await paying).slice(0, 2)).toEqual([404, 'UnknownPaymentHash']);
    expect(await getInvoice({ lnd, id: created.id })).toMatchObject({ is_canceled: true });
    expect(ring.network.pendingHtlcs()).toEqual([]);
  });
});
