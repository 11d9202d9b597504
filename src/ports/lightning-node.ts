/** The port to a Lightning node. */
import type { PaymentHash } from '../units/ids.ts';
import type { MissionControlImport, MissionControlPair } from './beliefs.ts';
import type { NodeCapabilities } from './capabilities.ts';
import type { CustomMessages } from './custom-messages.ts';
import type { ForwardingHistory, HtlcNews } from './forwards.ts';
import type { GraphDescription } from './graph-records.ts';
import type { ForwardInterception, InterceptOptions } from './interception.ts';
import type { ClosingChannel, NodeInfo, OwnChannel } from './own-node.ts';
import type {
  CancelInvoiceOutcome,
  HoldInvoiceRequest,
  InvoiceRecord,
  InvoiceRequest,
  InvoiceTerms,
  PaymentRecord,
  SendOutcome,
  SendRequest,
  SettleInvoiceOutcome,
  TrackUpdate,
} from './payments.ts';
import type { StopSignal } from './surroundings.ts';

/**
 * A Lightning node as Ballast needs it. Methods without a money outcome reject with `NodeError`, whose message tells
 * what to do; `sendToRoute` never rejects, for each of its outcomes decides about money.
 */
export interface LightningNode {
  /** What it can do, as far as nodes differ. A method that needs more rejects with `NodeError` code `unsupported`. */
  readonly capabilities: NodeCapabilities;
  /** Who the node is, how high its chain stands, and whether it is in step with chain and graph. */
  info(): Promise<NodeInfo>;
  /** The whole network graph as the node knows it. */
  describeGraph(): Promise<GraphDescription>;
  /** Our open channels with their balances at this moment, those included whose peer is away. */
  ownChannels(): Promise<readonly OwnChannel[]>;
  /** Those are not among `ownChannels` any more. */
  closingChannels(): Promise<readonly ClosingChannel[]>;
  /** An invoice to ourselves, with the preimage that is given. */
  addInvoice(request: InvoiceRequest): Promise<InvoiceTerms>;
  /** `undefined` where the node has no such invoice. */
  lookupInvoice(paymentHash: PaymentHash): Promise<InvoiceRecord | undefined>;
  /** Gives a held HTLC back. Rejects only once the connection is closed. */
  cancelInvoice(paymentHash: PaymentHash): Promise<CancelInvoiceOutcome>;
  /** An invoice whose payment is held when it arrives, until it is settled or cancelled. */
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
  /**
   * From now on every forward is offered to us, and goes on at once unless standing orders say otherwise. One at a time:
   * a node has one interceptor. Absent where the node cannot let forwards wait.
   */
  interceptForwards?(options: InterceptOptions): ForwardInterception;
  /**
   * What becomes of HTLCs at the node from now on, until the signal aborts. Rejects with `NodeError` when contact is lost.
   * Absent where the node does not tell.
   */
  htlcEvents?(options: { readonly signal: StopSignal }): AsyncIterable<HtlcNews>;
  /** Messages to and from peers. Absent where the node cannot pass them on. */
  readonly customMessages?: CustomMessages;
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
