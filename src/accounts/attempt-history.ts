/** What the journal tells of attempts: between which channels, how much, for what, and how each ended. */
import type { JournalRecord } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';

export interface PastAttempt {
  readonly rebalanceId: string;
  /** When its end became known, or when it was sent where it is not known yet. */
  readonly atMs: number;
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  /** What it moved where it settled: less than was asked for where a part came back over the channel that it left by. */
  readonly amountMsat: bigint;
  /** Paid only where it settled. */
  readonly feeMsat: bigint;
  /** `open` may still move money. A `probe` was never meant to settle, and is no attempt to rebalance. */
  readonly end: 'settled' | 'failed' | 'open' | 'probe';
}

type Intent = Extract<JournalRecord, { kind: 'intent' }>;
type Outcome = Extract<JournalRecord, { kind: 'outcome' }>;
type End = Extract<JournalRecord, { kind: 'end' }>;

/** By date. Of rebalances whose intents are not among the records nothing is told. */
export function attemptHistory(records: Iterable<JournalRecord>): readonly PastAttempt[] {
  const intents: Intent[] = [];
  const outcomes = new Map<string, Outcome>();
  const ends = new Map<string, End>();
  const started = new Set<string>();
  const invoiced = new Set<string>();
  for (const record of records) {
    switch (record.kind) {
      case 'start':
        started.add(record.rebalanceId);
        break;
      case 'invoice':
        invoiced.add(record.paymentHash);
        break;
      case 'intent':
        intents.push(record);
        break;
      case 'outcome':
        // What was unknown may become known later; what is known stays.
        if (record.outcome.kind !== 'unknown') outcomes.set(keyOf(record), record);
        break;
      case 'end':
        ends.set(record.rebalanceId, record);
    }
  }
  const attempts = intents.map((intent) => {
    const outcome = outcomes.get(keyOf(intent));
    // A probe has no invoice, so that nobody can take it.
    const isProbe = started.has(intent.rebalanceId) && !invoiced.has(intent.paymentHash);
    return attemptOf(intent, { outcome, isProbe });
  });
  return lessWhatCameBack(attempts, ends).sort((a, b) => a.atMs - b.atMs);
}

const keyOf = ({ rebalanceId, attempt }: Intent | Outcome): string => `${rebalanceId} ${attempt}`;

function attemptOf(
  intent: Intent,
  { outcome, isProbe }: { readonly outcome: Outcome | undefined; readonly isProbe: boolean },
): PastAttempt {
  const { rebalanceId, outChannelId, inChannelId, amountMsat, feeMsat } = intent;
  const atMs = outcome?.atMs ?? intent.atMs;
  const ended = { rebalanceId, atMs, outChannelId, inChannelId, amountMsat, feeMsat };
  switch (outcome?.outcome.kind) {
    case 'settled':
      return { ...ended, end: 'settled' };
    case 'failed':
    case 'not_sent':
      return { ...ended, end: isProbe ? 'probe' : 'failed' };
    case 'unknown':
    case undefined:
      return { ...ended, end: isProbe ? 'probe' : 'open' };
  }
}

/** The end of a rebalance knows better what it moved; what is missing is taken from its last payments. */
function lessWhatCameBack(
  attempts: readonly PastAttempt[],
  ends: ReadonlyMap<string, End>,
): PastAttempt[] {
  const missing = new Map<string, bigint>();
  for (const { rebalanceId, amountMsat, end } of attempts) {
    const moved = ends.get(rebalanceId)?.movedMsat;
    if (end !== 'settled' || moved === undefined) continue;
    missing.set(rebalanceId, (missing.get(rebalanceId) ?? -moved) + amountMsat);
  }
  return attempts.toReversed().map((attempt) => {
    const { rebalanceId, amountMsat, end } = attempt;
    const lacks = missing.get(rebalanceId) ?? 0n;
    if (end !== 'settled' || lacks <= 0n) return attempt;
    const less = lacks < amountMsat ? lacks : amountMsat;
    missing.set(rebalanceId, lacks - less);
    return { ...attempt, amountMsat: amountMsat - less };
  });
}
