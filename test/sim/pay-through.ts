/** A payment of others, by their own choice of channels. */
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { invoiceOf, routeAlong } from './circle.ts';

/** @throws Error where it does not arrive. */
export async function payThrough(
  network: SimulatedNetwork,
  payment: {
    readonly from: NodeId;
    readonly to: NodeId;
    readonly channels: readonly ChannelId[];
    readonly amountMsat: bigint;
  },
): Promise<void> {
  const { from, to, channels, amountMsat } = payment;
  const { paymentHash, paymentAddr } = invoiceOf(network.node(to));
  const route = routeAlong({ network, from, channels, amountMsat, paymentAddr });
  const request = { paymentHash, route, skipTempErr: false };
  const result = await network.node(from).sendToRoute(request);
  if (result.kind === 'attempt' && result.attempt.preimage !== null) return;
  throw new Error(`a payment did not arrive: ${JSON.stringify(result, noBigint)}`);
}

const noBigint = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;
