/** Our channels by any of the ids that they go by. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';

export type ChannelIds = Pick<
  OwnChannel,
  'channelId' | 'graphChannelId' | 'inboundChannelId' | 'aliases'
>;

/**
 * For each id the one under which the node lists the channel. Where two channels claim the same id, what the node says of
 * itself wins: a peer chooses its own alias (`inboundChannelId`), and could choose the id of another channel of ours.
 */
export function listedIds(channels: readonly ChannelIds[]): ReadonlyMap<ChannelId, ChannelId> {
  const listed = new Map<ChannelId, ChannelId>();
  for (const idsOf of WEAKEST_FIRST) {
    for (const channel of channels) {
      for (const id of idsOf(channel)) listed.set(id, channel.channelId);
    }
  }
  return listed;
}

const WEAKEST_FIRST: readonly ((channel: ChannelIds) => readonly ChannelId[])[] = [
  ({ inboundChannelId }) => [inboundChannelId],
  ({ aliases = [] }) => aliases,
  ({ graphChannelId }) => [graphChannelId],
  ({ channelId }) => [channelId],
];
