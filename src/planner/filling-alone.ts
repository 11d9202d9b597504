/** A plan's request narrowed to filling some channels: those that lack balance now. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { channelSettings } from './channel-settings.ts';
import type { PlanRequest } from './rebalance-plan-request.ts';

/**
 * The same request with these channels as the only targets, as far as it allows them to be any; where it allows none,
 * one that plans nothing.
 *
 * @param into Each by one of the ids that the channel goes by.
 * @throws PlanRequestError where the request's names cannot be meant.
 */
export function fillingAlone(
  request: PlanRequest,
  channels: readonly OwnChannel[],
  into: readonly ChannelId[],
): PlanRequest {
  const { of } = channelSettings(channels, request);
  const targets = channels
    .filter(({ channelId, graphChannelId }) =>
      [channelId, graphChannelId].some((id) => into.includes(id)),
    )
    .map(({ channelId }) => channelId)
    .filter((channelId) => of.get(channelId)!.mayTarget);
  if (targets.length > 0) return { ...request, targets };
  return { ...request, exclude: channels.map(({ channelId }) => channelId) };
}
