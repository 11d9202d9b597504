/** Own channels under the ids of the graph, where the node lists them under others. */
import type { ListedChannel } from '../graph/overlay.ts';
import type { CircularRouteRequest } from '../pathfinder/request.ts';
import type { ChannelId } from '../units/ids.ts';

type NamingChannels = Pick<CircularRouteRequest, 'outChannels' | 'inChannels' | 'exclude'>;

/** The request with the graph's ids for our own channels, wherever it names one. Ids that are not ours stay. */
export function withGraphIds<Request extends NamingChannels>(
  request: Request,
  ownChannels: readonly ListedChannel[],
): Request {
  const graphIds = new Map(ownChannels.map((own) => [own.channelId, own.graphChannelId]));
  const named = (ids: readonly ChannelId[]): readonly ChannelId[] =>
    ids.map((id) => graphIds.get(id) ?? id);
  const { outChannels, inChannels, exclude } = request;
  return {
    ...request,
    ...(outChannels === undefined ? {} : { outChannels: named(outChannels) }),
    ...(inChannels === undefined ? {} : { inChannels: named(inChannels) }),
    ...(exclude?.channels === undefined
      ? {}
      : { exclude: { ...exclude, channels: named(exclude.channels) } }),
  };
}
