/** The figures of a row of an account. */
import { feePpm } from '../units/amounts.ts';
import type { PastAttempt } from './attempt-history.ts';

export interface Figures {
  /** By payments that settled. */
  readonly movedMsat: bigint;
  /** Paid for them. */
  readonly feeMsat: bigint;
  /** `null` where nothing was moved. */
  readonly feePpm: number | null;
  /** Payments that were sent to rebalance, probes left out. */
  readonly attempts: number;
  readonly settled: number;
  readonly failed: number;
  /** Not known to have ended. */
  readonly open: number;
  readonly probes: number;
  /** Settled of those that ended; `null` where none did. */
  readonly successRate: number | null;
  /** Ended for each that settled; `null` where none did. */
  readonly attemptsPerSuccess: number | null;
  /** What forwards have used of what was moved; `null` where forwards are not known. */
  readonly usedMsat: bigint | null;
  /** Their fees for that; `null` likewise. */
  readonly earnedMsat: bigint | null;
  /** Earned less paid; `null` likewise. */
  readonly netMsat: bigint | null;
}

export class Sum {
  readonly #knowsEarnings: boolean;
  readonly #counts = { settled: 0, failed: 0, open: 0, probe: 0 };
  #movedMsat = 0n;
  #feeMsat = 0n;
  #usedMsat = 0n;
  #earnedMsat = 0n;

  constructor(knowsEarnings: boolean) {
    this.#knowsEarnings = knowsEarnings;
  }

  addAttempt({ end, amountMsat, feeMsat }: PastAttempt): void {
    this.#counts[end]++;
    if (end !== 'settled') return;
    this.#movedMsat += amountMsat;
    this.#feeMsat += feeMsat;
  }

  addEarning({
    amountMsat,
    feeMsat,
  }: {
    readonly amountMsat: bigint;
    readonly feeMsat: bigint;
  }): void {
    this.#usedMsat += amountMsat;
    this.#earnedMsat += feeMsat;
  }

  figures(): Figures {
    const { settled, failed, open, probe } = this.#counts;
    const ended = settled + failed;
    const known = this.#knowsEarnings;
    const [movedMsat, feeMsat] = [this.#movedMsat, this.#feeMsat];
    return {
      movedMsat,
      feeMsat,
      feePpm: movedMsat === 0n ? null : feePpm({ feeMsat, amountMsat: movedMsat }),
      attempts: ended + open,
      settled,
      failed,
      open,
      probes: probe,
      successRate: ended === 0 ? null : settled / ended,
      attemptsPerSuccess: settled === 0 ? null : ended / settled,
      usedMsat: known ? this.#usedMsat : null,
      earnedMsat: known ? this.#earnedMsat : null,
      netMsat: known ? this.#earnedMsat - feeMsat : null,
    };
  }
}
