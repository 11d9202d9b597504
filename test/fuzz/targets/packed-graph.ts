/** A packed graph file: damaged gzip, and gzip that unpacks to far more than it should. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadDescribeGraph } from '../../../src/graph/load-describe-graph.ts';
import { GraphFormatError } from '../../../src/graph/parse-describe-graph.ts';
import { NODES } from '../input/like-example.ts';
import { assertSoundGraph } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const nodes = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const pub_key = `02${i.toString(16).padStart(64, '0')}`;
    return JSON.stringify({ pub_key, alias: `node ${i}`, last_update: i });
  }).join(',');

/** What packs a thousand to one: room, texts, records, depth. */
const FILLERS: readonly string[] = [' ', '{},', '[', `{"pub_key":"${NODES[0]}"},`, '"a":"a",', '0'];

const plain = fc
  .record({
    count: fc.integer({ min: 0, max: 40 }),
    filler: fc.constantFrom(...FILLERS),
    times: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(1_000, 2_000_000) },
    ),
    place: fc.constantFrom('before', 'nodes', 'edges', 'after'),
  })
  .map(({ count, filler, times, place }) => {
    const fill = (here: string): string => (here === place ? filler.repeat(times) : '');
    return `{${fill('before')}"nodes":[${fill('nodes')}${nodes(count)}],"edges":[${fill('edges')}]${fill('after')}}`;
  });

export const target: FuzzTarget = {
  name: 'packed-graph',
  about: 'a packed graph file that somebody was given',
  shape: 'bytes',
  valid: plain.map((text) => new Uint8Array(gzipSync(text, { level: 9 }))),
  refusals: [GraphFormatError],
  acceptedShare: [0.1, 0.9],
  seededCases: 100,
  // A megabyte, or a hundred times its size, may be unpacked, and what is read takes up to fifty times as much.
  memory: { baseBytes: 96 * 1024 * 1024, timesInput: 5_000 },
  run: async (input): Promise<'accepted'> => {
    const { graph } = await loadDescribeGraph(input);
    assertSoundGraph(graph);
    return 'accepted';
  },
};
