/**
 * A rebalance whose process ended, rebuilt from its journal: as one that was stopped with what it had under way.
 * Nothing more is sent; what may still move money is followed to its end, and the invoice is taken back so that a late
 * arrival fails.
 */
import type { JournalRecord } from '../ports.ts';
import { feePpm } from '../units/amounts.ts';
import { parseChannelId, parseNodeId } from '../units/ids.ts';
import { cancelInvoice, closeJournal } from './closing.ts';
import { interpretFailure } from './interpret-failure.ts';
import { newRun } from './new-run.ts';
import type {
  AttemptOutcome,
  AttemptReport,
  HopReport,
  RebalanceOutcome,
} from './rebalance-report.ts';
import {
  emit,
  type LiveAttempt,
  type OpenInvoice,
  type Run,
  type Step,
} from './rebalance-state.ts';
import type { RebalanceTerms } from './rebalance-terms.ts';
import { takeBack } from './taking-back.ts';

type Of<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { kind: Kind }>;

const INTERRUPTED: RebalanceOutcome = {
  kind: 'interrupted',
  message: 'the process that ran this rebalance ended before a payment settled',
};

/**
 * @param records All of one rebalance that has no end, in their order.
 * @param known What the node tells beyond them, for the report's notes.
 * @throws Error where they are not what a rebalance writes.
 */
export function recover(
  records: readonly JournalRecord[],
  nowMs: number,
  known: readonly string[] = [],
): Step {
  const start = records.find((record): record is Of<'start'> => record.kind === 'start');
  if (start === undefined) throw new Error('the journal of a rebalance has no beginning');
  const intents = records.filter((record): record is Of<'intent'> => record.kind === 'intent');
  const outcomes = records.filter((record): record is Of<'outcome'> => record.kind === 'outcome');
  const outcomeOf = (intent: Of<'intent'>): Of<'outcome'> | undefined =>
    outcomes.findLast(({ attempt }) => attempt === intent.attempt);
  const invoice = lastInvoice(records, outcomes);
  const ended = intents.flatMap((intent) => {
    const outcome = outcomeOf(intent);
    return outcome === undefined ? [] : [endedReport(intent, outcome, start)];
  });
  const last = intents.at(-1);
  const isLast = last?.paymentHash === invoice?.paymentHash;
  const notes = ended.flatMap(({ paymentHash, outcome }) =>
    outcome.kind !== 'settled' || (isLast && paymentHash === last?.paymentHash)
      ? []
      : [`over which channel payment ${paymentHash} arrived was not asked again`],
  );
  const run: Run = { ...stoppedRun(start), attempts: ended, invoice, notes: [...notes, ...known] };
  if (last !== undefined && outcomeOf(last) === undefined) return follow(run, last);
  // After a payment that settled, the invoice of the next one may be there already.
  if (last !== undefined && isLast && outcomeOf(last)?.outcome.kind === 'settled') {
    return lookUp(run, last);
  }
  return invoice === null
    ? closeJournal(run, INTERRUPTED, nowMs)
    : cancelInvoice(run, invoice.paymentHash, INTERRUPTED);
}

/** Sent, as far as anybody knows. */
function follow(run: Run, intent: Of<'intent'>): Step {
  const { attempt, paymentHash } = intent;
  const asked = takeBack(liveAttempt(intent, run.terms.self));
  return {
    state: { phase: 'tracking', run, live: asked.live, notFound: false, tries: 0 },
    commands: [
      emit({ kind: 'stopping', cause: 'interrupted', attempt }),
      { kind: 'start_grace' },
      asked.command,
      { kind: 'track', paymentHash, delayMs: 0 },
    ],
  };
}

/** Settled and written down, but not where it arrived. */
function lookUp(run: Run, intent: Of<'intent'>): Step {
  const { paymentHash } = intent;
  const paid: Run = {
    ...run,
    invoice: null,
    invoices: [{ paymentHash, state: 'settled' }],
  };
  return {
    state: { phase: 'looking_up', run: paid, live: liveAttempt(intent, run.terms.self) },
    commands: [{ kind: 'find_arrival', paymentHash }],
  };
}

/** As one that was stopped, and has begun its journal. */
const stoppedRun = (start: Of<'start'>): Run => ({
  ...newRun(spentTerms(start), start.atMs),
  stop: 'interrupted',
  journaled: true,
});

/** Whatever concerns sending is zero: if anything asked for more, nothing would come of it. */
function spentTerms({
  rebalanceId,
  self,
  amountMsat,
  outChannels,
  inChannels,
}: Of<'start'>): RebalanceTerms {
  return {
    rebalanceId,
    self,
    outChannels,
    inChannels,
    amountMsat,
    minAmountMsat: amountMsat,
    totalMsat: null,
    maxFeeMsat: 0n,
    attemptCostMsat: 0n,
    attemptCostPpm: 0,
    minProbability: 0,
    maxCltvBlocks: 0,
    maxAttempts: 0,
    exclude: {},
    arrival: 'report',
    probe: false,
    dryRun: false,
    invoiceCltvDelta: 0,
    finalCltvDelta: 0,
    invoiceExpirySeconds: 0,
  };
}

/** Before another one is made, the node has confirmed that the one before is cancelled. */
function lastInvoice(
  records: readonly JournalRecord[],
  outcomes: readonly Of<'outcome'>[],
): OpenInvoice | null {
  const last = records.findLast((record): record is Of<'invoice'> => record.kind === 'invoice');
  if (last === undefined) return null;
  const { paymentHash, preimage } = last;
  const attemptIds = outcomes.flatMap(({ paymentHash: paid, outcome }) =>
    paid === paymentHash && 'attemptId' in outcome ? [outcome.attemptId] : [],
  );
  return {
    paymentHash,
    preimage,
    // Of use only for sending.
    paymentAddr: new Uint8Array(),
    lastAttemptId: attemptIds.length === 0 ? null : attemptIds.reduce((a, b) => (a > b ? a : b)),
  };
}

function liveAttempt(intent: Of<'intent'>, self: RebalanceTerms['self']): LiveAttempt {
  const { attempt, paymentHash, route } = intent;
  return {
    attempt,
    paymentHash,
    ground: null,
    route,
    invoice: 'open',
    cancelTries: 0,
    // It is taken back in any case.
    hold: null,
    watchTries: 0,
    report: attemptReport(intent, self),
  };
}

function endedReport(
  intent: Of<'intent'>,
  { atMs, outcome }: Of<'outcome'>,
  { self }: Of<'start'>,
): AttemptReport {
  const report = { ...attemptReport(intent, self), durationMs: atMs - intent.atMs };
  return { ...report, outcome: attemptOutcome(outcome, intent) };
}

function attemptOutcome(
  outcome: Of<'outcome'>['outcome'],
  { route }: Of<'intent'>,
): AttemptOutcome {
  switch (outcome.kind) {
    case 'settled':
      return { kind: 'settled', arrivals: [] };
    case 'failed':
      return { kind: 'failed', verdict: interpretFailure(route, outcome.failure) };
    case 'not_sent':
      return outcome;
    case 'unknown':
      return { kind: 'in_flight' };
  }
}

/** As far as the journal tells: it has no aliases. */
function attemptReport(intent: Of<'intent'>, self: RebalanceTerms['self']): AttemptReport {
  const { attempt, paymentHash, route, blockHeight, amountMsat, feeMsat, atMs } = intent;
  return {
    attempt,
    paymentHash,
    hops: journaledHops(intent, self),
    amountMsat,
    feeMsat,
    feePpm: feePpm({ feeMsat, amountMsat }),
    cltvBlocks: route.totalTimeLock - blockHeight,
    startedAtMs: atMs,
    durationMs: 0,
    outcome: { kind: 'in_flight' },
  };
}

function journaledHops(intent: Of<'intent'>, self: RebalanceTerms['self']): readonly HopReport[] {
  const { route, blockHeight } = intent;
  const last = route.hops.length - 1;
  let from = self;
  let [amountMsat, expiry] = [route.totalAmtMsat, route.totalTimeLock];
  return route.hops.map((hop, i) => {
    const to = parseNodeId(hop.pubKey);
    const inner = i === 0 ? intent.outChannelId : parseChannelId(hop.chanId);
    const report: HopReport = {
      channelId: i === last ? intent.inChannelId : inner,
      from,
      fromAlias: '',
      to,
      toAlias: '',
      amountMsat,
      feeMsat: amountMsat - hop.amtToForwardMsat,
      cltvBlocks: expiry - blockHeight,
    };
    [from, amountMsat, expiry] = [to, hop.amtToForwardMsat, hop.expiry];
    return report;
  });
}
