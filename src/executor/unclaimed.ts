/** What own channels have left beside the payments of other rebalances: no liquidity is planned with twice. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import type { Claim } from './claims.ts';

export interface ClaimLimits {
  /** Payments of ours under way at once over one channel, and over all channels with one peer. */
  readonly maxPerChannel: number;
  readonly maxPerPeer: number;
  /** HTLC slots that each channel keeps free for forwards. */
  readonly freeSlots: number;
}

/**
 * The channels with what the claims leave of them. A claim whose HTLC the node lists on the channel is off its balance
 * already. Channels with too many payments under way, or too few free slots, can neither send nor receive.
 */
export function unclaimed(
  channels: readonly OwnChannel[],
  claims: readonly Claim[],
  limits: ClaimLimits,
): readonly OwnChannel[] {
  const busy = claimsPerChannel(claims);
  const busyPeers = new Map<string, number>();
  for (const { channelId, peer } of channels) {
    busyPeers.set(peer, (busyPeers.get(peer) ?? 0) + (busy.get(channelId) ?? 0));
  }
  const leaving = Map.groupBy(claims, ({ outChannelId }) => outChannelId);
  const returning = Map.groupBy(claims, ({ inChannelId }) => inChannelId);
  return channels.map((channel) => {
    const out = invisible(channel, leaving.get(channel.channelId), 'out');
    const back = invisible(channel, returning.get(channel.channelId), 'in');
    const full =
      (busy.get(channel.channelId) ?? 0) >= limits.maxPerChannel ||
      busyPeers.get(channel.peer)! >= limits.maxPerPeer;
    const outSum = out.reduce((sum, claim) => sum + sentMsat(claim), 0n);
    const inSum = back.reduce((sum, claim) => sum + claim.amountMsat, 0n);
    return {
      ...channel,
      spendableMsat:
        full || !hasSlot(channel, { incoming: false, more: out.length, ...limits })
          ? 0n
          : atLeastZero(channel.spendableMsat - outSum),
      receivableMsat:
        full || !hasSlot(channel, { incoming: true, more: back.length, ...limits })
          ? 0n
          : atLeastZero(channel.receivableMsat - inSum),
    };
  });
}

/** The channels as they were if none of these payments were under way, as when all of them fail. */
export function restored(
  channels: readonly OwnChannel[],
  claims: readonly Claim[],
): readonly OwnChannel[] {
  const hashes = new Set(claims.map(({ paymentHash }) => paymentHash));
  return channels.map((channel) => {
    if (channel.pendingHtlcs.length === 0) return channel;
    const out = claims.filter((claim) => isListed(channel, claim, 'out'));
    const back = claims.filter((claim) => isListed(channel, claim, 'in'));
    return {
      ...channel,
      pendingHtlcs: channel.pendingHtlcs.filter(({ paymentHash }) => !hashes.has(paymentHash)),
      spendableMsat: out.reduce((sum, claim) => sum + sentMsat(claim), channel.spendableMsat),
      receivableMsat: back.reduce((sum, claim) => sum + claim.amountMsat, channel.receivableMsat),
    };
  });
}

const sentMsat = ({ amountMsat, feeMsat }: Claim): bigint => amountMsat + feeMsat;

/** Claims on the channel whose HTLC the node does not list there (yet, or any more). */
const invisible = (
  channel: OwnChannel,
  claims: readonly Claim[] | undefined,
  side: Side,
): readonly Claim[] => claims?.filter((claim) => !isListed(channel, claim, side)) ?? [];

type Side = 'out' | 'in';

const isListed = (channel: OwnChannel, { paymentHash }: Claim, side: Side): boolean =>
  channel.pendingHtlcs.some(
    (htlc) => htlc.paymentHash === paymentHash && htlc.incoming === (side === 'in'),
  );

function hasSlot(
  channel: OwnChannel,
  asked: { readonly incoming: boolean; readonly more: number; readonly freeSlots: number },
): boolean {
  const slots = asked.incoming ? channel.maxIncomingHtlcs : channel.maxOutgoingHtlcs;
  if (slots === null) return true;
  const taken = channel.pendingHtlcs.filter((htlc) => htlc.incoming === asked.incoming).length;
  // A channel with few slots in all keeps half of them, or it could never be used.
  const kept = Math.min(asked.freeSlots, Math.floor(slots / 2));
  return taken + asked.more < slots - kept;
}

function claimsPerChannel(claims: readonly Claim[]): ReadonlyMap<ChannelId, number> {
  const counts = new Map<ChannelId, number>();
  for (const { outChannelId, inChannelId } of claims) {
    for (const channelId of new Set([outChannelId, inChannelId])) {
      counts.set(channelId, (counts.get(channelId) ?? 0) + 1);
    }
  }
  return counts;
}

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
