/** Which forwards are worth asking about at all: the standing orders of the thread that answers for the rest. */
import type { ChannelPolicy, WatchedPeer } from '../ports.ts';
import { outboundFeeMsat } from '../units/fee.ts';
import type { JustInTimeTerms } from './just-in-time-terms.ts';
import { namesOf, type OwnLinks } from './own-links.ts';

/** Balances are some seconds old when a forward comes: what is close to the largest that passes is looked at anew. */
const CLOSE_PART = 10n;

/**
 * Peers to which a forward may be too large for each of our channels, and dear enough to pay for a rebalance. Nothing to
 * them goes by unasked that was to be kept, except where a balance has just changed much or a payer overpays.
 */
export function watchedPeers(
  links: OwnLinks,
  terms: Pick<JustInTimeTerms, 'minGainMsat' | 'leaveOut'>,
): readonly WatchedPeer[] {
  return [...links.peers].flatMap((peer) => {
    const channels = links
      .to(peer)
      .filter(({ channel, policy }) => channel.active && policy !== undefined);
    const fillable = channels.filter(({ channel }) => !terms.leaveOut.has(channel.channelId));
    const payingMsat = smallest(
      fillable.map(({ policy }) => leastPayingMsat(policy!, terms.minGainMsat)),
    );
    if (payingMsat === undefined) return [];
    const largestMsat = largest(channels.map(({ channel }) => channel.spendableMsat));
    const closeMsat = largestMsat - largestMsat / CLOSE_PART;
    return {
      peer,
      channelIds: links.to(peer).flatMap(({ channel }) => namesOf(channel)),
      fromMsat: closeMsat > payingMsat ? closeMsat : payingMsat,
    };
  });
}

/** The smallest amount whose fee exceeds the gain; `undefined` where none within the policy's limits does. */
function leastPayingMsat(policy: ChannelPolicy, gainMsat: bigint): bigint | undefined {
  const { feeBaseMsat, feeRatePpm, minHtlcMsat, maxHtlcMsat } = policy;
  if (outboundFeeMsat(policy, minHtlcMsat) > gainMsat) return minHtlcMsat;
  if (feeRatePpm === 0) return undefined;
  const rate = BigInt(feeRatePpm);
  const amountMsat = ((gainMsat + 1n - feeBaseMsat) * 1_000_000n + rate - 1n) / rate;
  return maxHtlcMsat !== null && amountMsat > maxHtlcMsat ? undefined : amountMsat;
}

function smallest(amounts: readonly (bigint | undefined)[]): bigint | undefined {
  let least: bigint | undefined;
  for (const amount of amounts) {
    if (amount !== undefined && (least === undefined || amount < least)) least = amount;
  }
  return least;
}

const largest = (amounts: readonly bigint[]): bigint =>
  amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
