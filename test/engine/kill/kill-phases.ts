/** Where in its work a process was when it was killed, by what it left in the journal and at the node. */
import { type JournalJudge, keyOf, type Of } from './journal-judge.ts';
import type { NetworkWitness, Sighting } from './network-witness.ts';

export type Phase =
  | 'hash written, no invoice'
  | 'invoice made, no intent'
  | 'intent written, not sent'
  | 'under way'
  | 'held by us'
  | 'over, no outcome'
  | 'outcome written, no end';

/** Payments that were under way, and whether they had come back to us. */
export type UnderWay = ReadonlyMap<Sighting, 'under way' | 'held by us'>;

export const nowUnderWay = (witness: NetworkWitness): UnderWay =>
  new Map(
    [...witness.underWay].map((sighting) => [
      sighting,
      sighting.flight.back?.state === 'live' ? 'held by us' : 'under way',
    ]),
  );

/** One for each rebalance that has no end. */
export function phasesOf(judge: JournalJudge, witness: NetworkWitness, atKill: UnderWay): Phase[] {
  const last = new Map(judge.records.map((record) => [record.rebalanceId, record]));
  const phases: Phase[] = [];
  for (const record of last.values()) {
    if (record.kind === 'invoice') {
      const isMade = witness.invoices.has(record.paymentHash);
      phases.push(isMade ? 'invoice made, no intent' : 'hash written, no invoice');
    }
    if (record.kind === 'intent') phases.push(phaseOfIntent(record, judge, atKill));
    if (record.kind === 'outcome') phases.push('outcome written, no end');
  }
  return phases;
}

function phaseOfIntent(intent: Of<'intent'>, judge: JournalJudge, atKill: UnderWay): Phase {
  for (const [sighting, one] of judge.intentOf) {
    if (keyOf(one) === keyOf(intent)) return atKill.get(sighting) ?? 'over, no outcome';
  }
  return 'intent written, not sent';
}
