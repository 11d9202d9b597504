/**
 * Whether a link takes an HTLC, as lnd decides it (lnd: `htlcswitch/link.go`, `CheckHtlcForward`, `canSendHtlc`,
 * `validateHtlcAmount`; `htlcswitch/switch.go`, `checkCircularForward`), in lnd's order, for the first complaint is
 * the one that travels back.
 */
import { Failure_FailureCode } from '../generated/messages/failure.ts';
import type { ChannelPolicy } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { inboundFeeMsat, outboundFeeMsat } from './forwarding-fee.ts';
import type { FailureDetail } from './records.ts';

/** lnd does not offer an HTLC that expires within this many blocks (`DefaultOutgoingCltvRejectDelta`). */
const OUTGOING_CLTV_REJECT_DELTA = 3;
/** Nor one that expires further ahead than this (`DefaultMaxOutgoingCltvExpiry`). */
const MAX_OUTGOING_CLTV_EXPIRY = 2016;

/** Why an HTLC was refused, with what lnd puts into the failure message. */
export interface Refusal {
  readonly code: Failure_FailureCode;
  readonly detail: FailureDetail;
  /** With the codes that name an amount. */
  readonly htlcMsat?: bigint;
  /** With the codes that name an expiry. */
  readonly cltvExpiry?: number;
  /** With INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS. */
  readonly height?: number;
  /** The refusing link adds its current policy. */
  readonly withUpdate: boolean;
}

export interface HtlcTerms {
  readonly amountMsat: bigint;
  /** Absolute block height. */
  readonly expiry: number;
}

interface OutgoingLink {
  /** `null` binds nothing: an own channel whose policy nobody knows. */
  readonly policy: ChannelPolicy | null;
  readonly bandwidthMsat: bigint;
}

export interface ForwardTerms {
  readonly incoming: HtlcTerms;
  readonly outgoing: HtlcTerms;
  readonly outgoingPolicy: ChannelPolicy;
  readonly bandwidthMsat: bigint;
  readonly inboundFee: Pick<ChannelPolicy, 'inboundFeeBaseMsat' | 'inboundFeeRatePpm'>;
  readonly blockHeight: number;
}

/** Checks a forward over one candidate link. */
export function checkForward(terms: ForwardTerms): Refusal | undefined {
  const { incoming, outgoing, outgoingPolicy, blockHeight } = terms;
  if (!paysEnough(terms)) {
    return refuse('FEE_INSUFFICIENT', { htlcMsat: outgoing.amountMsat, withUpdate: true });
  }
  const link = { policy: outgoingPolicy, bandwidthMsat: terms.bandwidthMsat };
  const refusal = checkTransit({ htlc: outgoing, link, blockHeight });
  if (refusal !== undefined) return refusal;
  if (incoming.expiry - outgoing.expiry < outgoingPolicy.timeLockDelta) {
    return refuse('INCORRECT_CLTV_EXPIRY', { cltvExpiry: incoming.expiry, withUpdate: true });
  }
  if (incoming.expiry - outgoing.expiry > MAX_OUTGOING_CLTV_EXPIRY) return refuse('EXPIRY_TOO_FAR');
  return undefined;
}

/** Checks that hold for every HTLC a node offers, its own payments included. */
export function checkTransit(request: {
  htlc: HtlcTerms;
  link: OutgoingLink;
  blockHeight: number;
}): Refusal | undefined {
  const { htlc, link, blockHeight } = request;
  if (link.policy !== null) {
    if (htlc.amountMsat < link.policy.minHtlcMsat) {
      return refuse('AMOUNT_BELOW_MINIMUM', { htlcMsat: htlc.amountMsat, withUpdate: true });
    }
    const maxMsat = link.policy.maxHtlcMsat;
    if (maxMsat !== null && maxMsat < htlc.amountMsat) {
      return refuse('TEMPORARY_CHANNEL_FAILURE', { detail: 'HTLC_EXCEEDS_MAX', withUpdate: true });
    }
  }
  if (htlc.expiry - blockHeight <= OUTGOING_CLTV_REJECT_DELTA) {
    return refuse('EXPIRY_TOO_SOON', { withUpdate: true });
  }
  if (htlc.expiry - blockHeight > MAX_OUTGOING_CLTV_EXPIRY) return refuse('EXPIRY_TOO_FAR');
  if (link.bandwidthMsat < htlc.amountMsat) {
    return refuse('TEMPORARY_CHANNEL_FAILURE', {
      detail: 'INSUFFICIENT_BALANCE',
      withUpdate: true,
    });
  }
  if (htlc.amountMsat <= 0n) {
    return refuse('TEMPORARY_CHANNEL_FAILURE', { detail: 'HTLC_ADD_FAILED', withUpdate: true });
  }
  return undefined;
}

/** Both ids are base ids: an alias counts as the channel it stands for. */
export function checkCircularForward(forward: {
  incomingChannel: ChannelId;
  outgoingChannel: ChannelId;
  allowCircularRoute: boolean;
}): Refusal | undefined {
  if (forward.incomingChannel !== forward.outgoingChannel || forward.allowCircularRoute) {
    return undefined;
  }
  return refuse('TEMPORARY_CHANNEL_FAILURE', { detail: 'CIRCULAR_ROUTE' });
}

/** A refusal by name of its code; the detail is NO_DETAIL unless given. */
export function refuse(
  code: keyof typeof Failure_FailureCode,
  extra: Partial<Omit<Refusal, 'code'>> = {},
): Refusal {
  return { code: Failure_FailureCode[code], detail: 'NO_DETAIL', withUpdate: false, ...extra };
}

/** A forward pays enough when it hands on no more than it brought, and what stays covers outbound and inbound fee. */
function paysEnough(terms: ForwardTerms): boolean {
  const amountMsat = terms.outgoing.amountMsat;
  const keptMsat = terms.incoming.amountMsat - amountMsat;
  if (keptMsat < 0n) return false;
  const outboundMsat = outboundFeeMsat(terms.outgoingPolicy, amountMsat);
  return keptMsat >= outboundMsat + inboundFeeMsat(terms.inboundFee, amountMsat + outboundMsat);
}
