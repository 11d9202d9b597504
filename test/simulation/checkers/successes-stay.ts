/**
 * Clean-up takes away only what failed: the records of what settled are what makes the node refuse a repeat. What it
 * has taken away is never used again.
 */
import type { PaymentHash } from '../../../src/units/ids.ts';
import type { Checker, Evidence } from './evidence.ts';

export function successesStay(evidence: Evidence): Checker {
  const accuse = (message: string): void => evidence.accuse('successes stay', message);
  const removed = new Set<PaymentHash>();
  const check = (): void => {
    for (const flight of evidence.paidBy(evidence.truth.flights)) {
      const { number, paymentHash } = flight;
      const payment = evidence.payment(paymentHash);
      if (payment === undefined || payment.state === 'failed') {
        accuse(`flight ${number} settled, and the node has its payment as ${payment?.state}`);
      }
      const state = evidence.invoice(paymentHash)?.state;
      if (state !== 'settled') {
        accuse(`flight ${number} settled, and the node has its invoice as ${state}`);
      }
    }
  };
  return {
    removed: (paymentHash) => {
      removed.add(paymentHash);
      if (evidence.rebalanceOf(paymentHash) === undefined) {
        accuse(`a record of ${paymentHash} is removed, which is no payment of Ballast's`);
      }
      const live = evidence.truth.live().find((one) => one.paymentHash === paymentHash);
      if (live !== undefined && evidence.payment(paymentHash) === undefined) {
        accuse(`the payment of flight ${live.number} is removed, which is still under way`);
      }
      check();
    },
    asked: ({ paymentHash }) => {
      if (removed.has(paymentHash)) accuse(`${paymentHash} is sent though its record was removed`);
    },
    ended: check,
  };
}
