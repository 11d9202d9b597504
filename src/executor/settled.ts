/** After an attempt that settled: where it arrived. */
import type { InvoiceArrival } from '../ports.ts';
import { bytesEqual } from '../units/bytes.ts';
import { closeJournal, withNote } from './closing.ts';
import { interpretSuccess } from './interpret-failure.ts';
import { arrivalsOf, nextAmount } from './payments-made.ts';
import type { AttemptReport } from './rebalance-report.ts';
import {
  emit,
  type LiveAttempt,
  observe,
  type RebalanceState,
  type Run,
  type Step,
} from './rebalance-state.ts';
import { hasLeftBy, isAsAsked } from './right-channel.ts';
import { search } from './searching.ts';

export function settled(
  { run, live }: { readonly run: Run; readonly live: LiveAttempt },
  preimage: Uint8Array,
): Step {
  const outcome = { kind: 'settled', arrivals: [] } as const;
  const report: AttemptReport = { ...live.report, outcome };
  const { paymentHash } = live;
  const paid: Run = {
    ...withPreimageChecked(run, preimage),
    attempts: [...run.attempts, report],
    invoice: null,
    invoices: [...run.invoices, { paymentHash, state: 'settled' }],
  };
  return {
    state: { phase: 'looking_up', run: paid, live },
    commands: [
      ...observe(interpretSuccess(live.route), live),
      { kind: 'find_arrival', paymentHash },
    ],
  };
}

/** What is settled is settled; but a preimage that is not ours says that the node mixed something up. */
function withPreimageChecked(run: Run, preimage: Uint8Array): Run {
  const { invoice } = run;
  if (invoice === null || preimage.length === 0 || bytesEqual(preimage, invoice.preimage)) {
    return run;
  }
  const note = `the node reports payment ${invoice.paymentHash} as settled with a preimage that is not ours; check it at the node`;
  return withNote(run, note);
}

export function arrivalFound(
  state: Extract<RebalanceState, { phase: 'looking_up' }>,
  found: readonly InvoiceArrival[] | null,
  nowMs: number,
): Step {
  const arrivals = (found ?? []).filter((arrival) => arrival.state !== 'canceled');
  const run: Run =
    found === null
      ? withNote(state.run, 'the node could not be asked over which channel the payment arrived')
      : withArrivals(state.run, arrivals);
  const next = afterPayment(run, nowMs);
  const report = run.attempts.at(-1)!;
  return {
    state: next.state,
    commands: [emit({ kind: 'settled', report, arrivals }), ...next.commands],
  };
}

/** The same again, with a new hash and invoice, while the total is not reached. */
function afterPayment(run: Run, nowMs: number): Step {
  const amountMsat = nextAmount(run);
  const attempt = run.attempts.at(-1)!;
  const astray = arrivalsOf({ attempts: [attempt] }).some(({ channelId }) =>
    hasLeftBy(channelId, attempt),
  );
  if (amountMsat !== null && astray) {
    const peers = [attempt.hops.at(-1)!.from];
    const message = `${peers[0]} sent the payment back over the channel that it had come by; more of them would cost fees and move nothing`;
    return closeJournal(
      run,
      { kind: 'settled', endedBy: { kind: 'unsteerable', peers, message } },
      nowMs,
    );
  }
  if (amountMsat === null) return closeJournal(run, { kind: 'settled', endedBy: null }, nowMs);
  if (run.unwritten.length > 0) {
    const message = 'the journal could not be written, so nothing more was sent';
    return closeJournal(run, { kind: 'store_error', message }, nowMs);
  }
  return search({ ...run, amountMsat }, nowMs);
}

/** Forwarding is not strict: the last peer may hand the payment over on any of its channels with us. */
function withArrivals(run: Run, arrivals: readonly InvoiceArrival[]): Run {
  const attempt: AttemptReport = {
    ...run.attempts.at(-1)!,
    outcome: { kind: 'settled', arrivals },
  };
  const known: Run = { ...run, attempts: [...run.attempts.slice(0, -1), attempt] };
  const others = arrivals.filter(({ channelId }) => !isAsAsked(channelId, run.terms, attempt));
  if (others.length === 0) return known;
  const over = others.map(({ channelId }) => channelId).join(', ');
  const named = attempt.hops.at(-1)?.channelId;
  if (others.some(({ channelId }) => hasLeftBy(channelId, attempt))) {
    const note = `the payment came back over channel ${over}, by which it had left, so nothing moved: the last peer has more than one channel with us, and chose another than the route named`;
    return withNote(known, note);
  }
  const note = `the payment arrived over channel ${over} instead of ${named}: the last peer has more than one channel with us, and chose another than the route named`;
  return withNote(known, note);
}
