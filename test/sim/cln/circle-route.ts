/** A circle's route as Core Lightning's `sendpay` takes it. */
import type { Json } from '../../../src/sim/cln/parameters.ts';
import { formatChannelId } from '../../../src/units/ids.ts';
import { AMOUNT_MSAT, type Circle, routeAlong } from '../circle.ts';

/** Blocks that the last HTLC has left, without the one that lightningd adds. */
const FINAL_DELAY = 42;

/**
 * Worked out by hand from the route that the circle's policies give: hop i names the node reached and what reaches it,
 * so its amount is what the node before was to pass on.
 */
export function clnRoute(
  { network, alice, channels }: Circle,
  amountMsat: bigint = AMOUNT_MSAT,
): { id: string; channel: string; amount_msat: bigint; delay: number }[] {
  const { blockHeight } = network;
  const from = alice.nodeId;
  const finalDelta = FINAL_DELAY + 1;
  const terms = { network, from, channels, amountMsat, finalDelta, paymentAddr: null };
  const route = routeAlong(terms);
  const amounts = [route.totalAmtMsat, ...route.hops.map((hop) => hop.amtToForwardMsat)];
  const expiries = [route.totalTimeLock, ...route.hops.map((hop) => hop.expiry)];
  return route.hops.map((hop, i) => ({
    id: hop.pubKey,
    channel: formatChannelId(channels[i]!),
    amount_msat: amounts[i]!,
    delay: expiries[i]! - blockHeight - 1,
  }));
}

export const INVOICE: { readonly [name: string]: Json } = {
  amount_msat: 'any',
  description: 'a circle',
  cltv: 40,
};
