/** What a caller asks of the Rebalancer, and what that means for our own channels. */
import type { AttemptCost } from '../executor/attempt-cost.ts';
import type { RebalanceTerms } from '../executor/rebalance-terms.ts';
import type { Exclusions } from '../pathfinder/request.ts';
import type { NodeCapabilities, OwnChannel } from '../ports.ts';
import {
  BLOCK_PADDING,
  DEFAULT_INVOICE_CLTV_DELTA,
  HOLD_MARGIN_BLOCKS,
  LEAST_INVOICE_CLTV_DELTA,
  MAX_ROUTE_CLTV_BLOCKS,
} from '../units/cltv.ts';
import { type ChannelId, isNodeId, type NodeId, tryParseChannelId } from '../units/ids.ts';

/** Own channels: each by its id (decimal or `block x transaction x output`), or all of a peer by its node id. */
export type ChannelSelection = string | readonly string[];

/** One amount to move between our own channels, and what it may cost. */
export interface RebalanceRequest {
  /** Channels to send over. @defaultValue all of ours; one of `from` and `to` must be given */
  readonly from?: ChannelSelection;
  /** Channels to receive over. @defaultValue all of ours */
  readonly to?: ChannelSelection;
  /** What a payment is to bring back to us, from 1 to 2^52 msat; it need not be whole satoshis. */
  readonly amountMsat: bigint;
  /** The amount may shrink this far where more does not pass. @defaultValue `amountMsat`: it may not shrink */
  readonly minAmountMsat?: bigint;
  /**
   * How much to move in all, in payments of `amountMsat`, each with an invoice of its own: after one has settled, the
   * next is sent while it keeps the limits. A rest of less than `minAmountMsat` is left. @defaultValue one payment,
   * whatever amount it has shrunk to
   */
  readonly totalMsat?: bigint;
  /**
   * Most to pay, in msat for all payments together, and in ppm of each amount; both hold where both are given. One of
   * them is required: what moving liquidity is worth only the caller knows, and any default would overpay for somebody.
   */
  readonly maxFeeMsat?: bigint;
  /** In parts per million of the amount that a payment delivers; see `maxFeeMsat`. */
  readonly maxFeePpm?: number;
  /** What a failed attempt costs, as the Rebalancer's options of these names. @defaultValue those options */
  readonly attemptCostMsat?: bigint;
  /** The part that grows with the amount; see `attemptCostMsat`. */
  readonly attemptCostPpm?: number;
  /**
   * Circles that are believed to succeed less likely than this are not tried, from 0 to 1. @defaultValue 0.01, as lnd's
   */
  readonly minProbability?: number;
  /**
   * Payments to try. @defaultValue 20: each takes seconds and leaves a record in the node's database, and where 20
   * routes failed, the amount or the price is wrong
   */
  readonly maxAttempts?: number;
  /**
   * Milliseconds from the start after which nothing new is tried. @defaultValue 600,000 (ten minutes): a payment
   * usually ends within seconds, so one that is under way then is stuck
   */
  readonly deadlineMs?: number;
  /** Ends the rebalance early: nothing new is tried, and the invoice of a payment under way is cancelled. */
  readonly signal?: AbortSignal;
  /** Most blocks for which money may be locked. @defaultValue 2016, lnd's own limit */
  readonly maxCltvBlocks?: number;
  /**
   * Forwarding is not strict: the last peer may hand the payment over on any of its channels with us.
   *
   * - `strict`: what arrives over a channel that is not in `to`, or with too little, is given back. This costs the
   *   attempt, not money; a peer that does so twice is left out.
   * - `report`: it is taken, and the report names the channel that it came over.
   *
   * @defaultValue `strict` where a peer of `to` has a channel with us that is not in `to`, and the node can hold
   * payments; `report` elsewhere, as nothing can go astray there, and it needs one call less
   */
  readonly arrival?: 'strict' | 'report';
  /** Find and price the best route, but send nothing and make no invoice. @defaultValue false */
  readonly dryRun?: boolean;
  /** Nodes, channels and pairs to go around. @defaultValue none */
  readonly exclude?: Exclusions;
}

/** The request cannot be meant as it stands; the message says what to change. */
export class RebalanceRequestError extends Error {
  override readonly name = 'RebalanceRequestError';
}

const MIN_PROBABILITY = 0.01;
const DEFAULT_MAX_ATTEMPTS = 20;
export const DEFAULT_DEADLINE_MS = 600_000;
/** The invoice outlives the deadline by this much, so that it never expires under a payment that is in time. */
const INVOICE_EXTRA_SECONDS = 60;

/** Blocks that the last HTLC's expiry lies above the current height. */
export const FINAL_CLTV_DELTA: number = DEFAULT_INVOICE_CLTV_DELTA + BLOCK_PADDING;

/** The request in terms of our own channels. @throws RebalanceRequestError */
export function resolveTerms(
  request: RebalanceRequest,
  ours: {
    readonly rebalanceId: string;
    readonly self: NodeId;
    readonly holdExpiryBlocks: number;
    /** Where the request names none. */
    readonly attemptCost: AttemptCost;
    readonly channels: readonly OwnChannel[];
    readonly capabilities: NodeCapabilities;
  },
): RebalanceTerms {
  assertCapable(request, ours.capabilities);
  const { amountMsat, maxFeeMsat, maxFeePpm } = request;
  const { rebalanceId, self, channels } = ours;
  const outChannels = resolveChannels('from', request.from, channels);
  const inChannels = resolveChannels('to', request.to, channels);
  if (outChannels.length === 1 && inChannels.length === 1 && outChannels[0] === inChannels[0]) {
    refuse(
      `channel ${outChannels[0]} is all that \`from\` and \`to\` name; a payment cannot leave and return over the same channel`,
    );
  }
  const mustHold = ours.capabilities.holdInvoices && mayStray(inChannels, channels);
  const arrival = request.arrival ?? (mustHold ? 'strict' : 'report');
  const invoiceCltvDelta =
    arrival === 'strict'
      ? Math.max(LEAST_INVOICE_CLTV_DELTA, ours.holdExpiryBlocks + HOLD_MARGIN_BLOCKS)
      : DEFAULT_INVOICE_CLTV_DELTA;
  const deadlineMs = request.deadlineMs ?? DEFAULT_DEADLINE_MS;
  return {
    rebalanceId,
    self,
    outChannels,
    inChannels,
    amountMsat,
    minAmountMsat: request.minAmountMsat ?? amountMsat,
    totalMsat: request.totalMsat ?? null,
    ...(maxFeeMsat === undefined ? {} : { maxFeeMsat }),
    ...(maxFeePpm === undefined ? {} : { maxFeePpm }),
    attemptCostMsat: request.attemptCostMsat ?? ours.attemptCost.attemptCostMsat,
    attemptCostPpm: request.attemptCostPpm ?? ours.attemptCost.attemptCostPpm,
    minProbability: request.minProbability ?? MIN_PROBABILITY,
    maxCltvBlocks: request.maxCltvBlocks ?? MAX_ROUTE_CLTV_BLOCKS,
    maxAttempts: request.maxAttempts ?? DEFAULT_MAX_ATTEMPTS,
    exclude: request.exclude ?? {},
    dryRun: request.dryRun ?? false,
    arrival,
    probe: false,
    invoiceCltvDelta,
    finalCltvDelta: invoiceCltvDelta + BLOCK_PADDING,
    invoiceExpirySeconds: Math.ceil(deadlineMs / 1000) + INVOICE_EXTRA_SECONDS,
  };
}

/** Amounts that a probe goes down to unless told otherwise: this part of what is asked for. */
const LEAST_PROBE_PART = 50n;

/** The same for probing. @throws RebalanceRequestError */
export function probeTerms(
  request: RebalanceRequest,
  ours: Parameters<typeof resolveTerms>[1],
): RebalanceTerms {
  const { amountMsat } = request;
  if (request.dryRun === true) refuse('a probe sends payments: leave out dryRun');
  if (request.totalMsat !== undefined) refuse('a probe moves nothing: leave out totalMsat');
  // Nothing is ever taken, so nothing can go astray.
  const terms = resolveTerms({ ...request, arrival: 'report' }, ours);
  const least = amountMsat / LEAST_PROBE_PART;
  const minAmountMsat = request.minAmountMsat ?? (least === 0n ? amountMsat : least);
  return { ...terms, minAmountMsat, probe: true };
}

/** The search needs nothing of the node, so a dry run is never refused. */
function assertCapable(
  { arrival, dryRun }: RebalanceRequest,
  capabilities: NodeCapabilities,
): void {
  if (dryRun === true) return;
  assertSends(capabilities);
  const { holdInvoices, reasons } = capabilities;
  if (arrival === 'strict' && !holdInvoices) {
    refuse(
      `this node cannot hold a payment to see over which channel it came, which arrival: 'strict' needs: ${reasons.holdInvoices ?? "ask for arrival: 'report'"}`,
    );
  }
}

/** @throws RebalanceRequestError where the node cannot send what we route. */
export function assertSends({ sendToRoute, reasons }: NodeCapabilities): void {
  if (sendToRoute) return;
  refuse(
    `this node cannot send along a route that we choose, so it can plan rebalances but not make them: ${reasons.sendToRoute ?? 'connect another node'}`,
  );
}

/** Some peer has a channel with us beside those asked for. */
function mayStray(inChannels: readonly ChannelId[], channels: readonly OwnChannel[]): boolean {
  const asked = channels.filter(({ channelId }) => inChannels.includes(channelId));
  const peers = new Set(asked.map(({ peer }) => peer));
  return channels.some(({ channelId, peer }) => peers.has(peer) && !inChannels.includes(channelId));
}

function resolveChannels(
  side: 'from' | 'to',
  selection: ChannelSelection | undefined,
  channels: readonly OwnChannel[],
): readonly ChannelId[] {
  if (channels.length === 0) refuse('our node has no channels to rebalance');
  if (selection === undefined) return channels.map((channel) => channel.channelId);
  const names = typeof selection === 'string' ? [selection] : selection;
  if (names.length === 0) refuse(`\`${side}\` is empty; name a channel or a peer, or leave it out`);
  return [...new Set(names.flatMap((name) => resolveName(side, name, channels)))];
}

function resolveName(
  side: 'from' | 'to',
  name: string,
  channels: readonly OwnChannel[],
): readonly ChannelId[] {
  const text = name.trim();
  const nodeId = text.toLowerCase();
  if (isNodeId(nodeId)) {
    const ofPeer = channels.filter((channel) => channel.peer === nodeId);
    if (ofPeer.length === 0) refuse(`\`${side}\`: we have no channel with peer ${nodeId}`);
    return ofPeer.map((channel) => channel.channelId);
  }
  const channelId = tryParseChannelId(text);
  if (channelId === undefined) {
    refuse(
      `\`${side}\`: "${text}" is neither a channel id (decimal or block x transaction x output) nor a node id (66 hex characters)`,
    );
  }
  const ours = channels.find(
    (channel) => channel.channelId === channelId || channel.graphChannelId === channelId,
  );
  if (ours === undefined) refuse(`\`${side}\`: channel ${text} is not one of ours, or has closed`);
  return [ours.channelId];
}

export function refuse(message: string): never {
  throw new RebalanceRequestError(message);
}
