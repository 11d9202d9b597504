/** What may still be open at the node in a state, for a shell that has to give the rebalance up. */
import type { PaymentHash } from '../units/ids.ts';
import type { RebalanceState } from './rebalance-state.ts';

/** Hash of the payment that may be under way. */
export function paymentUnderWay(state: RebalanceState): PaymentHash | null {
  return state.phase === 'sending' || state.phase === 'tracking' ? state.live.paymentHash : null;
}

/** An attempt was sent, or its fee was paid and nobody has booked that yet. */
export const mayMoveMoney = (state: RebalanceState): boolean =>
  paymentUnderWay(state) !== null || state.phase === 'journaling_outcome';

/** Hash of an invoice that may be open. */
export function openInvoice(state: RebalanceState): PaymentHash | undefined {
  switch (state.phase) {
    case 'finished':
      return undefined;
    case 'journaling_invoice':
    case 'adding_invoice':
      return state.secret.paymentHash;
    case 'cancelling':
      return state.paymentHash;
    case 'searching':
    case 'drawing_secret':
    case 'journaling_intent':
    case 'sending':
    case 'tracking':
    case 'journaling_outcome':
    case 'looking_up':
    case 'journaling_end':
      return state.run.invoice?.paymentHash;
  }
}
