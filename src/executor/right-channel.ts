/** Whether a payment has come back to us where it was to. */
import type { ChannelId } from '../units/ids.ts';
import type { AttemptReport } from './rebalance-report.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';

type Sent = Pick<AttemptReport, 'hops'>;

/** What comes back over the channel that it left by goes nowhere, whatever was asked for. */
export const isAsAsked = (
  channelId: ChannelId,
  { inChannels }: Pick<RebalanceTerms, 'inChannels'>,
  attempt: Sent,
): boolean => inChannels.includes(channelId) && !hasLeftBy(channelId, attempt);

export const hasLeftBy = (channelId: ChannelId, { hops }: Sent): boolean =>
  channelId === hops[0]?.channelId;
