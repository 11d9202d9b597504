/** After an attempt whose end is known and written down: learn from it, and go on or end. */
import type { JournalRecord } from '../ports.ts';
import { failureFacts } from './attempt-facts.ts';
import { cancelInvoice, end, endStopped, withNote } from './closing.ts';
import { interpretArrival, interpretFailure } from './interpret-failure.ts';
import { learn } from './learnt.ts';
import { isCarried, probeCarried } from './probing.ts';
import type { AttemptReport, RebalanceOutcome } from './rebalance-report.ts';
import {
  emit,
  type KnownOutcome,
  type LiveAttempt,
  observe,
  type RebalanceCommand,
  type RebalanceState,
  type Run,
  type Step,
} from './rebalance-state.ts';
import { probeOn, search } from './searching.ts';
import { settled } from './settled.ts';
import { withStray } from './straying.ts';
import type { Verdict } from './verdict.ts';

/** A node that refuses routes before it sends them, twice in one rebalance, will refuse the next one too. */
const MAX_NOT_SENT = 2;
/**
 * Our own node may refuse an arrival because blocks were found on the way; a new invoice and a fresh height mend
 * that. A second refusal has another cause.
 */
const MAX_REFUSED = 2;

type Journaling = Extract<RebalanceState, { phase: 'journaling_outcome' }>;

export function outcomeJournaled(state: Journaling, failure: string | null, nowMs: number): Step {
  const { outcome } = state;
  const run = failure === null ? state.run : withUnwritten(state, failure);
  const concluded: Concluded = { run, live: state.live, tracked: state.tracked, failure };
  switch (outcome.kind) {
    case 'settled':
      return settled(concluded, outcome.preimage);
    case 'failed':
      return failed(concluded, outcome, nowMs);
    case 'not_sent':
      return notSent(concluded, outcome.reason, nowMs);
  }
}

/** It goes into one batch with the end: a journal with the end and without this would forget what was paid. */
function withUnwritten({ run, live, outcome }: Journaling, failure: string): Run {
  const { rebalanceId } = run.terms;
  const { attempt, paymentHash } = live;
  const { startedAtMs, durationMs } = live.report;
  const atMs = startedAtMs + durationMs;
  const record: JournalRecord = {
    kind: 'outcome',
    rebalanceId,
    atMs,
    attempt,
    paymentHash,
    outcome,
  };
  const note = `an outcome could not be written to the journal at first: ${failure}`;
  return withNote({ ...run, unwritten: [...run.unwritten, record] }, note);
}

interface Concluded {
  readonly run: Run;
  readonly live: LiveAttempt;
  readonly tracked: boolean;
  /** Why the journal does not have the outcome, or `null`. */
  readonly failure: string | null;
}

// ---- failed

function failed(
  { run, live, tracked, failure: unwritten }: Concluded,
  outcome: Extract<KnownOutcome, { kind: 'failed' }>,
  nowMs: number,
): Step {
  if (live.hold?.kind === 'rejecting') {
    return rejected({ run, live, failure: unwritten }, outcome.attemptId, nowMs);
  }
  const verdict = interpretFailure(inGraphTerms(live), withGraphId(live, outcome.failure));
  if (run.terms.probe && unwritten === null && isCarried(verdict)) {
    return carried({ run, live }, outcome.attemptId, nowMs);
  }
  const { learnt, repriced } =
    live.ground === null
      ? { learnt: run.learnt, repriced: null }
      : learn(run.learnt, verdict, live.ground);
  const report: AttemptReport = { ...live.report, outcome: { kind: 'failed', verdict } };
  const after: Run = {
    ...run,
    learnt,
    attempts: [...run.attempts, report],
    invoice: withLastAttempt(run, outcome.attemptId),
    refusedCount: run.refusedCount + (verdict.next === 'new_invoice' ? 1 : 0),
  };
  const told: RebalanceCommand[] = [
    ...observe(isLost(verdict, tracked) ? [] : failureFacts(live.route, verdict), live),
    emit({ kind: 'attempt_failed', report, verdict }),
  ];
  if (repriced !== null) {
    told.push(emit({ kind: 'repriced', attempt: live.attempt, update: repriced }));
  }
  const next =
    unwritten === null
      ? afterVerdict(after, { verdict, live }, nowMs)
      : end(after, storeError(unwritten), nowMs);
  return { state: next.state, commands: [...told, ...next.commands] };
}

/**
 * The node itself may have lost the failure, as after a restart; one without a reason would put every link under
 * suspicion.
 */
const isLost = ({ code }: Verdict, tracked: boolean): boolean =>
  tracked && code === 'UNREADABLE_FAILURE';

/** A probe that came all the way round. */
function carried(
  { run, live }: Pick<Concluded, 'run' | 'live'>,
  attemptId: bigint,
  nowMs: number,
): Step {
  const report: AttemptReport = { ...live.report, outcome: { kind: 'carried' } };
  const after: Run = {
    ...run,
    attempts: [...run.attempts, report],
    invoice: withLastAttempt(run, attemptId),
  };
  const next = probeOn(probeCarried(after), nowMs);
  return {
    state: next.state,
    commands: [
      ...observe(interpretArrival(live.route), live),
      emit({ kind: 'probe_carried', report }),
      ...next.commands,
    ],
  };
}

function afterVerdict(
  run: Run,
  { verdict, live }: { readonly verdict: Verdict; readonly live: LiveAttempt },
  nowMs: number,
): Step {
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  const refused: RebalanceOutcome = { kind: 'refused', verdict, message: verdict.reason };
  switch (verdict.next) {
    case 'retry':
      // An invoice that was asked back while the attempt could not be seen would refuse the next one.
      return live.invoice === 'open' ? search(run, nowMs) : renewInvoice(run, nowMs);
    case 'new_invoice':
      if (run.refusedCount >= MAX_REFUSED) return end(run, refused, nowMs);
      return renewInvoice(run, nowMs);
    case 'stop':
      return end(run, refused, nowMs);
  }
}

// ---- rejected

/** We gave it back ourselves, so everything on the way could carry it. Its invoice cannot be opened again. */
function rejected(
  { run, live, failure }: Pick<Concluded, 'run' | 'live' | 'failure'>,
  attemptId: bigint,
  nowMs: number,
): Step {
  if (live.hold?.kind !== 'rejecting') throw new Error('an arrival that was not rejected');
  const { arrivals, reason } = live.hold;
  const report: AttemptReport = { ...live.report, outcome: { kind: 'rejected', arrivals, reason } };
  const after: Run = {
    ...withStray(run, live.report.hops.at(-1)!.from),
    attempts: [...run.attempts, report],
    invoice: withLastAttempt(run, attemptId),
  };
  const next =
    failure !== null
      ? end(after, storeError(failure), nowMs)
      : run.stop !== null
        ? endStopped(after, run.stop, nowMs)
        : renewInvoice(after, nowMs);
  const told = emit({ kind: 'arrival_rejected', report, arrivals, reason });
  return {
    state: next.state,
    commands: [...observe(interpretArrival(live.route), live), told, ...next.commands],
  };
}

/** The old invoice must be cancelled before another hash is used. */
function renewInvoice(run: Run, nowMs: number): Step {
  if (run.invoice === null) return search(run, nowMs);
  return cancelInvoice(run, run.invoice.paymentHash, 'search');
}

function withLastAttempt(run: Run, attemptId: bigint): Run['invoice'] {
  if (run.invoice === null) return null;
  const { lastAttemptId } = run.invoice;
  const isNewer = lastAttemptId === null || attemptId > lastAttemptId;
  return { ...run.invoice, lastAttemptId: isNewer ? attemptId : lastAttemptId };
}

/** The route as sent, but with the last channel under the id that the graph knows it by. */
function inGraphTerms({ route, ground }: LiveAttempt): LiveAttempt['route'] {
  if (ground === null) return route;
  const last = route.hops.length - 1;
  const chanId = ground.path.hops[last]!.channelId;
  return { ...route, hops: route.hops.map((hop, i) => (i === last ? { ...hop, chanId } : hop)) };
}

type FailureMessage = Extract<KnownOutcome, { kind: 'failed' }>['failure'];

/** The same for the channel that an update names: our peer knows the last one by its alias. */
function withGraphId({ route, ground }: LiveAttempt, failure: FailureMessage): FailureMessage {
  const { channelUpdate } = failure;
  if (channelUpdate === undefined || channelUpdate.chanId !== route.hops.at(-1)!.chanId)
    return failure;
  if (ground === null) return failure;
  const chanId = ground.path.hops.at(-1)!.channelId;
  return { ...failure, channelUpdate: { ...channelUpdate, chanId } };
}

// ---- not sent

/**
 * The node may keep a payment that never got an attempt and would cap the next ones under its hash, so the hash is
 * not used again. After lost contact the rebalance ends: whether a queued request runs yet is for the node to say,
 * not for a second payment.
 */
function notSent({ run, live, tracked, failure }: Concluded, reason: string, nowMs: number): Step {
  const report: AttemptReport = { ...live.report, outcome: { kind: 'not_sent', reason } };
  const after: Run = {
    ...run,
    attempts: [...run.attempts, report],
    notSentCount: run.notSentCount + 1,
  };
  const told = emit({ kind: 'attempt_not_sent', report, reason });
  const next = afterNotSent(after, { tracked, failure, reason }, nowMs);
  return { state: next.state, commands: [told, ...next.commands] };
}

function afterNotSent(
  run: Run,
  attempt: { tracked: boolean; failure: string | null; reason: string },
  nowMs: number,
): Step {
  if (attempt.failure !== null) return end(run, storeError(attempt.failure), nowMs);
  if (run.stop !== null) return endStopped(run, run.stop, nowMs);
  if (attempt.tracked || run.notSentCount >= MAX_NOT_SENT) {
    const message = `the node did not send the payment: ${attempt.reason}`;
    return end(run, { kind: 'node_error', message }, nowMs);
  }
  return renewInvoice(run, nowMs);
}

const storeError = (failure: string): RebalanceOutcome => ({
  kind: 'store_error',
  message: `the journal could not be written: ${failure}`,
});
