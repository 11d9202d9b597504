/** Waiting for the node to confirm that an invoice is cancelled. */
import type { CancelInvoiceOutcome } from '../ports.ts';
import { closeJournal, withNote } from './closing.ts';
import { pauseMs } from './pauses.ts';
import type { RebalanceOutcome } from './rebalance-report.ts';
import type { RebalanceState, Run, Step } from './rebalance-state.ts';
import { search } from './searching.ts';
import { invoiceState } from './taking-back.ts';

/** With the pauses between them, about 4 seconds; after that the invoice's own expiry must do. */
const MAX_TRIES = 4;

type Cancelling = Extract<RebalanceState, { phase: 'cancelling' }>;

export function invoiceCancelled(
  state: Cancelling,
  outcome: CancelInvoiceOutcome,
  nowMs: number,
): Step {
  const { paymentHash, next, tries } = state;
  const ended = invoiceState(outcome);
  if (ended === 'unknown' && tries < MAX_TRIES) {
    return {
      state: { ...state, tries: tries + 1 },
      commands: [{ kind: 'cancel_invoice', paymentHash, delayMs: pauseMs(tries) }],
    };
  }
  const invoices = [...state.run.invoices, { paymentHash, state: ended }];
  const run: Run = { ...state.run, invoice: null, invoices };
  switch (ended) {
    case 'canceled':
      return next === 'search' ? search(run, nowMs) : closeJournal(run, next, nowMs);
    case 'settled': {
      const note = `invoice ${paymentHash} is paid, though every attempt for it failed`;
      return closeJournal(withNote(run, note), instead(next, note), nowMs);
    }
    case 'unknown': {
      const why = outcome.kind === 'unknown' ? `: ${outcome.reason}` : '';
      const note = `invoice ${paymentHash} could not be cancelled${why}; it expires by itself`;
      return closeJournal(withNote(run, note), instead(next, note), nowMs);
    }
  }
}

/** Without a confirmed cancellation no other hash is used: the rebalance ends. */
function instead(next: Cancelling['next'], message: string): RebalanceOutcome {
  return next === 'search' ? { kind: 'node_error', message } : next;
}
