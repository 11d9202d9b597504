/** From the text of a graph file to a graph that can be searched, against `JSON.parse` alone; and what it takes up. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { runChild } from '../measure/child.ts';
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import type { Setting } from './setting.ts';

const SUITE = 'loading';

export function loadingSuite({ network, options, snapshot }: Setting): SuiteResult {
  const graph: LoadTime[] = [];
  const parse: LoadTime[] = [];
  for (let i = 0; i < options.loadProcesses; i++) {
    graph.push(runChild<LoadTime>('load-time.ts', ['graph', network.file]));
    parse.push(runChild<LoadTime>('load-time.ts', ['parse', network.file]));
  }
  const times = (loads: readonly LoadTime[]): number[] => loads.map(({ elapsedMs }) => elapsedMs);
  const ready = measurement(SUITE, { name: 'JSON to ready graph', timesMs: times(graph) });
  const parsed = measurement(SUITE, {
    name: 'JSON.parse alone',
    timesMs: times(parse),
    unitMs: ready.medianMs,
  });
  const { bytes, directions } = graphBytes(snapshot);
  return {
    rows: [ready, parsed],
    figures: [
      {
        label: 'JSON to ready graph against JSON.parse alone',
        text: `${(ready.medianMs / parsed.medianMs).toFixed(2)} times, each in a process of its own`,
      },
      {
        label: 'bytes per directed channel',
        text: `${(bytes / directions).toFixed(0)} (${(bytes / 1e6).toFixed(1)} MB of typed arrays for ${directions} directions with a policy)`,
      },
    ],
    facts: [graph[0]!.channels, parse[0]!.channels, directions],
  };
}

interface LoadTime {
  readonly elapsedMs: number;
  readonly channels: number;
}

/** A snapshot's columns and adjacency; names are strings shared by all versions. */
function graphBytes(snapshot: GraphSnapshot): { bytes: number; directions: number } {
  const arrays = [...Object.values(snapshot.columns), ...Object.values(snapshot.adjacency)];
  const bytes = arrays.reduce(
    (sum: number, array: unknown) => sum + (ArrayBuffer.isView(array) ? array.byteLength : 0),
    0,
  );
  return { bytes, directions: snapshot.columns.flags.filter((flags) => flags !== 0).length };
}
