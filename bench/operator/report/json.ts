/** The file that `--json` writes: amounts in msat as decimal strings. */
import type { UnitResult } from '../run/unit.ts';
import { type WorldSize, type WorldTerms, worldTerms } from '../world/terms.ts';
import type { OperatorVerdict } from './verdict.ts';

export function reportJson(
  run: {
    readonly seeds: readonly number[];
    readonly size: WorldSize;
    readonly days: number;
    readonly warmUpDays: number;
  },
  found: { readonly results: readonly UnitResult[]; readonly verdict: OperatorVerdict },
): string {
  const { seeds, size, days, warmUpDays } = run;
  const { results, verdict } = found;
  const worlds: WorldTerms[] = seeds.map((seed) => worldTerms(seed, size));
  const { wins, totalsMsat, losses } = verdict;
  const report = {
    days,
    warmUpDays,
    worlds,
    results,
    wins: Object.fromEntries(wins),
    totalsMsat: Object.fromEntries(totalsMsat),
    losses,
  };
  return `${JSON.stringify(report, (_key, value) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`;
}
