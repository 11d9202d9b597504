/** How balances are hidden: each truth is a network of its own, and no model of an arm is right in all of them. */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { type BalanceHistory, usableMsat } from './balance-history.ts';
import { bimodalShare, type DrawShare, drawnBalances, uniformShare } from './drawn-balances.ts';

/** `traffic` follows no formula: see `traffic/traffic-balances.ts`. */
export type TruthName = 'uniform' | 'bimodal-100k' | 'bimodal-300k' | 'bimodal-1M' | 'traffic';

const DRAWS: Readonly<Record<Exclude<TruthName, 'traffic'>, DrawShare>> = {
  uniform: uniformShare,
  'bimodal-100k': bimodalShare(100_000_000),
  'bimodal-300k': bimodalShare(300_000_000),
  'bimodal-1M': bimodalShare(1_000_000_000),
};

export const TRUTH_NAMES: readonly TruthName[] = [
  'uniform',
  'bimodal-100k',
  'bimodal-300k',
  'bimodal-1M',
  'traffic',
];

/** @throws Error for the truth that is simulated. */
export function drawBalances(
  snapshot: GraphSnapshot,
  terms: { readonly truth: TruthName; readonly steps: number; readonly seed: string },
): BalanceHistory {
  const { truth, steps, seed } = terms;
  if (truth === 'traffic')
    throw new Error('balances of the truth `traffic` come from a simulation');
  return drawnBalances({
    usableMsat: usableMsat(snapshot.columns.capacitySat),
    draw: DRAWS[truth],
    steps,
    random: new SeededRandom(seed).fork(truth),
  });
}
