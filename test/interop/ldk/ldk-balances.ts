/** What each end of every channel owns, out of what LDK lists. */
import type { ChannelDetails } from 'lightningdevkit';
import type { ChannelId, NodeId } from '../../../src/units/ids.ts';
import { type LdkNetwork, shortChannelId } from './ldk-network.ts';

export interface LdkBalances {
  readonly channelId: ChannelId;
  readonly opener: NodeId;
  readonly other: NodeId;
  readonly openerMsat: bigint;
  readonly otherMsat: bigint;
  /** Most that either end would offer in one HTLC now. */
  readonly openerLimitMsat: bigint;
  readonly otherLimitMsat: bigint;
}

/** @throws Error where LDK's figures do not add up: with HTLCs pending, or both ends below their reserve. */
export function ldkBalances(network: LdkNetwork): readonly LdkBalances[] {
  const listed = new Map<string, ChannelDetails>();
  for (const { nodeId, manager } of network.nodes) {
    for (const details of manager.list_channels()) {
      listed.set(`${shortChannelId(network.ldk, details)}/${nodeId}`, details);
    }
  }
  return network.channels.map(({ channelId, opener, other, capacitySat }) => {
    const one = listed.get(`${channelId}/${opener}`);
    const two = listed.get(`${channelId}/${other}`);
    if (one === undefined || two === undefined) throw new Error(`${channelId} is not listed`);
    const capacityMsat = capacitySat * 1000n;
    const [known, knownOfOther] = [aboveReserve(network, one), aboveReserve(network, two)];
    const openerMsat = known ?? capacityMsat - knownOfOther!;
    const otherMsat = knownOfOther ?? capacityMsat - openerMsat;
    if (openerMsat + otherMsat !== capacityMsat) throw new Error(`${channelId} does not add up`);
    return {
      ...{ channelId, opener, other, openerMsat, otherMsat },
      openerLimitMsat: one.get_next_outbound_htlc_limit_msat(),
      otherLimitMsat: two.get_next_outbound_htlc_limit_msat(),
    };
  });
}

/** LDK lists what an end owns less its reserve, and never below 0; `undefined` where that hides the balance. */
function aboveReserve(network: LdkNetwork, details: ChannelDetails): bigint | undefined {
  const capacity = details.get_outbound_capacity_msat();
  const reserve = details.get_unspendable_punishment_reserve();
  if (!(reserve instanceof network.ldk.Option_u64Z_Some)) throw new Error('LDK lists no reserve');
  return capacity === 0n ? undefined : capacity + reserve.some * 1000n;
}
