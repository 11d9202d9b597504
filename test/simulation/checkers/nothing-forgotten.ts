/**
 * Promise 2: no HTLC leaves us without an intent that was durable before; what the journal says about its end is true,
 * and as soon as no more faults strike, everything ends.
 */
import type { JournalRecord } from '../../../src/ports.ts';
import type { Flight } from '../truth.ts';
import { attemptKey, type Checker, type End, type Evidence, type Outcome } from './evidence.ts';

export function nothingForgotten(evidence: Evidence): Checker {
  return new NothingForgotten(evidence);
}

class NothingForgotten implements Checker {
  readonly #evidence: Evidence;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
  }

  #accuse(message: string): void {
    this.#evidence.accuse('nothing forgotten', message);
  }

  readonly flown: NonNullable<Checker['flown']> = (event) => {
    const { flight } = event;
    if (event.kind === 'left') this.#left(flight);
    const paid = event.kind === 'ended' && flight.state === 'settled';
    const taken = event.kind === 'back_ended' && event.back.state === 'settled';
    if (!paid && !taken) return;
    const outcome = this.#evidence.outcomeOf(flight)?.outcome;
    if (outcome !== undefined && outcome.kind !== 'settled' && outcome.kind !== 'unknown') {
      this.#accuse(`flight ${flight.number} settles, though the journal has it as ${outcome.kind}`);
    }
  };

  #left(flight: Flight): void {
    const evidence = this.#evidence;
    const intent = evidence.claimIntent(flight);
    if (intent === undefined) {
      this.#accuse(`flight ${flight.number} left without a durable intent that says so`);
      return;
    }
    const over = evidence.ends.has(intent.rebalanceId) || evidence.outcomes.has(attemptKey(intent));
    if (over && evidence.mayCost(flight)) {
      this.#accuse(`flight ${flight.number} left after the journal had its end, and may settle`);
    }
  }

  readonly written = (record: JournalRecord): void => {
    if (record.kind === 'outcome') this.#outcomeWritten(record);
    if (record.kind === 'end') this.#endWritten(record);
  };

  #outcomeWritten(record: Outcome): void {
    const flight = this.#evidence.flightOf(record);
    const { kind } = record.outcome;
    const what = `outcome ${kind} of attempt ${attemptKey(record)}`;
    switch (kind) {
      case 'settled':
        if (flight?.state !== 'settled') this.#accuse(`${what}, but it is ${flight?.state}`);
        return;
      case 'failed':
        // Our own link may refuse it, and then no HTLC was ever made.
        if (flight !== undefined && flight.state !== 'failed') {
          this.#accuse(`${what}, but flight ${flight.number} is ${flight.state}`);
        }
        return;
      case 'not_sent':
        if (flight !== undefined && this.#evidence.mayCost(flight)) {
          this.#accuse(`${what}, but flight ${flight.number} is ${flight.state}`);
        }
        return;
      case 'unknown':
        return;
    }
  }

  #endWritten({ rebalanceId, feePaidMsat }: End): void {
    const evidence = this.#evidence;
    const flights = evidence.flightsOf(rebalanceId);
    for (const flight of flights) {
      if (flight.state === 'live' && evidence.mayCost(flight)) {
        this.#accuse(
          `rebalance ${rebalanceId} ends while flight ${flight.number} may still settle`,
        );
      }
    }
    const paid = flights.filter(({ state }) => state === 'settled');
    const paidMsat = paid.reduce((sum, flight) => sum + evidence.feeMsat(flight), 0n);
    if (paidMsat !== feePaidMsat) {
      this.#accuse(
        `rebalance ${rebalanceId} paid ${paidMsat} msat, but its end says ${feePaidMsat}`,
      );
    }
  }

  readonly ended = (): void => {
    const evidence = this.#evidence;
    for (const rebalanceId of evidence.rebalances) {
      if (!evidence.ends.has(rebalanceId)) this.#accuse(`rebalance ${rebalanceId} has no end`);
    }
    for (const paymentHash of evidence.invoices) {
      const state = evidence.invoice(paymentHash)?.state;
      if (state === 'open' || state === 'accepted') {
        const whose = evidence.rebalanceOf(paymentHash);
        this.#accuse(`an invoice of rebalance ${whose} is still ${state}`);
      }
    }
    for (const flight of evidence.truth.flights) {
      if (flight.state === 'live') this.#accuse(`flight ${flight.number} is still under way`);
      const told = evidence.outcomeOf(flight)?.outcome.kind;
      const isKnown = flight.state === 'settled' ? told === 'settled' : told !== undefined;
      if (flight.state !== 'live' && !isKnown) {
        this.#accuse(`flight ${flight.number} ${flight.state}, but the journal has it as ${told}`);
      }
    }
  };
}
