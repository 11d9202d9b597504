/** The way out of a rebalance: cancel the invoice, write down the end, report. */
import type { PaymentHash } from '../units/ids.ts';
import { arrivalsOf, inLightOfPayments, movedBy } from './payments-made.ts';
import type { RebalanceOutcome, RebalanceReport, StopCause } from './rebalance-report.ts';
import {
  emit,
  type LiveAttempt,
  type RebalanceCommand,
  type RebalanceState,
  type Run,
  type Step,
} from './rebalance-state.ts';
import { isAsAsked } from './right-channel.ts';

/** Ends the run. An invoice that is still open is cancelled first: nothing may arrive any more. */
export function end(run: Run, outcome: RebalanceOutcome, nowMs: number): Step {
  if (run.invoice !== null) return cancelInvoice(run, run.invoice.paymentHash, outcome);
  return closeJournal(run, outcome, nowMs);
}

/** Ends the run because of a deadline or an abort, with nothing under way. */
export function endStopped(run: Run, cause: StopCause, nowMs: number): Step {
  return end(run, { kind: cause, message: STOPPED[cause] }, nowMs);
}

const STOPPED: Readonly<Record<StopCause, string>> = {
  deadline: 'the deadline passed before a payment settled',
  aborted: 'the rebalance was aborted before a payment settled',
  interrupted: 'the process that ran this rebalance ended before a payment settled',
};

/** Cancels an invoice and then goes on as told. */
export function cancelInvoice(
  run: Run,
  paymentHash: PaymentHash,
  next: 'search' | RebalanceOutcome,
): Step {
  return {
    state: { phase: 'cancelling', run, paymentHash, next, tries: 0 },
    commands: [{ kind: 'cancel_invoice', paymentHash, delayMs: 0 }],
  };
}

/** Writes down the end, where anything was written down before. */
export function closeJournal(run: Run, cause: RebalanceOutcome, nowMs: number): Step {
  const outcome = inLightOfPayments(run, cause);
  if (!run.journaled) return finish(run, outcome, nowMs);
  const { feePaidMsat, movedMsat } = movedBy(run);
  const { rebalanceId } = run.terms;
  return {
    state: { phase: 'journaling_end', run, outcome },
    commands: [
      {
        kind: 'commit',
        batch: [
          ...run.unwritten,
          {
            kind: 'end',
            rebalanceId,
            atMs: nowMs,
            reason: outcome.kind,
            feePaidMsat,
            movedMsat,
          },
        ],
      },
    ],
  };
}

type JournalingEnd = Extract<RebalanceState, { phase: 'journaling_end' }>;

export function endJournaled(state: JournalingEnd, failure: string | null, nowMs: number): Step {
  const run =
    failure === null
      ? state.run
      : withNote(state.run, `the end could not be written to the journal: ${failure}`);
  return finish(run, state.outcome, nowMs);
}

function finish(run: Run, outcome: RebalanceOutcome, nowMs: number): Step {
  return { state: { phase: 'finished' }, commands: finishing(run, outcome, nowMs) };
}

type UnderWay = Extract<RebalanceState, { phase: 'sending' | 'tracking' }>;

/**
 * Reports with an attempt unresolved, and goes on following it. The journal gets no end before it is known, so whoever
 * recovers from it meanwhile finds an intent without an outcome.
 */
export function leaveInFlight(state: UnderWay, cause: StopCause, nowMs: number): Step {
  const { live } = state;
  const invoice = live.invoice === 'open' || live.invoice === 'asked' ? 'unknown' : live.invoice;
  const { paymentHash } = live;
  const told: Run = {
    ...state.run,
    invoice: null,
    invoices: [...state.run.invoices, { paymentHash, state: invoice }],
    attempts: [
      ...state.run.attempts,
      { ...finalReport(live, nowMs), outcome: { kind: 'in_flight' } },
    ],
  };
  const outcome: RebalanceOutcome = {
    kind: 'in_flight',
    cause,
    paymentHash,
    resolvesAtHeight: live.route.totalTimeLock,
    invoice,
    message: `${IN_FLIGHT[invoice]}; it ends by block ${live.route.totalTimeLock} at the latest: follow payment ${paymentHash}, and do not send it again`,
  };
  return {
    state: { ...state, run: { ...state.run, reported: true } },
    commands: finishing(told, outcome, nowMs),
  };
}

const IN_FLIGHT = {
  canceled:
    'a payment is still under way; its invoice is cancelled, so it can only fail and give its money back',
  settled: 'a payment is still under way; its invoice is paid, so it will settle',
  unknown:
    'a payment is still under way, and its invoice could not be cancelled: it may still settle',
} as const;

export function finishing(run: Run, outcome: RebalanceOutcome, nowMs: number): RebalanceCommand[] {
  const report = rebalanceReport(run, outcome, nowMs);
  return [emit({ kind: 'finished', report }), { kind: 'finish', report }];
}

/** The attempt's report with the time that it took. */
export function finalReport(live: LiveAttempt, nowMs: number): LiveAttempt['report'] {
  return { ...live.report, durationMs: nowMs - live.report.startedAtMs };
}

export function withNote(run: Run, note: string): Run {
  return { ...run, notes: [...run.notes, note] };
}

function rebalanceReport(run: Run, outcome: RebalanceOutcome, nowMs: number): RebalanceReport {
  const { terms, startedAtMs } = run;
  const arrivals = arrivalsOf(run);
  return {
    rebalanceId: terms.rebalanceId,
    outcome,
    ...movedBy(run),
    attempts: run.attempts,
    arrivals,
    arrivedAsAsked:
      arrivals.length === 0
        ? null
        : run.attempts.every(
            (attempt) =>
              attempt.outcome.kind !== 'settled' ||
              attempt.outcome.arrivals.every(({ channelId }) =>
                isAsAsked(channelId, terms, attempt),
              ),
          ),
    invoices: run.invoices,
    notes: run.notes,
    startedAtMs,
    durationMs: nowMs - startedAtMs,
  };
}

/** The report of a rebalance that could not begin. Nothing was sent. */
export function unstartedReport(
  start: {
    readonly rebalanceId: string;
    readonly startedAtMs: number;
    readonly outcome: Extract<RebalanceOutcome, { kind: 'node_error' | 'store_error' | 'aborted' }>;
  },
  nowMs: number,
): RebalanceReport {
  const { rebalanceId, startedAtMs, outcome } = start;
  return {
    rebalanceId,
    outcome,
    movedMsat: 0n,
    feePaidMsat: 0n,
    feePpm: 0,
    attempts: [],
    arrivals: [],
    arrivedAsAsked: null,
    invoices: [],
    notes: [],
    startedAtMs,
    durationMs: nowMs - startedAtMs,
  };
}
