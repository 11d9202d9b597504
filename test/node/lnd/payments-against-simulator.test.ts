/** Listing payments and cleaning up: the client against the simulator's server. */
import { describe, expect, it } from 'vitest';
import { nodeError } from './connections.ts';
import { invoiceOf, servedTriangle, track } from './served-triangle.ts';

describe('unfinishedPayments', () => {
  it('finds the two under way among more than lnd lists at once', async () => {
    const { node, network, us, nodes, route } = await servedTriangle();
    const ours = network.node(us);
    const payments = 230;
    const heldOnes = new Set([3, 228]);
    const held: string[] = [];
    for (let i = 0; i < payments; i++) {
      const added = ours.addInvoice({ cltvDelta: 40 });
      if (added.kind === 'error') throw new Error(added.message);
      const { paymentHash } = added.invoice;
      if (heldOnes.has(i)) {
        network.holdHtlcsAt(nodes[0]!, { paymentHash });
        held.push(paymentHash);
      }
      const sent = ours.sendToRoute({
        paymentHash,
        route: route(added.invoice, { shortMsat: heldOnes.has(i) ? 0n : 1n }),
      });
      if (!heldOnes.has(i)) await sent;
    }
    const everyone = ours.listPayments({ includeIncomplete: true, maxPayments: 1_000 });
    expect(everyone).toHaveLength(payments);
    const found = await node.unfinishedPayments({ sinceMs: 0 });
    expect(found.map(({ paymentHash }) => paymentHash)).toEqual(held);
    network.releaseHtlcs(nodes[0]!);
  });
});

describe('cleaning up', () => {
  it('needs permissions that the smallest macaroon lacks', async () => {
    const { node, route } = await servedTriangle();
    const terms = await invoiceOf(node, 1);
    await node.sendToRoute({ ...terms, route: route(terms, { shortMsat: 1n }) });
    const payment = await nodeError(node.deleteFailedPayment(terms.paymentHash));
    expect(payment.code).toBe('permission_denied');
    const invoice = await nodeError(node.deleteCanceledInvoice(terms.paymentHash));
    expect(invoice.code).toBe('permission_denied');
  });

  it('deletes what failed and was cancelled, and nothing else', async () => {
    const { node, network, nodes, route } = await servedTriangle({ cleanUp: true });
    const terms = await invoiceOf(node, 1);
    const { paymentHash } = terms;
    await node.sendToRoute({ paymentHash, route: route(terms, { shortMsat: 1n }) });
    const open = await nodeError(node.deleteCanceledInvoice(paymentHash));
    expect(open.message).toContain('not canceled');
    await node.deleteFailedPayment(paymentHash);
    expect(await track(node, terms)).toEqual([{ kind: 'not_found' }]);
    await node.deleteFailedPayment(paymentHash);
    await node.cancelInvoice(paymentHash);
    await node.deleteCanceledInvoice(paymentHash);
    expect(await node.lookupInvoice(paymentHash)).toBeUndefined();
    await node.deleteCanceledInvoice(paymentHash);

    const paid = await invoiceOf(node, 2);
    network.holdHtlcsAt(nodes[0]!);
    const sent = node.sendToRoute({ ...paid, route: route(paid) });
    await expect.poll(() => network.pendingHtlcs()).toHaveLength(1);
    const early = await nodeError(node.deleteFailedPayment(paid.paymentHash));
    expect(early.message).toContain('still under way');
    network.releaseHtlcs(nodes[0]!);
    await sent;
    const late = await nodeError(node.deleteFailedPayment(paid.paymentHash));
    expect(late.message).toContain('has settled');
    expect((await track(node, paid)).at(-1)).toMatchObject({ payment: { state: 'settled' } });
  });
});
