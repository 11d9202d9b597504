/** A channel of our own node for tests: what a test does not care about has a plain value. */
import type { OwnChannel } from '../src/ports.ts';
import { parseChannelId } from '../src/units/ids.ts';
import { nodeIdOf } from './graph/make-graph.ts';

/** The three ids are one where only `id` is given; without limits, without HTLCs, active and public. */
export function ownChannel(
  fields: Partial<OwnChannel> & { readonly id?: string } = {},
): OwnChannel {
  const { id = '700000x1x0', ...given } = fields;
  const channelId = given.channelId ?? parseChannelId(id);
  return {
    channelId,
    graphChannelId: channelId,
    inboundChannelId: channelId,
    peer: nodeIdOf(1),
    peerAlias: '',
    capacitySat: 1n,
    localBalanceSat: 1n,
    remoteBalanceSat: 1n,
    spendableMsat: 1n,
    receivableMsat: 1n,
    pendingHtlcs: [],
    maxOutgoingHtlcs: null,
    maxIncomingHtlcs: null,
    active: true,
    private: false,
    ...given,
  };
}
