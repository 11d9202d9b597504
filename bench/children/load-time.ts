/**
 * A process of its own that loads a graph file once and prints the milliseconds, not counting the reading of the
 * file: `node load-time.ts parse|graph FILE`. Nothing else has warmed it up or filled its heap.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseDescribeGraph } from '../../src/graph/parse-describe-graph.ts';

const [mode, file] = process.argv.slice(2);
if ((mode !== 'parse' && mode !== 'graph') || file === undefined) {
  throw new Error('usage: load-time.ts parse|graph FILE');
}
const bytes = readFileSync(file);
const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
const start = performance.now();
const channels =
  mode === 'parse'
    ? (JSON.parse(text) as { edges: unknown[] }).edges.length
    : parseDescribeGraph(text).graph.snapshot().channelCount;
console.log(JSON.stringify({ elapsedMs: performance.now() - start, channels }));
