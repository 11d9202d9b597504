/** The client against the simulator's server: written apart, they meet only on the wire. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import { nodeError } from './connections.ts';
import { AMOUNT_MSAT, invoiceOf, servedTriangle, track } from './served-triangle.ts';

describe('the client against the simulator, with the smallest macaroon', () => {
  it('describes the graph and its own channels as they are', async () => {
    const { network, node, channels, us } = await servedTriangle();
    const { blockHeight } = network;
    expect(await node.info()).toMatchObject({ nodeId: us, blockHeight, syncedToGraph: true });
    const graph = await node.describeGraph();
    expect(graph).toMatchObject({ rejected: [] });
    const byId = (a: { channelId: string }, b: { channelId: string }): number =>
      a.channelId < b.channelId ? -1 : 1;
    expect([...graph.channels].sort(byId)).toEqual([...network.description().channels].sort(byId));
    const own = await node.ownChannels();
    expect(own.map(({ channelId }) => channelId).sort()).toEqual([channels[0], channels[2]].sort());
    for (const channel of own) {
      expect(channel.spendableMsat).toBeGreaterThan(300_000_000n);
      expect(channel.receivableMsat).toBeGreaterThan(300_000_000n);
    }
  });

  it('settles a circle, and can track and look it up', async () => {
    const { node, route, channels } = await servedTriangle();
    const before = await node.ownChannels();
    const terms = await invoiceOf(node, 1);
    expect(await track(node, terms)).toEqual([{ kind: 'not_found' }]);
    const outcome = await node.sendToRoute({ ...terms, route: route(terms) });
    expect(outcome).toMatchObject({ kind: 'settled', preimage: new Uint8Array(32).fill(1) });
    expect((await track(node, terms)).at(-1)).toMatchObject({
      kind: 'payment',
      payment: { state: 'settled', valueMsat: AMOUNT_MSAT, attempts: [{ state: 'settled' }] },
    });
    expect(await node.lookupInvoice(terms.paymentHash)).toMatchObject({
      state: 'settled',
      arrivals: [{ channelId: channels[2], amountMsat: AMOUNT_MSAT, state: 'settled' }],
    });
    expect(await node.cancelInvoice(terms.paymentHash)).toEqual({ kind: 'already_settled' });
    expect((await node.sendToRoute({ ...terms, route: route(terms) })).kind).toBe('not_sent');
    const after = await node.ownChannels();
    const moved = after.map((channel, i) => channel.localBalanceSat - before[i]!.localBalanceSat);
    expect(moved.sort((a, b) => (a < b ? -1 : 1))).toEqual([-100_003n, 100_000n]);
  });

  it('learns which hop refused, and may try again under the same hash', async () => {
    const { node, route } = await servedTriangle();
    const terms = await invoiceOf(node, 2);
    const refused = await node.sendToRoute({ ...terms, route: route(terms, { shortMsat: 1n }) });
    expect(refused).toMatchObject({
      kind: 'failed',
      failure: { code: Failure_FailureCode.FEE_INSUFFICIENT, failureSourceIndex: 1 },
    });
    expect((await track(node, terms)).at(-1)).toMatchObject({ payment: { state: 'failed' } });
    const settled = await node.sendToRoute({ ...terms, route: route(terms) });
    expect(settled.kind).toBe('settled');
  });

  it('cancels an invoice, twice', async () => {
    const { node } = await servedTriangle();
    const terms = await invoiceOf(node, 3);
    expect(await node.cancelInvoice(terms.paymentHash)).toEqual({ kind: 'canceled' });
    expect(await node.cancelInvoice(terms.paymentHash)).toEqual({ kind: 'canceled' });
    expect(await node.lookupInvoice(terms.paymentHash)).toMatchObject({ state: 'canceled' });
  });

  it('is told which permission a smaller macaroon lacks', async () => {
    const { lnd } = await servedTriangle();
    const { macaroonHex } = lnd.bakeMacaroon(['info:read']);
    const credentials = { tlsCert: lnd.tlsCertPem, macaroon: macaroonHex };
    const node = await connectLnd({ address: lnd.address, ...credentials });
    onTestFinished(() => node.close());
    const error = await nodeError(node.ownChannels());
    expect(error.code).toBe('permission_denied');
    expect(error.message).toContain('offchain:read');
  });
});
