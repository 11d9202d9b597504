/**
 * Planted against promise 4: whatever arrives, the node is understood to say that it came over the channel that the
 * route named. Strict arrival then settles on any channel, and a report names the wrong one.
 */
import type { InvoiceRecord } from '../../../src/ports.ts';
import type { ChannelId, PaymentHash } from '../../../src/units/ids.ts';
import type { Mutation } from './mutation.ts';

export const blindGuard: Mutation = {
  node: (node) => {
    const named = new Map<PaymentHash, ChannelId>();
    const asNamed = (invoice: InvoiceRecord): InvoiceRecord => ({
      ...invoice,
      arrivals: invoice.arrivals.map((arrival) => ({
        ...arrival,
        channelId: named.get(invoice.paymentHash) ?? arrival.channelId,
      })),
    });
    return {
      ...node,
      sendToRoute: (request) => {
        const last = request.route.hops.at(-1);
        if (last !== undefined) named.set(request.paymentHash, last.chanId as ChannelId);
        return node.sendToRoute(request);
      },
      lookupInvoice: async (paymentHash) => {
        const invoice = await node.lookupInvoice(paymentHash);
        return invoice === undefined ? undefined : asNamed(invoice);
      },
      watchInvoice: async function* (paymentHash, options) {
        for await (const invoice of node.watchInvoice(paymentHash, options)) yield asNamed(invoice);
      },
    };
  },
};
