/** Shows the progress of a rebalance while it runs. */
import type { RebalanceEvent, RebalanceReport, RebalanceRun } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { ProgressLines } from '../render/progress.ts';

/** Resolves with its report, and rejects as its `result` does. */
export async function showRun(
  run: RebalanceRun,
  shown: {
    readonly output: Output;
    /** Before each line, where several runs are shown at once. */
    readonly prefix?: string;
    readonly see?: (event: RebalanceEvent) => void;
  },
): Promise<RebalanceReport> {
  const { output, prefix = '', see } = shown;
  const lines = new ProgressLines();
  for await (const event of run) {
    see?.(event);
    for (const line of lines.linesOf(event)) output.progress(`${prefix}${line}`);
  }
  return run.result;
}
