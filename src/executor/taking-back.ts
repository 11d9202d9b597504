/** Taking the invoice back while its attempt is under way, so that a payment which still arrives fails. */
import type { CancelInvoiceOutcome } from '../ports.ts';
import { pauseMs } from './pauses.ts';
import type { LiveAttempt, RebalanceCommand, RebalanceState, Step } from './rebalance-state.ts';

type UnderWay = Extract<RebalanceState, { phase: 'sending' | 'tracking' }>;

/** Longest pause between tries after a stop: each one that is missed is time in which the payment may still settle. */
const LONGEST_PAUSE_MS = 5_000;

/** Asks the node to cancel the invoice. Only one such question is open at a time. */
export function takeBack(
  live: LiveAttempt,
  delayMs = 0,
): { readonly live: LiveAttempt; readonly command: RebalanceCommand } {
  const { paymentHash, cancelTries } = live;
  return {
    live: { ...live, invoice: 'asked', cancelTries: cancelTries + 1 },
    command: { kind: 'cancel_invoice', paymentHash, delayMs },
  };
}

/**
 * The node's answer. Where it does not tell what became of the invoice, the node is asked again: after a stop, and where
 * a held arrival would lock the circle, with growing pauses; for a payment that it does not know after looking for that
 * once more.
 */
export function invoiceTakenBack(state: UnderWay, outcome: CancelInvoiceOutcome): Step {
  const live: LiveAttempt = { ...state.live, invoice: invoiceState(outcome) };
  const { paymentHash, invoice } = live;
  if (state.phase === 'tracking' && state.notFound) {
    const delayMs = invoice === 'unknown' ? pauseMs(state.tries) : 0;
    return {
      state: { ...state, live, tries: state.tries + 1 },
      commands: [{ kind: 'track', paymentHash, delayMs }],
    };
  }
  if (invoice === 'unknown' && (state.run.stop !== null || live.hold !== null)) {
    return askAgain({ ...state, live });
  }
  return { state: { ...state, live }, commands: [] };
}

/** After a pause that grows with the tries. */
export function askAgain(state: UnderWay): Step {
  const pause = Math.min(LONGEST_PAUSE_MS, pauseMs(state.live.cancelTries - 1));
  const asked = takeBack(state.live, pause);
  return { state: { ...state, live: asked.live }, commands: [asked.command] };
}

/** An invoice that the node does not know cannot be paid either. */
function invoiceState(outcome: CancelInvoiceOutcome): 'settled' | 'canceled' | 'unknown' {
  switch (outcome.kind) {
    case 'canceled':
    case 'not_found':
      return 'canceled';
    case 'already_settled':
      return 'settled';
    case 'unknown':
      return 'unknown';
  }
}
