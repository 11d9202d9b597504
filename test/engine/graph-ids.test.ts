/** Zero-conf channels that are public: the graph has them under their real ids, while lnd goes on listing aliases. */
import { expect, test } from 'vitest';
import type { InvoiceRecord } from '../../src/ports.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { parseChannelId } from '../../src/units/ids.ts';
import { AMOUNT_MSAT, Square } from './square.ts';

/** The square, with our channels listed under aliases, and arrivals reported under them. */
function aliased(options: ConstructorParameters<typeof Square>[0] = {}) {
  const square = new Square(options);
  const { node } = square;
  const aliases = new Map<ChannelId, ChannelId>(
    [square.out, square.in, square.sibling].map((id, i) => [id, parseChannelId(`16000000x${i}x0`)]),
  );
  const listed = (id: ChannelId): ChannelId => aliases.get(id) ?? id;
  const renamed = (invoice: InvoiceRecord): InvoiceRecord => ({
    ...invoice,
    arrivals: invoice.arrivals.map((a) => ({ ...a, channelId: listed(a.channelId) })),
  });
  square.node = {
    ...node,
    ownChannels: async () =>
      (await node.ownChannels()).map((own) => ({ ...own, channelId: listed(own.channelId) })),
    lookupInvoice: async (paymentHash) => renamed((await node.lookupInvoice(paymentHash))!),
    watchInvoice: async function* (paymentHash, watching) {
      for await (const invoice of node.watchInvoice(paymentHash, watching)) yield renamed(invoice);
    },
  };
  return { square, out: listed(square.out), in: listed(square.in) };
}

test.each([
  ['as the node lists them', (world: ReturnType<typeof aliased>) => world],
  ['as the graph has them', (world: ReturnType<typeof aliased>) => world.square],
])('can be named %s, and are reported as the node lists them', async (_, named) => {
  const world = aliased();
  const { square } = world;
  const before = square.ourSideMsat(square.in);
  const { out: from, in: to } = named(world);
  const report = await square.rebalance({ from, to }).result;
  expect(report).toMatchObject({
    outcome: { kind: 'settled' },
    arrivals: [{ channelId: world.in }],
    arrivedAsAsked: true,
  });
  const hops = report.attempts[0]!.hops.map(({ channelId }) => channelId);
  expect(hops).toEqual([world.out, square.annBob, world.in]);
  expect(square.ourSideMsat(square.in)).toBe(before + AMOUNT_MSAT);
});

test.each([
  ['listed', (world: ReturnType<typeof aliased>) => world.in],
  ['graph', (world: ReturnType<typeof aliased>) => world.square.in],
])('can be excluded by the %s id', async (_, excluded) => {
  const world = aliased();
  const exclude = { channels: [excluded(world)] };
  const { out: from, in: to } = world;
  const report = await world.square.rebalance({ from, to, exclude }).result;
  expect(report.outcome).toMatchObject({
    kind: 'no_route',
    reason: { code: 'no_incoming_channel' },
  });
});

test('are left out for the run when our node refuses to send over them', async () => {
  const world = aliased();
  const { square } = world;
  const { node } = square;
  // Listed as fit for it, but the link is down when it is to be used.
  square.network.setLinkUp(square.out, false);
  square.node = {
    ...node,
    ownChannels: async () => (await node.ownChannels()).map((own) => ({ ...own, active: true })),
  };
  const report = await square.rebalance({ from: world.out, to: world.in }).result;
  expect(report).toMatchObject({
    outcome: { kind: 'no_route', reason: { code: 'no_outgoing_channel' } },
    attempts: { length: 1 },
  });
});
