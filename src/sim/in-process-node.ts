/** A simulated node as Ballast's own port, without a wire in between; for tests and examples. */
import type {
  CancelInvoiceOutcome,
  CircuitKey,
  CustomMessageNews,
  CustomMessages,
  ForwardingHistory,
  HoldInvoiceRequest,
  HtlcNews,
  HtlcTerms,
  InvoiceRecord,
  InvoiceRequest,
  InvoiceTerms,
  LightningNode,
  NodeCapabilities,
  OwnChannel,
  PaymentRecord,
  PendingHtlc,
  SendOutcome,
  SettleInvoiceOutcome,
  StopSignal,
  TrackUpdate,
} from '../ports.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import { interceptForwards } from './forward-interception.ts';
import { HOLD_EXPIRY_DELTA } from './invoice-store.ts';
import type { SimulatedNetwork } from './network.ts';
import type { SimulatedNode } from './node.ts';
import type { PeerMessage } from './peer-messages.ts';
import type {
  AddInvoiceResult,
  PendingHtlcView,
  SimulatedChannelView,
  SimulatedHtlcEvent,
  SimulatedInvoice,
} from './records.ts';

const CAPABILITIES: NodeCapabilities = {
  sendToRoute: true,
  holdInvoices: true,
  inboundFees: true,
  htlcEvents: true,
  intercept: true,
  missionControl: true,
  importMissionControl: true,
  forwardingHistory: true,
  customMessages: true,
  reasons: {},
};

/** @throws RangeError when the network has no such node. */
export function inProcessNode(network: SimulatedNetwork, nodeId: NodeId): LightningNode {
  const node = network.node(nodeId);
  return {
    capabilities: CAPABILITIES,
    info: async () => ({
      nodeId,
      alias: node.alias,
      version: 'simulated',
      blockHeight: network.blockHeight,
      syncedToChain: true,
      syncedToGraph: true,
      holdExpiryBlocks: HOLD_EXPIRY_DELTA,
      requiresInterceptor: network.requiresInterceptor(nodeId),
    }),
    describeGraph: async () => network.description(),
    ownChannels: async () => node.listChannels().map(ownChannel),
    // Channels of a simulated network close at once.
    closingChannels: async () => [],
    addInvoice: async (request: InvoiceRequest) => invoiceTerms(node.addInvoice(request)),
    lookupInvoice: async (paymentHash) => {
      const invoice = node.lookupInvoice(paymentHash);
      return invoice === undefined ? undefined : invoiceRecord(invoice);
    },
    cancelInvoice: async (paymentHash) => cancelInvoice(node, paymentHash),
    addHoldInvoice: async (request: HoldInvoiceRequest) =>
      invoiceTerms(node.addHoldInvoice(request)),
    settleInvoice: async (preimage) => settleInvoice(node, preimage),
    watchInvoice: (paymentHash, { signal }) => watchInvoice(node, paymentHash, signal),
    sendToRoute: async (request): Promise<SendOutcome> => {
      const result = await node.sendToRoute(request);
      if (result.kind === 'error') return { kind: 'not_sent', reason: result.message };
      const { attemptId, preimage, failure } = result.attempt;
      if (preimage !== null) return { kind: 'settled', preimage, attemptId };
      if (failure !== null) return { kind: 'failed', failure, attemptId };
      throw new Error(`attempt ${attemptId} came back without an end`);
    },
    trackPayment: (paymentHash, { signal }) => trackPayment(node, paymentHash, signal),
    unfinishedPayments: async ({ sinceMs }) =>
      allPayments(node).filter(
        ({ state, attempts }) =>
          state === 'in_flight' &&
          attempts.every(
            ({ attemptTimeNs }) => attemptTimeNs >= BigInt(Math.ceil(sinceMs)) * 1_000_000n,
          ),
      ),
    deleteFailedPayment: async (paymentHash) => deleteFailedPayment(node, paymentHash),
    deleteCanceledInvoice: async (paymentHash) => deleteCanceledInvoice(node, paymentHash),
    forwardingHistory: async ({ sinceMs }) => forwardingHistory(node, sinceMs),
    htlcEvents: ({ signal }) => htlcEvents(node, signal),
    interceptForwards: (options) => interceptForwards(node, network.clock, options),
    customMessages: customMessages(network, node),
    missionControl: async () => node.missionControl(),
    importMissionControl: async (pairs) => {
      node.importMissionControl(pairs);
      return { imported: pairs.length, leftOut: 0 };
    },
    close: async () => {},
  };
}

const customMessages = (network: SimulatedNetwork, node: SimulatedNode): CustomMessages => ({
  send: async ({ peer, type, data }) => {
    if (!node.listChannels().some((channel) => channel.peer === peer && channel.active)) {
      throw new Error(`peer ${peer} is not connected`);
    }
    network.messages.send({ from: node.nodeId, to: peer, type, data: new Uint8Array(data) });
  },
  receive: ({ signal }) => receive(network.messages.inbox(node.nodeId, signal)),
});

async function* receive(inbox: AsyncIterable<PeerMessage>): AsyncGenerator<CustomMessageNews> {
  yield { kind: 'listening' };
  for await (const { from: peer, type, data } of inbox) yield { kind: 'message', peer, type, data };
}

function forwardingHistory(node: SimulatedNode, sinceMs: number): ForwardingHistory {
  const sinceNs = BigInt(Math.max(0, Math.floor(sinceMs))) * 1_000_000n;
  const forwards = node
    .forwardingHistory({ sinceNs })
    .map(({ timestampNs, channelIn, channelOut, amountInMsat, amountOutMsat }) => ({
      settledAtMs: Number(timestampNs / 1_000_000n),
      inChannelId: channelIn,
      outChannelId: channelOut,
      amountInMsat,
      amountOutMsat,
    }))
    .filter(({ settledAtMs }) => settledAtMs >= sinceMs);
  return { sinceMs, forwards };
}

/** Listens from now on, not only from the first reading: nothing in between is missed. */
function htlcEvents(node: SimulatedNode, signal: StopSignal): AsyncIterable<HtlcNews> {
  const events = node.htlcEvents({ signal });
  return (async function* () {
    yield { kind: 'listening' };
    for await (const event of events) yield htlcNews(event);
  })();
}

function htlcNews(told: SimulatedHtlcEvent): HtlcNews {
  const { event } = told;
  const circuit = {
    in: circuitKey(told.incomingChannelId, told.incomingHtlcId),
    out: circuitKey(told.outgoingChannelId, told.outgoingHtlcId),
    atMs: Number(told.timestampNs / 1_000_000n),
    purpose: told.type,
  };
  switch (event.kind) {
    case 'forward':
      return { ...circuit, kind: 'went_out', ...htlcTerms(event) };
    case 'forward_fail':
      return { ...circuit, kind: 'failed_onward' };
    case 'settle':
      return { ...circuit, kind: 'settled' };
    case 'link_fail':
      return { ...circuit, kind: 'refused', refusal: event.detail, ...htlcTerms(event) };
    case 'final':
      return { ...circuit, kind: 'resolved', settled: event.settled };
  }
}

const circuitKey = (channelId: ChannelId | '0', htlcId: bigint): CircuitKey | null =>
  channelId === '0' ? null : { channelId, htlcId };

const htlcTerms = (event: {
  readonly incomingAmountMsat: bigint;
  readonly outgoingAmountMsat: bigint;
}): HtlcTerms => ({
  amountInMsat: event.incomingAmountMsat,
  amountOutMsat: event.outgoingAmountMsat,
});

const ownChannel = (channel: SimulatedChannelView): OwnChannel => ({
  channelId: channel.channelId,
  graphChannelId: channel.channelId,
  inboundChannelId: channel.peerScidAlias ?? channel.channelId,
  ...(channel.aliasScids.length > 0 && { aliases: channel.aliasScids }),
  peer: channel.peer,
  peerAlias: channel.peerAlias,
  capacitySat: channel.capacitySat,
  localBalanceSat: channel.localBalanceSat,
  remoteBalanceSat: channel.remoteBalanceSat,
  spendableMsat: channel.spendableMsat,
  receivableMsat: channel.receivableMsat,
  pendingHtlcs: channel.pendingHtlcs.map(pendingHtlc),
  maxOutgoingHtlcs: channel.maxAcceptedHtlcs,
  maxIncomingHtlcs: channel.maxAcceptedHtlcs,
  active: channel.active,
  private: channel.private,
});

const pendingHtlc = (htlc: PendingHtlcView): PendingHtlc => ({
  paymentHash: htlc.paymentHash,
  incoming: htlc.incoming,
  amountSat: htlc.amountMsat / 1000n,
  expiryHeight: htlc.expiryHeight,
  htlcId: htlc.htlcIndex,
  ...(htlc.forwardingChannel !== '0' && { otherChannelId: htlc.forwardingChannel }),
});

function invoiceTerms(added: AddInvoiceResult): InvoiceTerms {
  if (added.kind === 'error') {
    throw new Error(`the node refused the invoice: ${added.message}; take another preimage`);
  }
  const { paymentHash, paymentAddr } = added.invoice;
  return { paymentHash, paymentAddr };
}

const invoiceRecord = (invoice: SimulatedInvoice): InvoiceRecord => ({
  paymentHash: invoice.paymentHash,
  state: invoice.state,
  arrivals: invoice.htlcs.map(({ channelId, amountMsat, expiryHeight, state }) => ({
    channelId,
    amountMsat,
    expiryHeight,
    state,
  })),
});

function cancelInvoice(node: SimulatedNode, paymentHash: PaymentHash): CancelInvoiceOutcome {
  const outcome = node.cancelInvoice(paymentHash);
  if (outcome.kind === 'canceled') return outcome;
  if (outcome.code === 'NOT_FOUND') return { kind: 'not_found' };
  return { kind: 'already_settled' };
}

function settleInvoice(node: SimulatedNode, preimage: Uint8Array): SettleInvoiceOutcome {
  const outcome = node.settleInvoice(preimage);
  return outcome.kind === 'settled' ? outcome : { kind: 'not_accepted', reason: outcome.message };
}

async function* watchInvoice(
  node: SimulatedNode,
  paymentHash: PaymentHash,
  signal: StopSignal,
): AsyncGenerator<InvoiceRecord> {
  const updates = node.subscribeInvoice(paymentHash, { signal });
  if (updates === undefined) {
    throw new Error(`the node has no invoice ${paymentHash}; add another`);
  }
  for await (const invoice of updates) yield invoiceRecord(invoice);
}

async function* trackPayment(
  node: SimulatedNode,
  paymentHash: PaymentHash,
  signal: StopSignal,
): AsyncGenerator<TrackUpdate> {
  const tracked = node.trackPayment(paymentHash, { signal });
  if (tracked.kind === 'not_found') {
    yield { kind: 'not_found' };
    return;
  }
  for await (const payment of tracked.updates) yield { kind: 'payment', payment };
}

const allPayments = (node: SimulatedNode): readonly PaymentRecord[] =>
  node.listPayments({ includeIncomplete: true, maxPayments: Number.MAX_SAFE_INTEGER });

/** Looks first: like lnd, the simulated node would delete a payment that settled. */
function deleteFailedPayment(node: SimulatedNode, paymentHash: PaymentHash): void {
  const payment = allPayments(node).find((candidate) => candidate.paymentHash === paymentHash);
  if (payment === undefined) return;
  if (payment.state !== 'failed') {
    throw new Error(`payment ${paymentHash} is ${payment.state}; only failed ones are deleted`);
  }
  const outcome = node.deletePayment(paymentHash);
  if (outcome.kind === 'error') throw new Error(outcome.message);
}

function deleteCanceledInvoice(node: SimulatedNode, paymentHash: PaymentHash): void {
  const outcome = node.deleteCanceledInvoice(paymentHash);
  if (outcome.kind === 'error' && outcome.code !== 'NOT_FOUND') throw new Error(outcome.message);
}
