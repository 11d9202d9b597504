/** Searches for a node as a whole: its channels against each other at three amounts. */
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import { amountsToPlan, planWholeNode } from '../whole-node.ts';
import { type Setting, snapshotOf } from './setting.ts';

export function wholeNodeSuite({ network, options }: Setting): SuiteResult {
  const amountsMsat = amountsToPlan(options.amountMsat);
  const terms = { channels: options.nodeChannels, amountsMsat };
  const first: number[] = [];
  const again: number[] = [];
  const plans = Array.from({ length: options.repetitions }, () => {
    const snapshot = snapshotOf(network.description);
    const started = performance.now();
    planWholeNode(snapshot, terms);
    const planned = performance.now();
    const plan = planWholeNode(snapshot, terms);
    first.push(planned - started);
    again.push(performance.now() - planned);
    return plan;
  });
  const { channels, pairs, circles } = plans[0]!;
  return {
    rows: [
      measurement('whole node', {
        name: `${pairs} circles of a ${channels}-channel node, 3 amounts`,
        timesMs: again,
      }),
      measurement('whole node', { name: 'the same on a new snapshot', timesMs: first }),
    ],
    figures: [{ label: 'whole node', text: `${circles} of ${pairs} pairs have a circle` }],
    facts: [channels, pairs, circles],
  };
}
