/** What the payments of one rebalance that settled have moved, and what that leaves to do. */
import type { InvoiceArrival } from '../ports.ts';
import { feePpm } from '../units/amounts.ts';
import type { AttemptReport, RebalanceOutcome } from './rebalance-report.ts';
import type { Run } from './rebalance-state.ts';
import { feeLimit } from './rebalance-terms.ts';
import { hasLeftBy } from './right-channel.ts';

export interface Moved {
  readonly movedMsat: bigint;
  readonly feePaidMsat: bigint;
  /** Of the amounts that were paid around. */
  readonly feePpm: number;
}

type SettledAttempt = AttemptReport & {
  readonly outcome: Extract<AttemptReport['outcome'], { kind: 'settled' }>;
};

const hasSettled = (attempt: AttemptReport): attempt is SettledAttempt =>
  attempt.outcome.kind === 'settled';

/** What came back over the channel that it had left by went nowhere, though its fee is paid. */
export function movedBy({ attempts }: Pick<Run, 'attempts'>): Moved {
  let [movedMsat, feePaidMsat, paidAroundMsat] = [0n, 0n, 0n];
  for (const attempt of attempts.filter(hasSettled)) {
    const { amountMsat, feeMsat, outcome } = attempt;
    const backMsat = outcome.arrivals
      .filter(({ channelId }) => hasLeftBy(channelId, attempt))
      .reduce((sum, arrival) => sum + arrival.amountMsat, 0n);
    movedMsat += backMsat < amountMsat ? amountMsat - backMsat : 0n;
    feePaidMsat += feeMsat;
    paidAroundMsat += amountMsat;
  }
  const ppm =
    paidAroundMsat === 0n ? 0 : feePpm({ feeMsat: feePaidMsat, amountMsat: paidAroundMsat });
  return { movedMsat, feePaidMsat, feePpm: ppm };
}

export const arrivalsOf = ({ attempts }: Pick<Run, 'attempts'>): readonly InvoiceArrival[] =>
  attempts.filter(hasSettled).flatMap(({ outcome }) => outcome.arrivals);

/** The most that the next payment may cost. */
export const feeLeft = (run: Run, amountMsat: bigint): bigint =>
  feeLimit(run.terms, amountMsat, movedBy(run).feePaidMsat);

/** Attempts since the last one that settled. */
export function attemptsInVain({ attempts }: Pick<Run, 'attempts'>): number {
  return attempts.length - 1 - attempts.findLastIndex(hasSettled);
}

/**
 * Amount of the next payment: no more than the last one, which passed. `null` where one was all that was asked for, the
 * total is reached, or what is left of it is less than the request's least amount.
 */
export function nextAmount(run: Run): bigint | null {
  const { totalMsat } = run.terms;
  if (totalMsat === null) return null;
  const leftMsat = totalMsat - movedBy(run).movedMsat;
  if (leftMsat < run.terms.minAmountMsat) return null;
  return leftMsat < run.amountMsat ? leftMsat : run.amountMsat;
}

/** Once a payment has settled, whatever ends the rebalance only says why it was not more. */
export function inLightOfPayments(run: Run, outcome: RebalanceOutcome): RebalanceOutcome {
  if (outcome.kind === 'settled' || !run.attempts.some(hasSettled)) return outcome;
  return { kind: 'settled', endedBy: outcome };
}
