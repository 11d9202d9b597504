/** Holds what the network saw against what the journal of the dead process says. */
import type { Route } from '../../../src/generated/messages/route.ts';
import type { JournalRecord } from '../../../src/ports.ts';
import type { ChannelId, PaymentHash } from '../../../src/units/ids.ts';
import { feeMsat, type NetworkWitness, type Sighting } from './network-witness.ts';

export type Of<Kind extends JournalRecord['kind']> = Extract<JournalRecord, { kind: Kind }>;

/** What a process was asked for, as far as the promises go. */
export interface Asked {
  readonly inChannelId: ChannelId;
  readonly maxFeePpm: bigint;
  readonly maxFeeMsat: bigint;
}

export class JournalJudge {
  readonly violations: string[] = [];
  readonly records: readonly JournalRecord[];
  readonly intents: readonly Of<'intent'>[];
  readonly outcomes: ReadonlyMap<string, Of<'outcome'>>;
  readonly ends: ReadonlyMap<string, Of<'end'>>;
  readonly rebalanceOf: ReadonlyMap<PaymentHash, string>;
  /** Of each payment that the network saw, the intent that stands for it alone. */
  readonly intentOf: ReadonlyMap<Sighting, Of<'intent'>>;
  readonly #witness: NetworkWitness;

  constructor(records: readonly JournalRecord[], witness: NetworkWitness) {
    this.records = records;
    this.#witness = witness;
    this.intents = records.filter((record) => record.kind === 'intent');
    this.outcomes = new Map(
      records.flatMap((record) => (record.kind === 'outcome' ? [[keyOf(record), record]] : [])),
    );
    this.ends = new Map(
      records.flatMap((record) => (record.kind === 'end' ? [[record.rebalanceId, record]] : [])),
    );
    this.rebalanceOf = new Map(
      records.flatMap((record) =>
        'paymentHash' in record ? [[record.paymentHash, record.rebalanceId]] : [],
      ),
    );
    this.intentOf = this.#matchIntents();
  }

  /** What must hold whenever the process has died. */
  judge(asked: ReadonlyMap<string, Asked>): void {
    for (const message of this.#witness.violations) this.violations.push(message);
    for (const hash of this.#witness.invoices) {
      if (!this.rebalanceOf.has(hash)) this.#accuse(`invoice ${hash} is not in the journal`);
    }
    for (const sighting of this.#witness.sightings) {
      this.#judgeSighting(sighting, asked);
    }
    for (const [rebalanceId, sightings] of Map.groupBy(
      this.#witness.sightings,
      ({ flight }) => this.rebalanceOf.get(flight.paymentHash) ?? flight.paymentHash,
    )) {
      this.#judgeRebalance(rebalanceId, sightings);
    }
  }

  #judgeSighting(sighting: Sighting, asked: ReadonlyMap<string, Asked>): void {
    const { flight } = sighting;
    const intent = this.intentOf.get(sighting);
    if (intent === undefined) {
      this.#accuse(`payment ${flight.paymentHash} left without an intent that names its route`);
      return;
    }
    if (flight.back?.state === 'settled' && flight.back.amountMsat < intent.amountMsat) {
      this.#accuse(`payment ${flight.paymentHash} settled with less than its intent says`);
    }
    const terms = asked.get(intent.rebalanceId);
    if (terms === undefined) {
      this.#accuse(`rebalance ${intent.rebalanceId} was never asked for`);
      return;
    }
    // Where the peer could choose, the process is to look first; elsewhere there is nothing to choose.
    if (flight.back?.state === 'settled' && flight.back.channelId !== terms.inChannelId) {
      this.#accuse(`payment ${flight.paymentHash} settled on channel ${flight.back.channelId}`);
    }
    const byRate = (intent.amountMsat * terms.maxFeePpm) / 1_000_000n;
    const mostMsat = byRate < terms.maxFeeMsat ? byRate : terms.maxFeeMsat;
    const costMsat = feeMsat(sighting);
    if (costMsat > mostMsat) {
      this.#accuse(`payment ${flight.paymentHash} costs ${costMsat} msat, above its ${mostMsat}`);
    }
  }

  #judgeRebalance(rebalanceId: string, sightings: readonly Sighting[]): void {
    sightings.forEach(({ leftAt, flight }, i) => {
      const before = sightings[i - 1];
      if (before === undefined || (before.endedAt !== null && before.endedAt < leftAt)) return;
      this.#accuse(
        `rebalance ${rebalanceId} sent ${flight.paymentHash} while ${before.flight.paymentHash} was under way`,
      );
    });
    const settled = sightings.filter(
      ({ flight }) => flight.state === 'settled' || flight.back?.state === 'settled',
    );
    if (settled.length > 1) {
      this.#accuse(`${settled.length} payments of rebalance ${rebalanceId} have settled`);
    }
    const end = this.ends.get(rebalanceId);
    if (end === undefined) return;
    const paidMsat = settled.reduce((sum, sighting) => sum + feeMsat(sighting), 0n);
    if (paidMsat !== end.feePaidMsat) {
      this.#accuse(`rebalance ${rebalanceId} paid ${paidMsat} msat, but says ${end.feePaidMsat}`);
    }
  }

  /** What must hold besides, once a process has brought everything to its end. */
  judgeEnd(): void {
    this.#judgePayments();
    for (const rebalanceId of new Set(this.records.map((record) => record.rebalanceId))) {
      if (!this.ends.has(rebalanceId)) this.#accuse(`rebalance ${rebalanceId} has no end`);
    }
    for (const hash of this.#witness.invoices) {
      const state = this.#witness.invoiceState(hash);
      if (state === 'settled' || state === 'canceled') continue;
      this.#accuse(`invoice ${hash} is ${state} at the end`);
    }
    for (const sighting of this.#witness.sightings) {
      const { state, paymentHash } = sighting.flight;
      const intent = this.intentOf.get(sighting);
      const told = intent && this.outcomes.get(keyOf(intent))?.outcome.kind;
      const isTrue = state === 'settled' ? told === 'settled' : state === 'failed' && isOver(told);
      if (!isTrue) this.#accuse(`payment ${paymentHash} is ${state}, but the journal says ${told}`);
    }
  }

  /** The node's own memory must say the same. */
  #judgePayments(): void {
    const settled = new Set(
      [...this.outcomes.values()].flatMap(({ outcome, paymentHash }) =>
        outcome.kind === 'settled' ? [paymentHash] : [],
      ),
    );
    for (const { paymentHash, attempts } of this.#witness.payments()) {
      const paid = attempts.filter(({ state }) => state === 'settled').length;
      if (paid > 1) this.#accuse(`payment ${paymentHash} has settled ${paid} times`);
      if (attempts.some(({ state }) => state === 'in_flight')) {
        this.#accuse(`payment ${paymentHash} is under way at the end`);
      }
      if (paid > 0 !== settled.has(paymentHash)) {
        this.#accuse(`payment ${paymentHash} has settled at the node or in the journal alone`);
      }
    }
  }

  #accuse(message: string): void {
    this.violations.push(message);
  }

  #matchIntents(): Map<Sighting, Of<'intent'>> {
    const ofHash = Map.groupBy(this.intents, ({ paymentHash }) => paymentHash);
    const matched = new Map<Sighting, Of<'intent'>>();
    for (const sighting of this.#witness.sightings) {
      const free = ofHash.get(sighting.flight.paymentHash) ?? [];
      const i = free.findIndex(({ route }) => wayOf(route) === wayOf(sighting.route));
      if (i < 0) continue;
      matched.set(sighting, free[i]!);
      free.splice(i, 1);
    }
    return matched;
  }
}

/** A payment that has failed may count as not sent, where a process that knew no better found it gone. */
const isOver = (told: string | undefined): boolean => told === 'failed' || told === 'not_sent';

export const keyOf = (record: { readonly rebalanceId: string; readonly attempt: number }): string =>
  `${record.rebalanceId} ${record.attempt}`;

/** All that the nodes on the way are told by it. */
const wayOf = ({ totalAmtMsat, totalTimeLock, hops }: Route): string =>
  [
    totalAmtMsat,
    totalTimeLock,
    ...hops.flatMap((hop) => [hop.chanId, hop.pubKey, hop.amtToForwardMsat, hop.expiry]),
  ].join();
