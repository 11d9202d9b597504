/** The client against the simulator's server: written apart, they meet only on the wire. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import { Route } from '../../../src/generated/messages/route.ts';
import { bakeMacaroonCommand, connectLnd } from '../../../src/node/lnd/index.ts';
import type { InvoiceTerms, LightningNode, TrackUpdate } from '../../../src/ports.ts';
import { SimulatedNetwork, serveLnd } from '../../../src/sim/index.ts';
import { collect, nodeError } from './connections.ts';

const AMOUNT_MSAT = 100_000_000n;
/** lnd's default policy on what each of the two forwards: 1,000 msat and 1 ppm, rounded down. */
const FEE_MSAT = 1_100n;
const CLTV_DELTA = 80;

function triangle() {
  const network = new SimulatedNetwork({ seed: 'client against simulator' });
  const [us, first, second] = [network.addNode(), network.addNode(), network.addNode()];
  const ends = [
    [us, first],
    [first, second],
    [second, us],
  ] as const;
  const channels = ends.map(([node1, node2]) =>
    network.openChannel({ node1, node2, capacitySat: 1_000_000n, balance1Msat: 600_000_000n }),
  );
  return { network, us, nodes: ends.map(([, node2]) => node2), channels };
}

async function served() {
  const { network, us, nodes, channels } = triangle();
  const lnd = await serveLnd(network, us);
  onTestFinished(() => lnd.close());
  const permissions = bakeMacaroonCommand()
    .split(' ')
    .filter((word) => word.startsWith('uri:'));
  const node = await connectLnd({
    address: lnd.address,
    tlsCert: lnd.tlsCertPem,
    macaroon: lnd.bakeMacaroon(permissions).macaroonBytes,
  });
  onTestFinished(() => node.close());
  const route = (terms: InvoiceTerms, shortMsat = 0n): Route => {
    const final = network.blockHeight + 43;
    const arriving = [AMOUNT_MSAT + 2n * FEE_MSAT - shortMsat, AMOUNT_MSAT + FEE_MSAT, AMOUNT_MSAT];
    const expiries = [final + CLTV_DELTA, final, final];
    return Route.fromPartial({
      totalTimeLock: final + 2 * CLTV_DELTA,
      totalAmtMsat: arriving[0] ?? 0n,
      hops: channels.map((chanId, i) => ({
        chanId,
        pubKey: nodes[i] ?? '',
        amtToForwardMsat: arriving[i + 1] ?? AMOUNT_MSAT,
        expiry: expiries[i] ?? 0,
        ...(i === 2
          ? { mppRecord: { paymentAddr: terms.paymentAddr, totalAmtMsat: AMOUNT_MSAT } }
          : {}),
      })),
    });
  };
  return { network, lnd, node, channels, us, route };
}

const invoiceOf = (node: LightningNode, fill: number): Promise<InvoiceTerms> =>
  node.addInvoice({
    preimage: new Uint8Array(32).fill(fill),
    memo: '',
    valueMsat: 0n,
    cltvDelta: 40,
    expirySeconds: 3_600,
  });

const track = (node: LightningNode, terms: InvoiceTerms): Promise<TrackUpdate[]> =>
  collect(node.trackPayment(terms.paymentHash, { signal: new AbortController().signal }));

describe('the client against the simulator, with the smallest macaroon', () => {
  it('describes the graph and its own channels as they are', async () => {
    const { network, node, channels, us } = await served();
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
    const { node, route, channels } = await served();
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
    const { node, route } = await served();
    const terms = await invoiceOf(node, 2);
    const refused = await node.sendToRoute({ ...terms, route: route(terms, 1n) });
    expect(refused).toMatchObject({
      kind: 'failed',
      failure: { code: Failure_FailureCode.FEE_INSUFFICIENT, failureSourceIndex: 1 },
    });
    expect((await track(node, terms)).at(-1)).toMatchObject({ payment: { state: 'failed' } });
    const settled = await node.sendToRoute({ ...terms, route: route(terms) });
    expect(settled.kind).toBe('settled');
  });

  it('cancels an invoice, twice', async () => {
    const { node } = await served();
    const terms = await invoiceOf(node, 3);
    expect(await node.cancelInvoice(terms.paymentHash)).toEqual({ kind: 'canceled' });
    expect(await node.cancelInvoice(terms.paymentHash)).toEqual({ kind: 'canceled' });
    expect(await node.lookupInvoice(terms.paymentHash)).toMatchObject({ state: 'canceled' });
  });

  it('is told which permission a smaller macaroon lacks', async () => {
    const { lnd } = await served();
    const { macaroonHex } = lnd.bakeMacaroon(['info:read']);
    const credentials = { tlsCert: lnd.tlsCertPem, macaroon: macaroonHex };
    const node = await connectLnd({ address: lnd.address, ...credentials });
    onTestFinished(() => node.close());
    const error = await nodeError(node.ownChannels());
    expect(error.code).toBe('permission_denied');
    expect(error.message).toContain('offchain:read');
  });
});
