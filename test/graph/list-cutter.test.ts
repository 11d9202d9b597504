import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DescriptionReader } from '../../src/graph/entry-reader.ts';
import { GraphFormatError } from '../../src/graph/graph-format-error.ts';
import { ListCutter } from '../../src/graph/list-cutter.ts';
import { readBatch, readDescribeGraph, readLists } from '../../src/graph/parse-describe-graph.ts';
import type { GraphDescription } from '../../src/ports.ts';
import { testSeed } from '../seeded-random.ts';
import { nodeIdOf } from './make-graph.ts';

const seed = testSeed(20260203);

interface Sizes {
  readonly pieceBytes: number;
  readonly batchBytes: number;
}
const sizes: fc.Arbitrary<Sizes> = fc.record({
  pieceBytes: fc.integer({ min: 1, max: 40 }),
  batchBytes: fc.integer({ min: 0, max: 60 }),
});

/** What comes out when a text arrives in pieces: the batches in order, and the rest. */
function cut(text: string, { pieceBytes, batchBytes }: Sizes) {
  const batches: { list: 'nodes' | 'edges'; text: string; whole: boolean }[] = [];
  const decoder = new TextDecoder();
  const cutter = new ListCutter({
    batchBytes,
    deliver: ({ bytes, ...batch }) => batches.push({ ...batch, text: decoder.decode(bytes) }),
  });
  const bytes = new TextEncoder().encode(text);
  let most = 0;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    cutter.push(bytes.subarray(at, at + pieceBytes));
    most = Math.max(most, cutter.rest.length);
  }
  return { batches, rest: decoder.decode(cutter.rest), most };
}

/** The records of a text that was cut, or that it is no graph. */
function readInPieces(text: string, sizes: Sizes): GraphDescription | 'no graph' {
  return orNoGraph(() => {
    const reader = new DescriptionReader();
    const { batches, rest } = cut(text, sizes);
    for (const batch of batches) readBatch(batch, reader);
    readLists(rest, reader);
    return reader.finish();
  });
}

function orNoGraph(read: () => GraphDescription): GraphDescription | 'no graph' {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphFormatError) return 'no graph';
    throw error;
  }
}

/** Texts that a scanner could take for structure. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"', '\\', '\\"', '],"edges":[', '}', '{"nodes":[', ',', '⚡', '\u2028', 'nodes'),
);
/** Keys without escapes: some versions of V8 take one escaped key for another, `{"\\"":1}` for `{"\\\\":1}`. */
const key = fc
  .oneof(text, fc.constantFrom('nodes', 'edges', 'node', 'nodes2', 'edges '))
  .filter((name) => JSON.stringify(name) === `"${name}"`);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(null, true, 0, -1.5e300),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
}));
const list = fc.array(value, { maxLength: 8 });

/** A graph file with other things around its lists, in any layout and with its keys in any order. */
const document = fc
  .record({
    nodes: list,
    edges: list,
    others: fc.dictionary(key, value, { maxKeys: 3 }),
    layout: fc.constantFrom(undefined, 1, 4, '\t', ' \r\n'),
    order: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  })
  .map(({ nodes, edges, others, layout, order }) => {
    const entries = Object.entries({ ...others, nodes, edges });
    const ranked = entries.map((entry, i) => ({ entry, rank: order[i]! }));
    const file = Object.fromEntries(
      ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry),
    );
    return { file, text: JSON.stringify(file, undefined, layout) };
  });

describe('the cutter', () => {
  it('delivers every entry once and in order, and leaves the rest of any document as it is', () => {
    fc.assert(
      fc.property(document, sizes, ({ file, text }, sizes) => {
        const { batches, rest } = cut(text, sizes);
        const kept = JSON.parse(rest) as Record<string, unknown[]>;
        const entriesOf = (name: 'nodes' | 'edges') => [
          ...batches.filter(({ list }) => list === name).flatMap(({ text }) => JSON.parse(text)),
          ...kept[name]!,
        ];
        expect({ ...kept, nodes: entriesOf('nodes'), edges: entriesOf('edges') }).toEqual(file);
        expect(kept['nodes']).toEqual([]);
        const names = batches.map(({ list }) => list);
        expect(names).toEqual(names.toSorted().reverse());
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('accepts exactly what JSON.parse accepts, whatever was damaged', () => {
    const damage = fc.record({
      at: fc.nat(),
      take: fc.integer({ min: 0, max: 3 }),
      put: fc.constantFrom('', '"', '\\', ',', '[', ']', '{', '}', ':', ' ', '\uFEFF', '],"x":['),
    });
    let refused = 0;
    fc.assert(
      fc.property(document, damage, sizes, ({ text }, { at, take, put }, sizes) => {
        const start = at % (text.length + 1);
        const damaged = text.slice(0, start) + put + text.slice(start + take);
        const whole = orNoGraph(() => readDescribeGraph(damaged.replace(/^\uFEFF/, '')));
        if (whole === 'no graph') refused++;
        expect(readInPieces(damaged, sizes)).toEqual(whole);
      }),
      { seed, numRuns: 4000 },
    );
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(3900);
  });

  it.each([
    '{"nodes":[{},],"edges":[]}',
    '{"nodes":[,{}],"edges":[]}',
    '{"nodes":[{},,{}],"edges":[]}',
    '{"nodes":[{}},"edges":[]}',
    '{"nodes":[{}],"edges":[]',
    '{"nodes":[{}]"edges":[]}',
    '{"nodes":[{}],"edges":[]}}',
    '["nodes",[{}],"edges",[]]',
    '{"nodes":[[}],"edges":[]}',
    '{"nodes":[{"a":"b}],"edges":[]}',
  ])('makes nothing valid of %s', (text) => {
    expect(() => readDescribeGraph(text)).toThrow(GraphFormatError);
    for (const batchBytes of [0, 3, 1000]) {
      expect(readInPieces(text, { pieceBytes: 5, batchBytes })).toBe('no graph');
    }
  });

  it('knows lists by their key at the top alone, and by its escaped spelling too', () => {
    const nodes = [{ pub_key: nodeIdOf('a') }, { nodes: [1], edges: [2] }];
    const other = '"x":{"nodes":[3],"edges":[4]},"y":"nodes"';
    const text = `{${other},"n\\u006fdes":${JSON.stringify(nodes)},"edges":[]}`;
    const read = readInPieces(text, { pieceBytes: 7, batchBytes: 0 });
    expect(read).toEqual(readDescribeGraph(text));
    expect(read).toMatchObject({ nodes: [{ nodeId: nodeIdOf('a') }], rejected: [{}] });
  });

  it('refuses a list that comes twice, for some of the first is read by then', () => {
    for (const text of ['{"nodes":[],"nodes":[]}', '{"nodes":[],"edges":[],"edges":[]}']) {
      expect(() => cut(text, { pieceBytes: 9, batchBytes: 9 })).toThrow(/twice/);
    }
  });

  it('holds no more than a batch and a piece at any time', () => {
    const nodes = Array.from({ length: 500 }, (_, i) => ({ pub_key: nodeIdOf(i), alias: `n${i}` }));
    const text = JSON.stringify({ nodes, edges: nodes });
    const { most, batches } = cut(text, { pieceBytes: 64, batchBytes: 1000 });
    expect(batches.length).toBeGreaterThan(50);
    expect(most).toBeLessThan(1000 + 200 + 64);
  });
});
