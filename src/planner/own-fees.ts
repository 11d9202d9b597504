/** What our own channels charge at present. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelPolicy, OwnChannel } from '../ports.ts';
import { forwardingFeeMsat, type InboundFee } from '../units/fee.ts';
import type { NodeId } from '../units/ids.ts';

/** Our policy for a channel, with fees in both directions. `undefined` where the graph has none. */
export function ownPolicy(
  snapshot: GraphSnapshot,
  { graphChannelId }: Pick<OwnChannel, 'graphChannelId'>,
  self: NodeId,
): ChannelPolicy | undefined {
  const direction = snapshot.directionFrom(graphChannelId, self);
  return direction === undefined ? undefined : (snapshot.policy(direction) ?? undefined);
}

const NO_INBOUND_FEE: InboundFee = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

/**
 * What a forward would earn at present fees, but no more than it has earned: payers that paid an old fee may not pay a
 * higher one, and nobody pays a fee that is no longer asked.
 */
export function presentFeeMsat(
  forward: { readonly amountInMsat: bigint; readonly amountOutMsat: bigint },
  terms: { readonly outbound: ChannelPolicy; readonly inbound: InboundFee | undefined },
): number {
  const { amountInMsat, amountOutMsat } = forward;
  const { outbound, inbound = NO_INBOUND_FEE } = terms;
  const asked = forwardingFeeMsat({ outbound, inbound, amountOutMsat });
  const paid = amountInMsat - amountOutMsat;
  return Math.max(0, Number(asked < paid ? asked : paid));
}
