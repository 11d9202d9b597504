/**
 * Probing: payments with a hash that nobody has an invoice for. Where one reaches us and is refused as unknown, the
 * whole circle could carry it; nothing can ever settle. The largest amount is searched by halving what lies between the
 * largest that passed and the smallest that did not.
 */
import { end } from './closing.ts';
import type { RebalanceOutcome } from './rebalance-report.ts';
import type { Probed, Run, Step } from './rebalance-state.ts';
import type { Verdict } from './verdict.ts';

/** Between what passed and what did not, one part in this many of the amount asked for is near enough. */
const RESOLUTION = 50n;
const ONE_SAT_MSAT = 1000n;

export const NOTHING_PROBED: Probed = { carriedMsat: 0n, feeMsat: 0n, refusedMsat: null };

/** Our own node refused it for want of an invoice, so it came all the way round. */
export const isCarried = ({ position, code }: Verdict): boolean =>
  position === 'final' && code === 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS';

export function probeCarried(run: Run): Run {
  const { amountMsat, feeMsat } = run.attempts.at(-1)!;
  return { ...run, probed: { ...run.probed, carriedMsat: amountMsat, feeMsat } };
}

/** No route is left for this amount. */
export const probeRefused = (run: Run): Run => ({
  ...run,
  probed: { ...run.probed, refusedMsat: run.amountMsat },
});

/** The amount to probe next, in whole satoshis; `null` once the largest is known well enough. */
export function nextProbe({ terms, probed }: Run): bigint | null {
  const { carriedMsat, refusedMsat } = probed;
  if (refusedMsat === null || refusedMsat <= terms.minAmountMsat) return null;
  const { amountMsat, minAmountMsat } = terms;
  if (refusedMsat - carriedMsat <= amountMsat / RESOLUTION) return null;
  const half = (carriedMsat + refusedMsat) / 2n;
  const inSat = half - (half % ONE_SAT_MSAT);
  if (carriedMsat === 0n && inSat < minAmountMsat) return minAmountMsat;
  return inSat > carriedMsat && inSat < refusedMsat ? inSat : null;
}

export function endProbing(run: Run, nowMs: number): Step {
  const { carriedMsat, feeMsat, refusedMsat } = run.probed;
  const outcome: RebalanceOutcome = {
    kind: 'probed',
    largestMsat: carriedMsat,
    feeMsat,
    refusedMsat,
  };
  return end(run, outcome, nowMs);
}
