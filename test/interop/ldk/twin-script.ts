/** One random step of a script that both networks act out: something changes, or somebody pays. */
import type { Route } from '../../../src/generated/messages/route.ts';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { buildRoute } from '../../../src/pathfinder/build-route.ts';
import { checkRoute, type RouteDefect } from '../../../src/pathfinder/check-route.ts';
import { findCircularRoute } from '../../../src/pathfinder/find-circular-route.ts';
import { findRoute } from '../../../src/pathfinder/find-route.ts';
import type { Path } from '../../../src/pathfinder/path.ts';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import { randomBytes, randomPolicy } from './random-ldk-network.ts';
import type { TwinInvoice, TwinNetwork } from './twin-network.ts';

const INVOICE_CLTV_DELTA = 40;
const MOST_DECIMALS = 9.8;
/** Channels beyond as many as there are nodes, so that circles remain. */
const CHORDS_KEPT = 2;

export interface TwinPayment {
  readonly from: NodeId;
  readonly invoice: TwinInvoice;
  readonly paymentHash: Uint8Array;
  readonly routeFor: (paymentAddr: Uint8Array) => Route;
  readonly blockHeight: number;
  /** What is wrong with the route by the newest announcements. */
  readonly defects: readonly RouteDefect[];
}

/** Changes something about the network, the same in both. */
export function change(twin: TwinNetwork, random: SeededRandom): void {
  const { channels, nodes } = twin.ldk;
  const { channelId, opener, other } = random.pick(channels);
  const lot = random.next();
  if (lot < 0.4) twin.setPolicy(channelId, random.pick([opener, other]), randomPolicy(random));
  else if (lot < 0.6) twin.mine(random.between(1, 12));
  else if (lot < 0.75) twin.setUp(channelId, false);
  else if (lot < 0.97) for (const channel of channels) twin.setUp(channel.channelId, true);
  else if (channels.length > nodes.length + CHORDS_KEPT) twin.close(channelId);
}

/**
 * A payment along a route that Ballast found without knowing balances, perhaps on an older graph, and that may have
 * been spoilt at some places. `undefined` where there was none, or LDK could not be told the route.
 */
export function drawPayment(
  twin: TwinNetwork,
  random: SeededRandom,
  graphOfThen: GraphSnapshot,
): TwinPayment | undefined {
  const { from, to, amountMsat, channels } = drawAim(twin, random);
  const finalCltvDelta = drawFinalDelta(random);
  const terms = { amountMsat, finalCltvDelta, exclude: { channels } };
  const result =
    from === to
      ? findCircularRoute(graphOfThen, { self: from, ...terms })
      : findRoute(graphOfThen, { from, to, ...terms });
  if (result.kind === 'no_route') return undefined;
  const { invoice, paymentHash, wrongSecret } = drawInvoice(twin, random, { to, amountMsat });
  const spoil = drawSpoiling(random, result.path);
  const blockHeight = twin.ldk.chain.height;
  const routeFor = (paymentAddr: Uint8Array): Route => {
    const secret = wrongSecret ?? paymentAddr;
    const route = buildRoute(result.path, { paymentAddr: secret, blockHeight, finalCltvDelta });
    spoil(route);
    return route;
  };
  const route = routeFor(invoice.ldk.paymentAddr);
  if (rises(route)) return undefined;
  const newest = NetworkGraph.fromDescription(twin.ldk.description()).graph.snapshot();
  const defects = checkRoute(route, newest, {
    ...{ self: from, target: to, amountMsat, paymentAddr: invoice.ldk.paymentAddr, blockHeight },
    invoiceCltvDelta: INVOICE_CLTV_DELTA,
  });
  return { from, invoice, paymentHash, routeFor, blockHeight, defects };
}

/** Enough most of the time; else about the least that an invoice asks for, or that anybody forwards. */
function drawFinalDelta(random: SeededRandom): number {
  const lot = random.next();
  if (lot < 0.7) return random.between(INVOICE_CLTV_DELTA, 160);
  if (lot < 0.8) return random.between(INVOICE_CLTV_DELTA - 4, INVOICE_CLTV_DELTA);
  if (lot < 0.95) return random.between(2, 6);
  return random.between(2, INVOICE_CLTV_DELTA);
}

interface Aim {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
  /** Left out of the search. */
  readonly channels: readonly ChannelId[];
}

function drawAim(twin: TwinNetwork, random: SeededRandom): Aim {
  if (random.chance(0.3)) return drawLimit(twin, random);
  const from = random.pick(twin.ldk.nodes).nodeId;
  const to = random.chance(0.6) ? from : random.pick(twin.ldk.nodes).nodeId;
  const share = random.next() * 0.6;
  const left = twin.ldk.channels.filter(() => random.chance(share));
  return {
    ...{ from, to, channels: left.map(({ channelId }) => channelId) },
    amountMsat: BigInt(Math.ceil(10 ** (random.next() * MOST_DECIMALS))),
  };
}

/** The most that the last channel carries by both networks' reckoning, or the least that it does not. */
function drawLimit(twin: TwinNetwork, random: SeededRandom): Aim {
  const last = random.pick(twin.directions());
  const others = twin.ldk.nodes.filter(({ nodeId }) => nodeId !== last.to);
  const { ldkLimitMsat: one, simulatedLimitMsat: two } = last;
  const [less, more] = one < two ? [one, two] : [two, one];
  const amountMsat = random.chance(0.6) ? less : more + 1n;
  return {
    ...{ from: random.pick(others).nodeId, to: last.to },
    amountMsat: amountMsat > 0n ? amountMsat : 1n,
    channels: twin.ldk.channels
      .filter(({ opener, other }) => opener === last.to || other === last.to)
      .map(({ channelId }) => channelId)
      .filter((channelId) => channelId !== last.channelId),
  };
}

/** One that the payment fits, most of the time. */
function drawInvoice(
  twin: TwinNetwork,
  random: SeededRandom,
  payment: { readonly to: NodeId; readonly amountMsat: bigint },
) {
  const { to, amountMsat } = payment;
  const asked = random.pick([null, amountMsat, amountMsat, amountMsat + 1n]);
  const invoice = twin.addInvoice({
    ...{ payee: to, preimage: randomBytes(random), cltvDelta: INVOICE_CLTV_DELTA },
    amountMsat: random.chance(0.8) ? null : asked,
  });
  return {
    invoice,
    paymentHash: random.chance(0.95) ? invoice.ldk.paymentHash : randomBytes(random),
    wrongSecret: random.chance(0.95) ? undefined : randomBytes(random),
  };
}

/** Up to three changes of what arrives at a node, each by a little. */
function drawSpoiling(random: SeededRandom, path: Path): (route: Route) => void {
  const times = random.chance(0.5) ? 0 : random.between(1, 3);
  const changes = Array.from({ length: times }, () => ({
    hop: random.between(0, path.hops.length - 2),
    msat: BigInt(random.pick([0, -1, -1, 1, random.between(-1000, 1000)])),
    blocks: random.pick([0, -1, -1, 1, random.between(-60, 60)]),
  }));
  if (path.hops.length < 2) return () => {};
  return (route) => {
    for (const { hop, msat, blocks } of changes) {
      if (hop === 0) {
        route.totalAmtMsat += msat;
        route.totalTimeLock += blocks;
      } else {
        route.hops[hop - 1]!.amtToForwardMsat += msat;
        route.hops[hop - 1]!.expiry += blocks;
      }
    }
  };
}

/** LDK is told what each node keeps, which cannot be less than nothing. */
function rises(route: Route): boolean {
  let [amountMsat, expiry] = [route.totalAmtMsat, route.totalTimeLock];
  for (const hop of route.hops) {
    if (hop.amtToForwardMsat > amountMsat || hop.expiry > expiry) return true;
    [amountMsat, expiry] = [hop.amtToForwardMsat, hop.expiry];
  }
  return false;
}
