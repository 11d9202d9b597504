/** Payments that Ballast finds a route for on the graph that LDK's nodes announce. */
import type { Route } from '../../../src/generated/messages/route.ts';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { Overlay, PairCeiling } from '../../../src/graph/overlay.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { checkRoute, type RouteDefect } from '../../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../../src/pathfinder/find-circular-route.ts';
import { findRoute } from '../../../src/pathfinder/find-route.ts';
import type { Path, Quote } from '../../../src/pathfinder/path.ts';
import { pricePath } from '../../../src/pathfinder/price-path.ts';
import type { NodePair } from '../../../src/pathfinder/request.ts';
import type { ChannelUpdateRecord } from '../../../src/ports.ts';
import type { NodeId } from '../../../src/units/ids.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import { type LdkBalances, ldkBalances } from './ldk-balances.ts';
import type { LdkNetwork } from './ldk-network.ts';
import { type LdkInvoice, makeInvoice } from './ldk-payment.ts';
import { randomBytes } from './random-ldk-network.ts';

const INVOICE_CLTV_DELTA = 40;
/** From a single millisatoshi to 2 million sat, every order of magnitude as often. */
const MOST_DECIMALS = 9.3;
const MOST_TRIES = 1000;
const MOST_BLIND_TRIES = 100;

export interface FoundPayment {
  readonly from: NodeId;
  readonly path: Path;
  readonly quote: Quote;
  readonly invoice: LdkInvoice;
  /** A fresh copy of the route, at the network's height; with another final delta where one is given. */
  readonly build: (changes?: { readonly finalCltvDelta?: number }) => Route;
  readonly check: (route: Route) => readonly RouteDefect[];
}

/**
 * A circle or a plain route between random nodes for a random amount, with one forwarding node at least; detours are
 * forced by channels left out at random. What the balances forbid is known as an overlay's ceilings, so it must settle.
 *
 * @throws Error when nothing is found for long: the network has run dry.
 */
export function findPayment(network: LdkNetwork, random: SeededRandom): FoundPayment {
  const { graph } = NetworkGraph.fromDescription(network.description());
  const snapshot = graph.snapshot();
  const overlay: Overlay = { ceilings: ldkBalances(network).flatMap(ceilings) };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = findOne({ network, snapshot, overlay, random });
    if (found !== undefined && found.path.hops.length > 1) return found;
  }
  throw new Error('no route was found for long');
}

/**
 * A payment of this amount whose route crosses the given direction, not as its first channel, though that may well not
 * let it pass: the search knows neither its minimum and maximum nor its balance. `undefined` where there is none.
 */
export function findBlindly(
  network: LdkNetwork,
  wanted: {
    readonly random: SeededRandom;
    readonly amountMsat: bigint;
    readonly across: NodePair & Pick<ChannelUpdateRecord, 'channelId'>;
  },
): FoundPayment | undefined {
  const { channelId, from } = wanted.across;
  const { graph } = NetworkGraph.fromDescription(network.description());
  const announced = graph.snapshot();
  const policy = announced.policy(announced.directionFrom(channelId, from)!)!;
  const limitless = { ...policy, minHtlcMsat: 0n, maxHtlcMsat: null };
  graph.applyChannelUpdate({ channelId, from, policy: limitless });
  const snapshot = graph.snapshot();
  const isWanted = ({ from, to }: NodePair) =>
    from === wanted.across.from && to === wanted.across.to;
  const known = ldkBalances(network).flatMap(ceilings);
  const overlay: Overlay = { ceilings: known.filter((pair) => !isWanted(pair)) };
  for (let tries = 0; tries < MOST_BLIND_TRIES; tries++) {
    const found = findOne({ network, snapshot, overlay, ...wanted });
    if (found?.path.hops.slice(1).some(isWanted)) return found;
  }
  return undefined;
}

interface Search {
  readonly network: LdkNetwork;
  readonly snapshot: GraphSnapshot;
  readonly overlay: Overlay;
  readonly random: SeededRandom;
  /** @defaultValue a random one */
  readonly amountMsat?: bigint;
}

function findOne({
  network,
  snapshot,
  overlay,
  random,
  ...wanted
}: Search): FoundPayment | undefined {
  const from = random.pick(network.nodes).nodeId;
  const to = random.chance(0.6) ? from : random.pick(network.nodes).nodeId;
  const amountMsat = wanted.amountMsat ?? BigInt(Math.ceil(10 ** (random.next() * MOST_DECIMALS)));
  const finalCltvDelta = random.between(INVOICE_CLTV_DELTA + 3, 160);
  const leftOut = random.next() * 0.6;
  const channels = network.channels.filter(() => random.chance(leftOut)).map((c) => c.channelId);
  const terms = { amountMsat, finalCltvDelta, overlay, exclude: { channels } };
  const preimage = randomBytes(random);
  const result =
    from === to
      ? findCircularRoute(snapshot, { self: from, ...terms })
      : findRoute(snapshot, { from, to, ...terms });
  if (result.kind === 'no_route') return undefined;
  const invoice = makeInvoice(network, {
    ...{ payee: to, preimage, cltvDelta: INVOICE_CLTV_DELTA },
    amountMsat: random.chance(0.5) ? amountMsat : null,
  });
  const { paymentAddr } = invoice;
  const { path, quote } = result;
  const blockHeight = network.chain.height;
  return {
    ...{ from, path, quote, invoice },
    build: (changes = {}) => {
      const delta = changes.finalCltvDelta ?? finalCltvDelta;
      const priced =
        changes.finalCltvDelta === undefined
          ? path
          : pricePath(path.hops, { amountMsat, finalCltvDelta: delta });
      return buildRoute(priced, { paymentAddr, blockHeight, finalCltvDelta: delta });
    },
    check: (route) =>
      checkRoute(route, snapshot, {
        ...{ self: from, target: to, amountMsat, paymentAddr, blockHeight },
        invoiceCltvDelta: INVOICE_CLTV_DELTA,
      }),
  };
}

/** The first amount that each direction would not take. */
function ceilings(channel: LdkBalances): readonly PairCeiling[] {
  const { opener, other, openerLimitMsat, otherLimitMsat } = channel;
  return [
    { from: opener, to: other, atLeastMsat: openerLimitMsat + 1n },
    { from: other, to: opener, atLeastMsat: otherLimitMsat + 1n },
  ];
}
