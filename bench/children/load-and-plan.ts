/**
 * A process of its own that does what a bot does and nothing else: loads a graph file, plans for one node, and prints
 * how much memory it took at most: `node load-and-plan.ts FILE CHANNELS AMOUNT_MSAT...`.
 */
import { createReadStream } from 'node:fs';
import { loadDescribeGraph } from '../../src/graph/load-describe-graph.ts';
import { planWholeNode } from '../whole-node.ts';

const [file, channels, ...amounts] = process.argv.slice(2);
if (file === undefined || channels === undefined || amounts.length === 0) {
  throw new Error('usage: load-and-plan.ts FILE CHANNELS AMOUNT_MSAT...');
}
const startedBytes = process.memoryUsage.rss();
const { graph } = await loadDescribeGraph(createReadStream(file));
const loadedBytes = process.memoryUsage.rss();
const plan = planWholeNode(graph.snapshot(), {
  channels: Number(channels),
  amountsMsat: amounts.map(BigInt),
});
console.log(
  JSON.stringify({
    startedBytes,
    loadedBytes,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    planned: plan.circles.length,
  }),
);
