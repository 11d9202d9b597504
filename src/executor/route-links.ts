/** A `Route` message as the links that it crosses. */
import type { Route } from '../generated/messages/route.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { RouteLink } from './verdict.ts';

/** Channels of a route in the order of travel, with their ends and the amount on each. */
export function routeLinks(route: Route, sender: NodeId): readonly RouteLink[] {
  return route.hops.map((hop, link) => {
    const before = route.hops[link - 1];
    return {
      link,
      channelId: hop.chanId as ChannelId,
      from: before === undefined ? sender : (before.pubKey as NodeId),
      to: hop.pubKey as NodeId,
      amountMsat: before === undefined ? route.totalAmtMsat : before.amtToForwardMsat,
    };
  });
}

/** The node that a route ends at; in a circle that is the sender too. */
export function finalNode(route: Route): NodeId {
  const last = route.hops.at(-1);
  if (last === undefined) throw new RangeError('a route without hops ends nowhere');
  return last.pubKey as NodeId;
}
