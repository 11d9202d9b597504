/** Removes from the node what a rebalance leaves behind and nobody needs: failed payments and cancelled invoices. */
import type { RebalanceReport } from '../executor/rebalance-report.ts';
import type { LightningNode, Log } from '../ports.ts';
import { asked, messageOf } from './asked.ts';

/**
 * Only of hashes that will not be used again and that no attempt settled under: the record of a payment that settled
 * is what makes the node refuse a repeat. Never rejects; what cannot be removed stays.
 */
export async function cleanUp(
  { attempts, invoices }: RebalanceReport,
  { node, log }: { readonly node: LightningNode; readonly log: Log },
): Promise<void> {
  for (const { paymentHash, state } of invoices) {
    if (state !== 'canceled') continue;
    const ours = attempts.filter((attempt) => attempt.paymentHash === paymentHash);
    const failed = ours.every(
      ({ outcome }) => outcome.kind !== 'settled' && outcome.kind !== 'in_flight',
    );
    if (!failed) continue;
    const steps = [
      ...(ours.length === 0 ? [] : [() => node.deleteFailedPayment(paymentHash)]),
      () => node.deleteCanceledInvoice(paymentHash),
    ];
    for (const remove of steps) {
      await asked(remove).catch((error: unknown) => {
        log.info('a record could not be removed', { paymentHash, reason: messageOf(error) });
      });
    }
  }
}
