/**
 * What lnd checks of a forward only after we have let it go on, link by link and in its order (lnd: `htlcswitch/link.go`,
 * `CheckHtlcForward`, `canSendHtlc`): a rebalance for one that fails anyway would be paid for nothing. The balance is
 * not among it.
 */
import type { ChannelPolicy, OfferedForward, OwnChannel } from '../ports.ts';
import { type InboundFee, inboundFeeMsat, outboundFeeMsat } from '../units/fee.ts';

/** Why lnd's link would fail a forward whatever the balance is. */
export type LinkDefect =
  | 'offline'
  | 'underpays'
  | 'below_minimum'
  | 'above_maximum'
  | 'expires_too_soon'
  | 'expires_too_far'
  | 'cltv_delta'
  | 'no_slot'
  | 'dust';

/** lnd's `DefaultOutgoingCltvRejectDelta`. */
const LEAST_EXPIRY_BLOCKS = 3;
/** lnd's `DefaultMaxOutgoingCltvExpiry`: for the HTLC that goes out, and, since 0.22, for the delta. */
const MOST_EXPIRY_BLOCKS = 2016;
/**
 * Outputs below this may be trimmed from a commitment transaction, at any feerate that channels without anchors see much;
 * with anchors the limit is some 350 sat.
 */
const DUST_SAT = 5_000n;
/** lnd's `DefaultDustThreshold` is 500,000 sat on a link; a tenth of it stays free. */
const MOST_DUST_SAT = 450_000n;

export interface LinkTerms {
  readonly channel: OwnChannel;
  /** Ours, for the channel that it would go out over. */
  readonly policy: ChannelPolicy;
  /** Ours, on the channel that it came in over. */
  readonly inbound: InboundFee;
  readonly blockHeight: number;
}

/** `undefined` where nothing but balance may be missing. */
export function linkDefect(forward: OfferedForward, terms: LinkTerms): LinkDefect | undefined {
  const { channel, policy, inbound, blockHeight } = terms;
  const { amountOutMsat, expiryInHeight, expiryOutHeight } = forward;
  if (!channel.active) return 'offline';
  if (!pays(forward, policy, inbound)) return 'underpays';
  if (amountOutMsat < policy.minHtlcMsat) return 'below_minimum';
  if (amountOutMsat > (policy.maxHtlcMsat ?? channel.capacitySat * 1000n)) return 'above_maximum';
  if (expiryOutHeight - blockHeight <= LEAST_EXPIRY_BLOCKS) return 'expires_too_soon';
  if (expiryOutHeight - blockHeight > MOST_EXPIRY_BLOCKS) return 'expires_too_far';
  const delta = expiryInHeight - expiryOutHeight;
  if (delta < policy.timeLockDelta) return 'cltv_delta';
  if (delta > MOST_EXPIRY_BLOCKS) return 'expires_too_far';
  if (!hasSlot(channel)) return 'no_slot';
  return fitsDust(forward, channel) ? undefined : 'dust';
}

function pays(forward: OfferedForward, policy: ChannelPolicy, inbound: InboundFee): boolean {
  const { amountInMsat, amountOutMsat } = forward;
  const keptMsat = amountInMsat - amountOutMsat;
  if (keptMsat < 0n) return false;
  const outMsat = outboundFeeMsat(policy, amountOutMsat);
  return keptMsat >= outMsat + inboundFeeMsat(inbound, amountOutMsat + outMsat);
}

function hasSlot({ pendingHtlcs, maxOutgoingHtlcs }: OwnChannel): boolean {
  const taken = pendingHtlcs.filter(({ incoming }) => !incoming).length;
  return maxOutgoingHtlcs === null || taken < maxOutgoingHtlcs;
}

function fitsDust({ amountOutMsat }: OfferedForward, { pendingHtlcs }: OwnChannel): boolean {
  const amountSat = amountOutMsat / 1000n;
  if (amountSat >= DUST_SAT) return true;
  const dust = pendingHtlcs.filter((htlc) => htlc.amountSat < DUST_SAT);
  return dust.reduce((sum, htlc) => sum + htlc.amountSat, amountSat) <= MOST_DUST_SAT;
}
