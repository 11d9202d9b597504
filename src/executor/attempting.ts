/**
 * One attempt under way. It ends only with an outcome that proves whether money moved; until then nothing else is
 * sent. A deadline or an abort takes the invoice back, so that a late arrival fails, and waits a while for that.
 */
import { Failure, Failure_FailureCode } from '../generated/messages/failure.ts';
import type { AttemptRecord, SendOutcome, TrackUpdate } from '../ports.ts';
import { finalReport } from './closing.ts';
import { matchAttempt } from './match-attempt.ts';
import { pauseMs } from './pauses.ts';
import type { StopCause } from './rebalance-report.ts';
import {
  emit,
  type KnownOutcome,
  type LiveAttempt,
  type RebalanceCommand,
  type RebalanceState,
  type Run,
  type Step,
} from './rebalance-state.ts';
import { askAgain, takeBack } from './taking-back.ts';

type Intended = Extract<RebalanceState, { phase: 'journaling_intent' }>;
type Sending = Extract<RebalanceState, { phase: 'sending' }>;
type Tracking = Extract<RebalanceState, { phase: 'tracking' }>;

export function intentJournaled({ run, live }: Intended, nowMs: number): Step {
  if (run.stop !== null) {
    const outcome: KnownOutcome = { kind: 'not_sent', reason: `stopped: ${run.stop}` };
    return writeOutcome({ run, live, tracked: false }, outcome, nowMs);
  }
  const { attempt, paymentHash, route } = live;
  return {
    state: { phase: 'sending', run, live },
    commands: [
      emit({ kind: 'attempt_started', attempt, paymentHash }),
      ...watch(live),
      { kind: 'send', request: { paymentHash, route } },
    ],
  };
}

/** Before the payment can arrive. */
function watch({ paymentHash, hold }: LiveAttempt): RebalanceCommand[] {
  return hold === null ? [] : [{ kind: 'watch_invoice', paymentHash, delayMs: 0 }];
}

export function sent({ run, live }: Sending, outcome: SendOutcome, nowMs: number): Step {
  if (outcome.kind !== 'unknown')
    return writeOutcome({ run, live, tracked: false }, outcome, nowMs);
  const { attempt, paymentHash } = live;
  return {
    state: { phase: 'tracking', run, live, notFound: false, tries: 0 },
    commands: [
      emit({ kind: 'tracking_unknown', attempt, reason: outcome.reason }),
      { kind: 'track', paymentHash, delayMs: 0 },
    ],
  };
}

export function tracked(state: Tracking, update: TrackUpdate, nowMs: number): Step {
  const { run, live } = state;
  if (update.kind === 'not_found') return notSeen(state, 'the node knows no such payment', nowMs);
  const lastAttemptId = run.invoice?.lastAttemptId ?? null;
  const match = matchAttempt(update.payment, { route: live.route, lastAttemptId });
  switch (match.kind) {
    case 'in_flight':
      return seenUnderWay({ ...state, notFound: false, tries: 0 });
    case 'not_seen':
      return notSeen(state, 'the node knows only an earlier attempt of this payment', nowMs);
    case 'settled':
      return writeOutcome({ run, live, tracked: true }, settledOutcome(match.record), nowMs);
    case 'failed':
      return writeOutcome({ run, live, tracked: true }, failedOutcome(match.record), nowMs);
  }
}

/** Where its invoice was asked back while it could not be seen, and the node did not tell, that goes on from here. */
function seenUnderWay(state: Tracking): Step {
  const { run, live } = state;
  const mustEnd = run.stop !== null || live.hold !== null;
  return live.invoice === 'unknown' && mustEnd ? askAgain(state) : { state, commands: [] };
}

const settledOutcome = (record: AttemptRecord | null): KnownOutcome => ({
  kind: 'settled',
  preimage: record?.preimage ?? new Uint8Array(),
  attemptId: record?.attemptId ?? 0n,
});

/** A failure that the node no longer knows is as good as one that nobody can read. */
const failedOutcome = (record: AttemptRecord | null): KnownOutcome => ({
  kind: 'failed',
  failure: record?.failure ?? Failure.fromPartial({ code: Failure_FailureCode.UNREADABLE_FAILURE }),
  attemptId: record?.attemptId ?? 0n,
});

/**
 * Not sent so far, but a queued request may still run: only once the invoice is cancelled, and the node asked again,
 * does it count as not sent. Whatever is sent after that arrives at a cancelled invoice.
 */
function notSeen(state: Tracking, reason: string, nowMs: number): Step {
  const { run, live, tries } = state;
  const { paymentHash } = live;
  const seen: Tracking = { ...state, notFound: true };
  switch (live.invoice) {
    case 'canceled': {
      if (!state.notFound) break;
      const outcome: KnownOutcome = {
        kind: 'not_sent',
        reason: `${reason}; its invoice is cancelled`,
      };
      return writeOutcome({ run, live, tracked: true }, outcome, nowMs);
    }
    case 'open':
    case 'unknown': {
      const asked = takeBack(live);
      return { state: { ...seen, live: asked.live }, commands: [asked.command] };
    }
    case 'asked':
      return { state: seen, commands: [] };
    case 'settled':
      break;
  }
  return {
    state: { ...seen, tries: tries + 1 },
    commands: [{ kind: 'track', paymentHash, delayMs: pauseMs(tries) }],
  };
}

export function trackLost(state: Tracking): Step {
  const { tries, live } = state;
  return {
    state: { ...state, tries: tries + 1 },
    commands: [{ kind: 'track', paymentHash: live.paymentHash, delayMs: pauseMs(tries) }],
  };
}

/** Deadline or abort while the attempt is under way. The grace runs from here, whether the node answers or not. */
export function stopUnderWay(state: Sending | Tracking, cause: StopCause): Step {
  const { live } = state;
  const run: Run = { ...state.run, stop: cause };
  const { attempt } = live;
  const commands: RebalanceCommand[] = [
    emit({ kind: 'stopping', cause, attempt }),
    { kind: 'start_grace' },
  ];
  if (live.invoice !== 'open' && live.invoice !== 'unknown') {
    return { state: { ...state, run }, commands };
  }
  const asked = takeBack(live);
  return { state: { ...state, run, live: asked.live }, commands: [...commands, asked.command] };
}

function writeOutcome(
  known: { run: Run; live: LiveAttempt; tracked: boolean },
  outcome: KnownOutcome,
  nowMs: number,
): Step {
  const { run, tracked } = known;
  const live: LiveAttempt = { ...known.live, report: finalReport(known.live, nowMs) };
  const { attempt, paymentHash } = live;
  const { rebalanceId } = run.terms;
  return {
    state: { phase: 'journaling_outcome', run, live, outcome, tracked },
    commands: [
      {
        kind: 'commit',
        batch: [{ kind: 'outcome', rebalanceId, atMs: nowMs, attempt, paymentHash, outcome }],
      },
    ],
  };
}
