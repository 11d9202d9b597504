/** The file that `--json` writes. */
import type { Point } from '../metrics/point.ts';
import type { Verdict } from '../metrics/verdicts.ts';
import type { FrontierOptions } from '../options.ts';

export interface FrontierReport {
  /** True: made while tuning, and no report. */
  readonly tuning: boolean;
  readonly seed: string;
  readonly nodes: number;
  readonly pairs: number;
  readonly samples: number;
  /** Where the networks came from. */
  readonly networks: readonly string[];
  readonly points: readonly Point[];
  /** One for each arm, truth and belief; truths of the generated network end in `@generated`. */
  readonly verdicts: readonly Verdict[];
}

export function reportJson(
  options: FrontierOptions,
  found: Pick<FrontierReport, 'networks' | 'points' | 'verdicts'>,
): string {
  const { tuning, seed, nodes, pairs, samples } = options;
  const report: FrontierReport = { tuning, seed, nodes, pairs, samples, ...found };
  return `${JSON.stringify(report, null, 2)}\n`;
}
