/**
 * A rebalance as a pure state machine: `step` takes what happened and gives the next state and what to do. It knows
 * no clock, no node and no store; the engine performs the commands and reports back.
 *
 *   searching -> (invoice: drawing_secret, journaling_invoice, adding_invoice) -> journaling_intent -> sending
 *   sending -> journaling_outcome, or -> tracking while the outcome is unknown
 *   journaling_outcome -> searching again, or -> looking_up (settled), or -> cancelling -> journaling_end -> finished
 *
 * After a stop, a payment that does not end is reported as in flight, and followed to its end all the same.
 */
import { intentJournaled, sent, stopUnderWay, tracked, trackLost } from './attempting.ts';
import { invoiceCancelled } from './cancelling.ts';
import { endJournaled, leaveInFlight } from './closing.ts';
import { outcomeJournaled } from './concluding.ts';
import { invoiceSeen, invoiceSettled, watchLost } from './held-arrival.ts';
import { newRun } from './new-run.ts';
import {
  invoiceAdded,
  invoiceFailed,
  invoiceJournaled,
  preparationNotJournaled,
  secretDrawn,
} from './preparing.ts';
import type { StopCause } from './rebalance-report.ts';
import type { RebalanceInput, RebalanceState, Step } from './rebalance-state.ts';
import { feeLimit, type RebalanceTerms } from './rebalance-terms.ts';
import { routeSearched, search, searchBlocked, searchFailed } from './searching.ts';
import { arrivalFound } from './settled.ts';
import { invoiceTakenBack } from './taking-back.ts';

/** The first state and command. */
export function startRebalance(terms: RebalanceTerms, nowMs: number): Step {
  feeLimit(terms, terms.amountMsat);
  return search(newRun(terms, nowMs), nowMs);
}

/**
 * One step. Inputs that may come late (an answer about an invoice, a word of a tracker, a timer) are ignored where
 * nobody waits for them any more.
 *
 * @param nowMs Milliseconds since the Unix epoch.
 * @throws Error on an answer to something that was not asked: the shell and the machine disagree.
 */
export function step(state: RebalanceState, input: RebalanceInput, nowMs: number): Step {
  if (state.phase === 'finished') return { state, commands: [] };
  if (input.kind === 'stop') return stopped(state, input.cause);
  const next = answered(state, input, nowMs);
  if (next !== undefined) return state.run.reported ? withoutEvents(next) : next;
  if (MAY_COME_LATE.has(input.kind)) return { state, commands: [] };
  throw new Error(`a rebalance that is ${state.phase} cannot take "${input.kind}"`);
}

const MAY_COME_LATE: ReadonlySet<RebalanceInput['kind']> = new Set([
  'invoice_cancelled',
  'invoice_seen',
  'watch_lost',
  'invoice_settled',
  'tracked',
  'track_lost',
  'grace_over',
]);

/** After the report nobody reads events any more. */
function withoutEvents({ state, commands }: Step): Step {
  return { state, commands: commands.filter((command) => command.kind !== 'emit') };
}

type Unfinished = Exclude<RebalanceState, { phase: 'finished' }>;

/** The step that this state waits for, or `undefined` where it waits for another. */
function answered(state: Unfinished, input: RebalanceInput, nowMs: number): Step | undefined {
  switch (state.phase) {
    case 'searching':
      if (input.kind === 'route_searched') return routeSearched(state.run, input, nowMs);
      if (input.kind === 'search_failed') return searchFailed(state.run, input, nowMs);
      if (input.kind === 'search_blocked') return searchBlocked(state.run, input, nowMs);
      return undefined;
    case 'drawing_secret':
      return input.kind === 'secret_drawn' ? secretDrawn(state, input.secret, nowMs) : undefined;
    case 'journaling_invoice':
      if (input.kind === 'committed') return invoiceJournaled(state, nowMs);
      if (input.kind !== 'commit_failed') return undefined;
      return preparationNotJournaled(state.run, input.reason, nowMs);
    case 'adding_invoice':
      if (input.kind === 'invoice_added') return invoiceAdded(state, input, nowMs);
      return input.kind === 'invoice_failed' ? invoiceFailed(state, input, nowMs) : undefined;
    case 'journaling_intent':
      if (input.kind === 'committed') return intentJournaled(state, nowMs);
      if (input.kind !== 'commit_failed') return undefined;
      return preparationNotJournaled(state.run, input.reason, nowMs);
    case 'sending':
    case 'tracking':
      return underWay(state, input, nowMs);
    case 'journaling_outcome':
      if (input.kind === 'committed') return outcomeJournaled(state, null, nowMs);
      if (input.kind !== 'commit_failed') return undefined;
      return outcomeJournaled(state, input.reason, nowMs);
    case 'cancelling':
      if (input.kind !== 'invoice_cancelled' || input.paymentHash !== state.paymentHash)
        return undefined;
      return invoiceCancelled(state, input.outcome, nowMs);
    case 'looking_up':
      return input.kind === 'arrival_found'
        ? arrivalFound(state, input.arrivals, nowMs)
        : undefined;
    case 'journaling_end':
      if (input.kind === 'committed') return endJournaled(state, null, nowMs);
      return input.kind === 'commit_failed' ? endJournaled(state, input.reason, nowMs) : undefined;
  }
}

type UnderWay = Extract<RebalanceState, { phase: 'sending' | 'tracking' }>;

function underWay(state: UnderWay, input: RebalanceInput, nowMs: number): Step | undefined {
  if (input.kind === 'invoice_cancelled') {
    if (input.paymentHash !== state.live.paymentHash) return undefined;
    return invoiceTakenBack(state, input.outcome);
  }
  if (isAboutArrival(input)) return aboutArrival(state, input);
  if (input.kind === 'grace_over') {
    const { stop, reported } = state.run;
    return stop === null || reported ? undefined : leaveInFlight(state, stop, nowMs);
  }
  if (state.phase === 'sending') {
    return input.kind === 'sent' ? sent(state, input.outcome, nowMs) : undefined;
  }
  if (input.kind === 'tracked') return tracked(state, input.update, nowMs);
  return input.kind === 'track_lost' ? trackLost(state) : undefined;
}

type AboutArrival = Extract<
  RebalanceInput,
  { kind: 'invoice_seen' | 'watch_lost' | 'invoice_settled' }
>;

const isAboutArrival = (input: RebalanceInput): input is AboutArrival =>
  input.kind === 'invoice_seen' || input.kind === 'watch_lost' || input.kind === 'invoice_settled';

function aboutArrival(state: UnderWay, input: AboutArrival): Step | undefined {
  const paymentHash = input.kind === 'invoice_seen' ? input.invoice.paymentHash : input.paymentHash;
  if (paymentHash !== state.live.paymentHash) return undefined;
  switch (input.kind) {
    case 'invoice_seen':
      return invoiceSeen(state, input.invoice);
    case 'watch_lost':
      return watchLost(state);
    case 'invoice_settled':
      return invoiceSettled(state, input.outcome);
  }
}

/** Deadline or abort. The first one counts. */
function stopped(state: Unfinished, cause: StopCause): Step {
  if (state.run.stop !== null) return { state, commands: [] };
  if (state.phase === 'sending' || state.phase === 'tracking') return stopUnderWay(state, cause);
  return { state: { ...state, run: { ...state.run, stop: cause } }, commands: [] };
}
