/** The channels of ours that are being closed, out of `listpeerchannels`. */
import type { ClosingChannel } from '../../ports.ts';
import type { ClnCalls } from './cln-calls.ts';
import type { ClnObject } from './cln-object.ts';
import { channelPointOf, listPeerChannels } from './own-channels.ts';

/** In agreement, or by force; the last wait for outputs to mature. */
const CLOSING_STATES: ReadonlySet<string> = new Set([
  'CHANNELD_SHUTTING_DOWN',
  'CLOSINGD_SIGEXCHANGE',
  'CLOSINGD_COMPLETE',
  'AWAITING_UNILATERAL',
  'FUNDING_SPEND_SEEN',
  'ONCHAIN',
]);
/** Before that the closing transaction is not confirmed, and HTLCs may still end off chain. */
const ON_CHAIN = 'ONCHAIN';

export async function closingChannels(calls: ClnCalls): Promise<readonly ClosingChannel[]> {
  return (await listPeerChannels(calls))
    .filter((channel) => CLOSING_STATES.has(channel.text('state')))
    .map((channel) => ({
      channelPoint: channelPointOf(channel),
      peer: channel.nodeId('peer_id'),
      limboSat: (channel.optionalMsat('to_us_msat') ?? 0n) / 1000n,
      htlcs: channel.text('state') === ON_CHAIN ? channel.list('htlcs').map(waitingHtlc) : [],
    }));
}

const waitingHtlc = (htlc: ClnObject): ClosingChannel['htlcs'][number] => ({
  incoming: htlc.text('direction') === 'in',
  amountSat: htlc.msat('amount_msat') / 1000n,
  maturityHeight: htlc.count('expiry'),
});
