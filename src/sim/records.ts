/**
 * What a simulated node tells about itself: channels, payments, invoices, events and forwards. The content is that of
 * lnd's RPC messages; the types are plain, so that a test can read them and a server can translate them.
 */
import type { Failure_FailureCode } from '../generated/messages/failure.ts';
import type { AttemptRecord, PaymentRecord } from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';

// ---- channels

/** An HTLC that is locked on a channel, seen from one of its ends. */
export interface PendingHtlcView {
  readonly incoming: boolean;
  readonly amountMsat: bigint;
  readonly paymentHash: PaymentHash;
  /** Absolute block height. */
  readonly expiryHeight: number;
  /** Index among the HTLCs that its offerer has offered on this channel, from 0. */
  readonly htlcIndex: bigint;
  /** The other channel of a forward, '0' where the HTLC starts or ends here or was not forwarded yet. */
  readonly forwardingChannel: ChannelId | '0';
  readonly forwardingHtlcIndex: bigint;
}

/** One of a node's own channels, as lnd's ListChannels shows it. Sat amounts are rounded down, as lnd's are. */
export interface SimulatedChannelView {
  readonly channelId: ChannelId;
  readonly channelPoint: string;
  readonly peer: NodeId;
  readonly peerAlias: string;
  readonly capacitySat: bigint;
  /** Net of commitment fee and anchors where this node opened the channel; without pending HTLCs. */
  readonly localBalanceSat: bigint;
  readonly remoteBalanceSat: bigint;
  readonly commitFeeSat: bigint;
  readonly commitWeight: bigint;
  readonly feePerKw: bigint;
  /** Sum of pending HTLCs, both directions. */
  readonly unsettledBalanceSat: bigint;
  readonly totalSentSat: bigint;
  readonly totalReceivedSat: bigint;
  readonly numUpdates: bigint;
  readonly pendingHtlcs: readonly PendingHtlcView[];
  /** Peer online and link up. */
  readonly active: boolean;
  readonly private: boolean;
  /** This node opened the channel and pays for its commitment transaction. */
  readonly initiator: boolean;
  /** What this node must keep; lnd's `local_constraints.chan_reserve_sat`. */
  readonly localReserveSat: bigint;
  readonly remoteReserveSat: bigint;
  readonly dustLimitSat: bigint;
  readonly maxAcceptedHtlcs: number;
  /** The alias that the peer wants to see in the last hop of a route to us; `null` without alias channels. */
  readonly peerScidAlias: ChannelId | null;
  readonly aliasScids: readonly ChannelId[];
  /** Exactly what the link accepts now as one HTLC, in either direction. lnd has no such fields. */
  readonly spendableMsat: bigint;
  readonly receivableMsat: bigint;
}

// ---- payments

/** Why lnd marks a payment FAILED. `none`: it has not failed. */
export type PaymentFailureReason = 'none' | 'error' | 'incorrect_payment_details';

/** One attempt; `resolveTimeNs` is 0 while it is in flight. */
export interface SimulatedAttempt extends AttemptRecord {
  readonly resolveTimeNs: bigint;
}

/**
 * A payment as lnd remembers it. A payment without attempts is the "zombie" that a send leaves when it fails between
 * initialisation and registration (lnd shows it IN_FLIGHT, or INITIATED with `routerrpc.usestatusinitiated`).
 */
export interface SimulatedPayment extends PaymentRecord {
  readonly attempts: readonly SimulatedAttempt[];
  readonly failureReason: PaymentFailureReason;
  /** Grows with every payment and changes when a failed one is initialised again. */
  readonly paymentIndex: bigint;
  readonly creationTimeNs: bigint;
  /** Fees of the settled attempts. */
  readonly feeMsat: bigint;
  readonly preimage: Uint8Array | null;
}

/** `code` is the gRPC status, `message` lnd's text. An error means that no HTLC was sent. */
export type SendToRouteResult =
  | { readonly kind: 'attempt'; readonly attempt: SimulatedAttempt }
  | {
      readonly kind: 'error';
      readonly code: 'ALREADY_EXISTS' | 'UNKNOWN';
      readonly message: string;
    };

/** What lnd's TrackPaymentV2 answers. */
export type TrackPaymentResult =
  | { readonly kind: 'payment'; readonly updates: AsyncIterable<SimulatedPayment> }
  /** lnd: status NOT_FOUND, "payment isn't initiated". */
  | { readonly kind: 'not_found'; readonly message: string };

/** A request that the node refused; `message` is lnd's text, `code` the gRPC status. */
export interface RequestError {
  readonly kind: 'error';
  readonly code: 'NOT_FOUND' | 'ALREADY_EXISTS' | 'UNKNOWN';
  readonly message: string;
}

// ---- invoices

/** A payment, or a part of one, that has arrived for an invoice. */
export interface SimulatedInvoiceHtlc {
  /** The channel on which it truly arrived. */
  readonly channelId: ChannelId;
  readonly htlcIndex: bigint;
  readonly amountMsat: bigint;
  readonly acceptHeight: number;
  /** Unix seconds; `resolveTime` is 0 while it is accepted. */
  readonly acceptTime: number;
  readonly resolveTime: number;
  readonly expiryHeight: number;
  readonly state: 'accepted' | 'settled' | 'canceled';
  /** Total of the MPP record. */
  readonly mppTotalMsat: bigint;
  /** What else the sender told us, by type. */
  readonly customRecords: ReadonlyMap<bigint, Uint8Array>;
}

/** An invoice as lnd's LookupInvoice tells it. */
export interface SimulatedInvoice {
  readonly paymentHash: PaymentHash;
  /** `null` for a hold invoice that has not been settled. */
  readonly preimage: Uint8Array | null;
  readonly paymentAddr: Uint8Array;
  readonly memo: string;
  readonly valueMsat: bigint;
  readonly cltvDelta: number;
  readonly expirySeconds: number;
  readonly hold: boolean;
  readonly private: boolean;
  readonly state: 'open' | 'accepted' | 'settled' | 'canceled';
  readonly amountPaidMsat: bigint;
  /** Unix seconds; `settleTime` is 0 until settled. */
  readonly creationTime: number;
  readonly settleTime: number;
  readonly addIndex: bigint;
  readonly settleIndex: bigint;
  readonly htlcs: readonly SimulatedInvoiceHtlc[];
}

/** What lnd's AddInvoice is asked. */
export interface AddInvoiceRequest {
  /** 32 bytes. Default: seeded, for lnd makes one when the request has none. */
  readonly preimage?: Uint8Array;
  /** Default: empty. */
  readonly memo?: string;
  /** 0, the default, accepts any amount. */
  readonly valueMsat?: bigint;
  /** Default 80, lnd's `bitcoin.timelockdelta`. */
  readonly cltvDelta?: number;
  /** Default 86,400, as in lnd. */
  readonly expirySeconds?: number;
  /** Only told again by LookupInvoice. Default false. */
  readonly private?: boolean;
}

/** What lnd's AddHoldInvoice is asked: the hash alone, for whoever settles it brings the preimage. */
export interface AddHoldInvoiceRequest extends Omit<AddInvoiceRequest, 'preimage'> {
  readonly paymentHash: PaymentHash;
}

/** The invoice, or lnd's reason for refusing it. */
export type AddInvoiceResult =
  | { readonly kind: 'added'; readonly invoice: SimulatedInvoice }
  | RequestError;

// ---- events and forwards

/** lnd's `FailureDetail`, as far as the simulator produces it. */
export type FailureDetail =
  | 'NO_DETAIL'
  | 'ONION_DECODE'
  | 'LINK_NOT_ELIGIBLE'
  | 'HTLC_EXCEEDS_MAX'
  | 'INSUFFICIENT_BALANCE'
  | 'HTLC_ADD_FAILED'
  | 'INVOICE_CANCELED'
  | 'INVOICE_UNDERPAID'
  | 'INVOICE_EXPIRY_TOO_SOON'
  | 'INVOICE_NOT_OPEN'
  | 'MPP_INVOICE_TIMEOUT'
  | 'ADDRESS_MISMATCH'
  | 'SET_TOTAL_MISMATCH'
  | 'SET_TOTAL_TOO_LOW'
  | 'UNKNOWN_INVOICE'
  | 'CIRCULAR_ROUTE';

/** What comes in and goes out with a forward: msat, and heights of expiry. */
export interface HtlcInfo {
  readonly incomingAmountMsat: bigint;
  readonly outgoingAmountMsat: bigint;
  readonly incomingTimelock: number;
  readonly outgoingTimelock: number;
}

/** One message of lnd's SubscribeHtlcEvents. Ids are '0' and 0 where lnd sends zero: the start or end of a payment. */
export interface SimulatedHtlcEvent {
  readonly incomingChannelId: ChannelId | '0';
  readonly outgoingChannelId: ChannelId | '0';
  readonly incomingHtlcId: bigint;
  readonly outgoingHtlcId: bigint;
  readonly timestampNs: bigint;
  /** `unknown` marks lnd's final_htlc_event. */
  readonly type: 'send' | 'receive' | 'forward' | 'unknown';
  readonly event:
    | ({ readonly kind: 'forward' } & HtlcInfo)
    | { readonly kind: 'forward_fail' }
    | { readonly kind: 'settle'; readonly preimage: Uint8Array }
    | ({
        readonly kind: 'link_fail';
        readonly wireFailure: Failure_FailureCode;
        readonly detail: FailureDetail;
        readonly failureText: string;
      } & HtlcInfo)
    | { readonly kind: 'final'; readonly settled: boolean; readonly offchain: boolean };
}

/** A settled forward, as lnd's ForwardingHistory lists it. */
export interface ForwardRecord {
  readonly timestampNs: bigint;
  readonly channelIn: ChannelId;
  readonly channelOut: ChannelId;
  readonly amountInMsat: bigint;
  readonly amountOutMsat: bigint;
  readonly feeMsat: bigint;
  readonly incomingHtlcId: bigint;
  readonly outgoingHtlcId: bigint;
}
