/** Observations that nobody made, for tests of the figures. */
import type { Observed, ObservedTask } from '../../../../bench/frontier/metrics/observed.ts';

const SAT_MSAT = 1000;

/** Solved at a fee in ppm, or not at all. */
export const task = (attempts: number, feePpm: number | null): ObservedTask => ({
  amountMsat: 100_000 * SAT_MSAT,
  oracleFeeMsat: 10 * SAT_MSAT,
  attempts,
  feeMsat: feePpm === null ? null : (feePpm * 100_000 * SAT_MSAT) / 1e6,
});

export function observed(
  nodes: readonly (readonly ObservedTask[])[],
  more: Partial<Observed> = {},
): Observed {
  return { truth: 'made up', belief: 'cold', arm: 'one', weight: 1, searchMs: [], nodes, ...more };
}
