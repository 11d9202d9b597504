/** Truths that are a formula: each channel's balance is drawn from a distribution, and drawn again now and then. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import { type BalanceEvent, type BalanceHistory, balanceHistory } from './balance-history.ts';
import { DAY_MS, STEP_MS } from './sequence.ts';

/** Of what both sides can send in sum, the part that node1 holds; msat. */
export type DrawShare = (usableMsat: number, random: SeededRandom) => number;

/** Any share is as likely as any other (Pickhardt and Richter's assumption). */
export const uniformShare: DrawShare = (usable, random) => random.unit() * usable;

/** Nearly all on one side: the distance from an end falls off exponentially (lnd's bimodal estimator assumes this). */
export function bimodalShare(scaleMsat: number): DrawShare {
  return (usable, random) => {
    const tail = 1 - Math.exp(-usable / scaleMsat);
    const distance = -scaleMsat * Math.log(1 - random.unit() * tail);
    return random.chance(0.5) ? distance : usable - distance;
  };
}

/**
 * Mean time until a channel's balance is drawn anew. A draw from the same distribution keeps the whole network
 * distributed as at the start, whatever that is.
 */
const RENEWAL_MS = 4 * DAY_MS;

export function drawnBalances(terms: {
  readonly usableMsat: Float64Array;
  readonly draw: DrawShare;
  readonly steps: number;
  readonly random: SeededRandom;
}): BalanceHistory {
  const { usableMsat, draw, steps } = terms;
  const at = (random: SeededRandom, slot: number): number => {
    const usable = usableMsat[slot]!;
    return Math.max(0, Math.min(usable, Math.floor(draw(usable, random))));
  };
  const start = terms.random.fork('balances');
  const shareMsat = usableMsat.map((_, slot) => at(start, slot));
  const drift = terms.random.fork('drift');
  const events: BalanceEvent[] = [];
  const logKept = -STEP_MS / RENEWAL_MS;
  for (let step = 1; step < steps; step++) {
    // Gaps between renewed channels are geometric, so most channels need no draw of their own.
    const gap = (): number => Math.floor(Math.log(1 - drift.unit()) / logKept);
    for (let slot = gap(); slot < usableMsat.length; slot += 1 + gap()) {
      events.push({ step, slot, shareMsat: at(drift, slot), renews: true });
    }
  }
  return balanceHistory({ usableMsat, shareMsat, events });
}
