/** The most memory that a process takes which loads the graph and plans, and does nothing else. */
import { runChild } from '../measure/child.ts';
import type { SuiteResult } from '../report/result.ts';
import { amountsToPlan } from '../whole-node.ts';
import type { Setting } from './setting.ts';

interface MemoryUse {
  readonly startedBytes: number;
  readonly loadedBytes: number;
  readonly peakBytes: number;
  readonly planned: number;
}

export function memorySuite({ network, options }: Setting): SuiteResult {
  const amounts = amountsToPlan(options.amountMsat).map(String);
  const use = runChild<MemoryUse>('load-and-plan.ts', [
    network.file,
    String(options.nodeChannels),
    ...amounts,
  ]);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  return {
    rows: [],
    figures: [
      {
        label: 'memory of a process that loads and plans',
        text:
          `${megabytes(use.peakBytes)} MB at the peak, ${megabytes(use.loadedBytes)} once loaded, of which ` +
          `${megabytes(use.startedBytes)} Node itself, type stripping included (${use.planned} circles planned)`,
      },
    ],
    facts: [use.planned],
  };
}
