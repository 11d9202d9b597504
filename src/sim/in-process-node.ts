/** A simulated node as Ballast's own port, without a wire in between; for tests and examples. */
import type {
  CancelInvoiceOutcome,
  InvoiceRecord,
  InvoiceTerms,
  LightningNode,
  OwnChannel,
  SendOutcome,
  StopSignal,
  TrackUpdate,
} from '../ports.ts';
import type { NodeId, PaymentHash } from '../units/ids.ts';
import type { SimulatedNetwork } from './network.ts';
import type { SimulatedNode } from './node.ts';
import type { SimulatedChannelView, SimulatedInvoice } from './records.ts';

/** @throws RangeError when the network has no such node. */
export function inProcessNode(network: SimulatedNetwork, nodeId: NodeId): LightningNode {
  const node = network.node(nodeId);
  return {
    info: async () => ({
      nodeId,
      alias: node.alias,
      version: 'simulated',
      blockHeight: network.blockHeight,
      syncedToChain: true,
      syncedToGraph: true,
    }),
    describeGraph: async () => network.description(),
    ownChannels: async () => node.listChannels().map(ownChannel),
    addInvoice: async (request): Promise<InvoiceTerms> => {
      const added = node.addInvoice(request);
      if (added.kind === 'error') {
        throw new Error(`the node refused the invoice: ${added.message}; take another preimage`);
      }
      const { paymentHash, paymentAddr } = added.invoice;
      return { paymentHash, paymentAddr };
    },
    lookupInvoice: async (paymentHash) => {
      const invoice = node.lookupInvoice(paymentHash);
      return invoice === undefined ? undefined : invoiceRecord(invoice);
    },
    cancelInvoice: async (paymentHash) => cancelInvoice(node, paymentHash),
    sendToRoute: async (request): Promise<SendOutcome> => {
      const result = await node.sendToRoute(request);
      if (result.kind === 'error') return { kind: 'not_sent', reason: result.message };
      const { attemptId, preimage, failure } = result.attempt;
      if (preimage !== null) return { kind: 'settled', preimage, attemptId };
      if (failure !== null) return { kind: 'failed', failure, attemptId };
      throw new Error(`attempt ${attemptId} came back without an end`);
    },
    trackPayment: (paymentHash, { signal }) => trackPayment(node, paymentHash, signal),
    close: async () => {},
  };
}

const ownChannel = (channel: SimulatedChannelView): OwnChannel => ({
  channelId: channel.channelId,
  graphChannelId: channel.channelId,
  inboundChannelId: channel.peerScidAlias ?? channel.channelId,
  peer: channel.peer,
  peerAlias: channel.peerAlias,
  capacitySat: channel.capacitySat,
  localBalanceSat: channel.localBalanceSat,
  remoteBalanceSat: channel.remoteBalanceSat,
  spendableMsat: channel.spendableMsat,
  receivableMsat: channel.receivableMsat,
  active: channel.active,
  private: channel.private,
});

const invoiceRecord = (invoice: SimulatedInvoice): InvoiceRecord => ({
  paymentHash: invoice.paymentHash,
  state: invoice.state,
  arrivals: invoice.htlcs.map(({ channelId, amountMsat, state }) => ({
    channelId,
    amountMsat,
    state,
  })),
});

function cancelInvoice(node: SimulatedNode, paymentHash: PaymentHash): CancelInvoiceOutcome {
  const outcome = node.cancelInvoice(paymentHash);
  if (outcome.kind === 'canceled') return outcome;
  if (outcome.code === 'NOT_FOUND') return { kind: 'not_found' };
  return { kind: 'already_settled' };
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
