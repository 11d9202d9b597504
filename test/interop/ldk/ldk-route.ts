/** A route as SendToRouteV2 would take it, in LDK's terms. */
import type { Route as LdkRoute, RouteParameters } from 'lightningdevkit';
import type { LdkModule } from '../../../bench/ldk/load-ldk.ts';
import type { Route } from '../../../src/generated/messages/route.ts';

/** LDK counts the expiries that it sends from the block after the newest one. */
const BLOCKS_ADDED_BY_LDK = 1;

/**
 * Where lnd's message holds absolute figures, LDK wants differences: of each hop the fee and the blocks that its node
 * keeps, of the last one the amount and the blocks above the current height.
 *
 * @throws RangeError for a route whose last node would get more than its payload says, or whose figures rise on the
 * way: LDK cannot be told that.
 */
export function ldkRoute(ldk: LdkModule, route: Route, blockHeight: number): LdkRoute {
  const last = route.hops.length - 1;
  const hops = route.hops.map((hop, i) => {
    const before = route.hops[i - 1];
    const keptMsat = (before?.amtToForwardMsat ?? route.totalAmtMsat) - hop.amtToForwardMsat;
    const keptBlocks = (before?.expiry ?? route.totalTimeLock) - hop.expiry;
    if (keptMsat < 0n || keptBlocks < 0 || (i === last && (keptMsat > 0n || keptBlocks > 0))) {
      throw new RangeError(`LDK cannot send ${keptMsat} msat and ${keptBlocks} blocks at hop ${i}`);
    }
    return ldk.RouteHop.constructor_new(
      Buffer.from(hop.pubKey, 'hex'),
      ldk.NodeFeatures.constructor_empty(),
      BigInt(hop.chanId),
      ldk.ChannelFeatures.constructor_empty(),
      i === last ? hop.amtToForwardMsat : keptMsat,
      i === last ? hop.expiry - blockHeight - BLOCKS_ADDED_BY_LDK : keptBlocks,
      true,
    );
  });
  return ldk.Route.constructor_new([ldk.Path.constructor_new(hops, null)], routeTerms(ldk, route));
}

/** What LDK's own router would have been asked for. */
export function routeTerms(ldk: LdkModule, route: Route): RouteParameters {
  const { pubKey, amtToForwardMsat } = route.hops.at(-1)!;
  const payee = ldk.PaymentParameters.constructor_from_node_id(Buffer.from(pubKey, 'hex'), 0);
  return ldk.RouteParameters.constructor_new(
    payee,
    amtToForwardMsat,
    ldk.Option_u64Z.constructor_none(),
  );
}
