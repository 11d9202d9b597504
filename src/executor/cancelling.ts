/** Waiting for the node to confirm that an invoice is cancelled. */
import type { CancelInvoiceOutcome } from '../ports.ts';
import { closeJournal, finishing, withNote } from './closing.ts';
import { pauseMs } from './pauses.ts';
import { inLightOfPayments } from './payments-made.ts';
import type { InvoiceEnd, RebalanceOutcome } from './rebalance-report.ts';
import type { RebalanceCommand, RebalanceState, Run, Step } from './rebalance-state.ts';
import { search } from './searching.ts';

/** With the pauses between them, about 8 seconds; after that the report does not wait any longer. */
const MAX_TRIES = 4;

type Cancelling = Extract<RebalanceState, { phase: 'cancelling' }>;

/**
 * Where the node does not tell what became of the invoice it is asked again, after the report too: until then something
 * may still arrive, so the journal gets no end.
 */
export function invoiceCancelled(
  state: Cancelling,
  outcome: CancelInvoiceOutcome,
  nowMs: number,
): Step {
  const { run, paymentHash, next, tries } = state;
  if (outcome.kind === 'unknown') {
    const again: RebalanceCommand = {
      kind: 'cancel_invoice',
      paymentHash,
      delayMs: pauseMs(tries),
    };
    const asking: Cancelling = { ...state, tries: tries + 1 };
    if (tries < MAX_TRIES || run.reported) return { state: asking, commands: [again] };
    const note = `invoice ${paymentHash} could not be cancelled yet: ${outcome.reason}; the node is asked on, and it expires by itself`;
    const told: Run = {
      ...withNote(run, note),
      invoice: null,
      invoices: [...run.invoices, { paymentHash, state: 'unknown' }],
    };
    return {
      state: { ...asking, next: instead(next, note), run: { ...run, reported: true } },
      commands: [...finishing(told, inLightOfPayments(told, instead(next, note)), nowMs), again],
    };
  }
  // One that the node does not know cannot be paid either.
  const ended: InvoiceEnd['state'] = outcome.kind === 'already_settled' ? 'settled' : 'canceled';
  const invoices = [...state.run.invoices, { paymentHash, state: ended }];
  const after: Run = { ...run, invoice: null, invoices };
  if (ended === 'canceled') {
    return next === 'search' ? search(after, nowMs) : closeJournal(after, next, nowMs);
  }
  const note = `invoice ${paymentHash} is paid, though every attempt for it failed`;
  return closeJournal(withNote(after, note), instead(next, note), nowMs);
}

/** Without a confirmed cancellation no other hash is used: the rebalance ends. */
function instead(next: Cancelling['next'], message: string): RebalanceOutcome {
  return next === 'search' ? { kind: 'node_error', message } : next;
}
