/** lnd's PendingChannels as the channels of ours that are being closed. */
import { LightningService } from '../../generated/services/lightning.ts';
import {
  type PendingChannelsResponse_PendingChannel as PendingChannel,
  PendingChannelsRequest,
  type PendingHTLC,
} from '../../generated/services/pending.ts';
import type { ClosingChannel } from '../../ports.ts';
import { isNodeId } from '../../units/ids.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';

/** Waiting for the closing transaction, or for what it leaves to mature after a closure by force. */
export async function closingChannels(
  calls: LndCalls,
  deadlineMs: number,
): Promise<readonly ClosingChannel[]> {
  const method = LightningService.pendingChannels;
  const answer = await calls.unary(method, PendingChannelsRequest.create(), deadlineMs);
  return [
    ...answer.waitingCloseChannels.map(({ channel, limboBalance }) =>
      closing(channel, { limboSat: limboBalance, htlcs: [] }),
    ),
    ...answer.pendingForceClosingChannels.map(({ channel, limboBalance, pendingHtlcs }) =>
      closing(channel, { limboSat: limboBalance, htlcs: pendingHtlcs.map(pendingHtlc) }),
    ),
  ];
}

function closing(
  channel: PendingChannel | undefined,
  rest: Pick<ClosingChannel, 'limboSat' | 'htlcs'>,
): ClosingChannel {
  const peer = channel?.remoteNodePub ?? '';
  if (channel === undefined || !isNodeId(peer)) {
    throw oddAnswer('PendingChannels', `with the peer "${peer}"`);
  }
  return { channelPoint: channel.channelPoint, peer, ...rest };
}

const pendingHtlc = ({ incoming, amount, maturityHeight }: PendingHTLC) => ({
  incoming,
  amountSat: amount,
  maturityHeight,
});
