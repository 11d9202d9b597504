/**
 * What Ballast asks of the outside world, as types only: a Lightning node, a store, a clock, entropy and a log; and
 * the records that cross those borders.
 */
import type { MissionControlImport, MissionControlPair } from './beliefs.ts';
import type { ForwardingHistory } from './forwards.ts';
import type { Failure } from './generated/messages/failure.ts';
import type { Route } from './generated/messages/route.ts';
import type { InboundFee, OutboundFee } from './units/fee.ts';
import type { ChannelId, NodeId, PaymentHash } from './units/ids.ts';

export type {
  BeliefRow,
  BeliefState,
  MissionControlImport,
  MissionControlPair,
} from './beliefs.ts';
export type { Forward, ForwardingHistory } from './forwards.ts';
export type { FeesPaid, JournalRecord, RecordKey, Store } from './journal.ts';

// ---- the network graph

/**
 * What one end of a channel announced for forwarding out over it. The inbound fee is that end's too: it is charged
 * for HTLCs which arrive at it over this channel.
 */
export interface ChannelPolicy extends OutboundFee, InboundFee {
  /** Blocks that must lie between the expiries of the incoming and the outgoing HTLC. */
  readonly timeLockDelta: number;
  readonly minHtlcMsat: bigint;
  /** `null` where the node announced none; the channel's capacity is then the only bound. */
  readonly maxHtlcMsat: bigint | null;
  readonly disabled: boolean;
  /** Unix seconds of the announcement; 0 where unknown (lnd's topology stream never tells it). */
  readonly lastUpdate: number;
}

/** One channel of the graph. `policy1` is what `node1` announced: it governs the direction node1 -> node2. */
export interface ChannelRecord {
  readonly channelId: ChannelId;
  readonly node1: NodeId;
  readonly node2: NodeId;
  readonly capacitySat: bigint;
  /** `null`: never announced, so nothing can be routed in that direction. */
  readonly policy1: ChannelPolicy | null;
  readonly policy2: ChannelPolicy | null;
  /** Funding output, `txid:index`; empty where unknown. */
  readonly channelPoint: string;
}

export interface NodeRecord {
  readonly nodeId: NodeId;
  readonly alias: string;
  /** Unix seconds; 0 where unknown. */
  readonly lastUpdate: number;
}

/** A record that was refused: the id it gave itself, and why. */
export interface RejectedRecord {
  readonly kind: 'node' | 'channel';
  readonly id: string;
  readonly reason: string;
}

/** The graph as a node or a file describes it, record by record, valid ones apart from refused ones. */
export interface GraphDescription {
  readonly nodes: readonly NodeRecord[];
  readonly channels: readonly ChannelRecord[];
  readonly rejected: readonly RejectedRecord[];
}

/** News about one direction of a channel: the policy that `from` announced. */
export interface ChannelUpdateRecord {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly policy: ChannelPolicy;
}

// ---- the node

/** A channel of our own node. Amounts are what can be used now: reserve, commitment fee and pending HTLCs are off. */
export interface OwnChannel {
  /** The id under which the node lists it and reports arriving HTLCs. */
  readonly channelId: ChannelId;
  /** The id under which the graph has it; differs for public zero-conf channels that have confirmed. */
  readonly graphChannelId: ChannelId;
  /** The id to put into the last hop of a route that returns over it; differs for private alias channels. */
  readonly inboundChannelId: ChannelId;
  readonly peer: NodeId;
  readonly peerAlias: string;
  readonly capacitySat: bigint;
  /** The node's own figures, before reserves and fees are taken off. */
  readonly localBalanceSat: bigint;
  readonly remoteBalanceSat: bigint;
  readonly spendableMsat: bigint;
  readonly receivableMsat: bigint;
  /** HTLCs under way over it, in both directions. Their amounts are off the balances already. */
  readonly pendingHtlcs: readonly PendingHtlc[];
  /** HTLCs that may be under way at once: offered by us, and offered by the peer. `null` where the node does not tell. */
  readonly maxOutgoingHtlcs: number | null;
  readonly maxIncomingHtlcs: number | null;
  /** Peer online and link able to forward. */
  readonly active: boolean;
  readonly private: boolean;
}

export interface PendingHtlc {
  readonly paymentHash: PaymentHash;
  /** Offered by the peer. */
  readonly incoming: boolean;
  /** Rounded down. */
  readonly amountSat: bigint;
  /** Height at which it is resolved on chain at the latest, where it does not end before. */
  readonly expiryHeight: number;
}

/** A channel of ours that is being closed: what was under way over it is resolved on chain. */
export interface ClosingChannel {
  /** Funding output, `txid:index`. */
  readonly channelPoint: string;
  readonly peer: NodeId;
  /** Ours, and not spendable yet. */
  readonly limboSat: bigint;
  /** HTLCs that wait on chain; none before the closing transaction has confirmed. */
  readonly htlcs: readonly {
    readonly incoming: boolean;
    readonly amountSat: bigint;
    readonly maturityHeight: number;
  }[];
}

export interface NodeInfo {
  readonly nodeId: NodeId;
  readonly alias: string;
  readonly version: string;
  readonly blockHeight: number;
  readonly syncedToChain: boolean;
  readonly syncedToGraph: boolean;
  /** How many blocks before its expiry the node gives a held HTLC back by itself. */
  readonly holdExpiryBlocks: number;
}

export interface InvoiceRequest {
  /** 32 bytes from a cryptographic source. */
  readonly preimage: Uint8Array;
  readonly memo: string;
  /** 0 accepts any amount, so that one invoice serves attempts with different amounts. */
  readonly valueMsat: bigint;
  readonly cltvDelta: number;
  readonly expirySeconds: number;
}

/** An invoice whose HTLC is held until `settleInvoice` or `cancelInvoice`, so that it can be looked at first. */
export interface HoldInvoiceRequest extends Omit<InvoiceRequest, 'preimage'> {
  readonly paymentHash: PaymentHash;
}

export interface InvoiceTerms {
  readonly paymentHash: PaymentHash;
  /** The payment secret that the last hop's MPP record must carry; 32 bytes. */
  readonly paymentAddr: Uint8Array;
}

/** An HTLC that paid an invoice, with the channel it truly arrived on. */
export interface InvoiceArrival {
  readonly channelId: ChannelId;
  readonly amountMsat: bigint;
  /** Height at which the HTLC expires. */
  readonly expiryHeight: number;
  readonly state: 'accepted' | 'settled' | 'canceled';
}

export interface InvoiceRecord {
  readonly paymentHash: PaymentHash;
  readonly state: 'open' | 'accepted' | 'settled' | 'canceled';
  readonly arrivals: readonly InvoiceArrival[];
}

export type CancelInvoiceOutcome =
  | { readonly kind: 'canceled' }
  /** Too late: the invoice has been paid. */
  | { readonly kind: 'already_settled' }
  /** The node does not know it; it may have been cancelled and cleaned up. */
  | { readonly kind: 'not_found' }
  | { readonly kind: 'unknown'; readonly reason: string };

export type SettleInvoiceOutcome =
  | { readonly kind: 'settled' }
  /** The node has no HTLC to settle: it never came, or was given back. */
  | { readonly kind: 'not_accepted'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface SendRequest {
  readonly paymentHash: PaymentHash;
  readonly route: Route;
}

/** What became of one attempt. Only `unknown` may still move money, and it must be tracked, never resent. */
export type SendOutcome =
  | { readonly kind: 'settled'; readonly preimage: Uint8Array; readonly attemptId: bigint }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly attemptId: bigint }
  /** The node refused before it registered an attempt: no HTLC exists. */
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** One HTLC attempt as the node remembers it. */
export interface AttemptRecord {
  readonly attemptId: bigint;
  readonly state: 'in_flight' | 'settled' | 'failed';
  readonly route: Route;
  readonly attemptTimeNs: bigint;
  readonly failure: Failure | null;
  readonly preimage: Uint8Array | null;
}

export interface PaymentRecord {
  readonly paymentHash: PaymentHash;
  readonly state: 'in_flight' | 'settled' | 'failed';
  /** Total of the first attempt since the payment was last initialised; lnd caps later shards by it. */
  readonly valueMsat: bigint;
  readonly attempts: readonly AttemptRecord[];
}

export type TrackUpdate =
  | { readonly kind: 'payment'; readonly payment: PaymentRecord }
  /** The node has no such payment: not sent so far, though a queued request may still run. */
  | { readonly kind: 'not_found' };

/**
 * A Lightning node as Ballast needs it. Methods without a money outcome reject with `NodeError`, whose message tells
 * what to do; `sendToRoute` never rejects, for each of its outcomes decides about money.
 */
export interface LightningNode {
  info(): Promise<NodeInfo>;
  describeGraph(): Promise<GraphDescription>;
  ownChannels(): Promise<readonly OwnChannel[]>;
  /** Those are not among `ownChannels` any more. */
  closingChannels(): Promise<readonly ClosingChannel[]>;
  addInvoice(request: InvoiceRequest): Promise<InvoiceTerms>;
  /** `undefined` where the node has no such invoice. */
  lookupInvoice(paymentHash: PaymentHash): Promise<InvoiceRecord | undefined>;
  /** Gives a held HTLC back. Rejects only once the connection is closed. */
  cancelInvoice(paymentHash: PaymentHash): Promise<CancelInvoiceOutcome>;
  addHoldInvoice(request: HoldInvoiceRequest): Promise<InvoiceTerms>;
  /** Takes a held HTLC; asking again is harmless. */
  settleInvoice(preimage: Uint8Array): Promise<SettleInvoiceOutcome>;
  /**
   * Follows an invoice: its present state at once, then each change, ending after `settled` or `canceled`. Rejects with
   * `NodeError` when contact is lost, and where the node has no such invoice.
   */
  watchInvoice(
    paymentHash: PaymentHash,
    options: { readonly signal: StopSignal },
  ): AsyncIterable<InvoiceRecord>;
  /** Resolves when the HTLC has been resolved, however long that takes. */
  sendToRoute(request: SendRequest): Promise<SendOutcome>;
  /**
   * Follows a payment: the current state at once, then each change, ending after a terminal state. Rejects with
   * `NodeError` when contact is lost.
   */
  trackPayment(
    paymentHash: PaymentHash,
    options: { readonly signal: StopSignal },
  ): AsyncIterable<TrackUpdate>;
  /** Payments begun since then that the node has under way, whoever made them. */
  unfinishedPayments(options: { readonly sinceMs: number }): Promise<readonly PaymentRecord[]>;
  /**
   * Removes the record of a payment that failed. Never one that settled or is under way: the record of the first is
   * what refuses a repeat, that of the second what follows it.
   */
  deleteFailedPayment(paymentHash: PaymentHash): Promise<void>;
  /** Removes a cancelled invoice. Rejects with `NodeError` where the node cannot (lnd before 0.20). */
  deleteCanceledInvoice(paymentHash: PaymentHash): Promise<void>;
  /** Forwards that have settled since then, for others: payments of our own are not among them. */
  forwardingHistory(options: { readonly sinceMs: number }): Promise<ForwardingHistory>;
  /** What the node's own payments have shown of pairs of nodes. Rejects with `NodeError` where it has no such memory. */
  missionControl(): Promise<readonly MissionControlPair[]>;
  /**
   * Tells the node what is known of pairs of nodes, for its own payments. It takes what is newer than what it knows, and
   * keeps that until it is restarted.
   */
  importMissionControl(pairs: readonly MissionControlPair[]): Promise<MissionControlImport>;
  /**
   * Ends calls under way. Where that closes a connection, streams and calls that can reject do so from then on with an
   * error whose `code` is `closed`: nobody needs to ask again.
   */
  close(): Promise<void>;
}

// ---- time, chance, diagnostics

/** The part of the web's `AbortSignal` that is needed; every `AbortSignal` is one. The core knows no web types. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after the given time, or as soon as the signal aborts; never rejects. */
  sleep(milliseconds: number, signal?: StopSignal): Promise<void>;
}

/** Cryptographic randomness; a preimage that can be guessed is money that can be stolen. */
export interface Entropy {
  bytes(length: number): Uint8Array;
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
