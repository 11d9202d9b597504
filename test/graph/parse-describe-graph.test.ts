import { createReadStream, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { HAS_POLICY } from '../../src/graph/columns.ts';
import { loadDescribeGraph, loadGraphDescription } from '../../src/graph/load-describe-graph.ts';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import {
  GraphFormatError,
  parseDescribeGraph,
  readDescribeGraph,
} from '../../src/graph/parse-describe-graph.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { SeededRandom } from '../seeded-random.ts';
import { mainnetFile, reducedFile } from '../shared-files.ts';
import { nodeIdOf } from './make-graph.ts';

const [A, B, C] = [nodeIdOf('a'), nodeIdOf('b'), nodeIdOf('c')];

const policy = (fields: Record<string, unknown> = {}) => ({
  time_lock_delta: 40,
  min_htlc: '1000',
  fee_base_msat: '1000',
  fee_rate_milli_msat: '250',
  disabled: false,
  max_htlc_msat: '990000000',
  last_update: 1700000000,
  ...fields,
});

const edge = (fields: Record<string, unknown> = {}) => ({
  channel_id: '893159345678909441',
  chan_point: `${'0'.repeat(64)}:1`,
  node1_pub: A,
  node2_pub: B,
  capacity: '1000000',
  node1_policy: policy(),
  node2_policy: null,
  ...fields,
});

const file = (...edges: readonly unknown[]) => ({
  nodes: [{ pub_key: A, alias: 'alice', last_update: 1 }, { pub_key: B }, { pub_key: C }],
  edges,
});

describe('a record', () => {
  it('keeps ids beyond 2^53, inbound fees and absent maxima exactly', () => {
    const inbound = { inbound_fee_base_msat: -5, inbound_fee_rate_milli_msat: -250 };
    const { graph, rejected } = parseDescribeGraph(
      file(edge({ node2_policy: policy({ ...inbound, max_htlc_msat: '0', disabled: true }) })),
    );
    expect(rejected).toEqual([]);
    const snapshot = graph.snapshot();
    expect(snapshot.channelId(0)).toBe('893159345678909441');
    expect(snapshot.channelPoint(0)).toMatch(/:1$/);
    expect(snapshot.node(0)).toEqual({ nodeId: A, alias: 'alice', lastUpdate: 1 });
    expect(snapshot.policy(0)).toEqual({
      feeBaseMsat: 1000n,
      feeRatePpm: 250,
      timeLockDelta: 40,
      minHtlcMsat: 1000n,
      maxHtlcMsat: 990_000_000n,
      disabled: false,
      inboundFeeBaseMsat: 0n,
      inboundFeeRatePpm: 0,
      lastUpdate: 1_700_000_000,
    });
    expect(snapshot.policy(1)).toMatchObject({
      maxHtlcMsat: null,
      disabled: true,
      inboundFeeBaseMsat: -5n,
      inboundFeeRatePpm: -250,
    });
  });

  it('may give its nodes in either order: policy 1 is that of node 1', () => {
    const { graph } = parseDescribeGraph(file(edge({ node1_pub: C, node2_pub: A })));
    const snapshot = graph.snapshot();
    const direction = snapshot.directionFrom('893159345678909441' as ChannelId, C);
    expect(direction).toBeDefined();
    expect(snapshot.policy(direction!)?.feeRatePpm).toBe(250);
    expect(snapshot.policy(direction! ^ 1)).toBeNull();
  });

  it.each([
    ['a bad public key', { node1_pub: '02abc' }, /node1_pub is no public key/],
    [
      'a negative base fee',
      { node1_policy: policy({ fee_base_msat: '-1' }) },
      /fee_base_msat is negative: -1/,
    ],
    [
      'a negative rate',
      { node2_policy: policy({ fee_rate_milli_msat: -1 }) },
      /node2_policy.fee_rate_milli_msat is negative/,
    ],
    [
      'a minimum over the maximum',
      { node1_policy: policy({ min_htlc: '2', max_htlc_msat: '1' }) },
      /min_htlc 2 is over max_htlc_msat 1/,
    ],
    ['a channel to oneself', { node2_pub: A }, /from a node to itself/],
    [
      'a capacity of an unknown type',
      { capacity: {} },
      /capacity is not a whole number: an object/,
    ],
    ['a negative capacity', { capacity: '-5' }, /capacity is negative/],
    [
      'a policy of an unknown type',
      { node1_policy: 'free' },
      /node1_policy is neither an object nor null/,
    ],
    [
      'a flag of an unknown type',
      { node1_policy: policy({ disabled: 'no' }) },
      /disabled is neither true nor false/,
    ],
    [
      'a fraction',
      { node1_policy: policy({ time_lock_delta: 1.5 }) },
      /time_lock_delta is not a whole number/,
    ],
    [
      'a fraction of an amount',
      { node1_policy: policy({ min_htlc: 1.5 }) },
      /node1_policy.min_htlc is not a whole number: 1.5/,
    ],
    [
      'a delta beyond 16 bits',
      { node1_policy: policy({ time_lock_delta: 70_000 }) },
      /above 65535/,
    ],
    [
      'an inbound fee beyond 32 bits',
      { node1_policy: policy({ inbound_fee_base_msat: 2 ** 31 }) },
      /32-bit/,
    ],
    [
      'an id that lost digits',
      { channel_id: Number('893159345678909441') },
      /last digits are lost/,
    ],
    ['no id', { channel_id: undefined }, /no short channel id/],
  ])(
    'with %s is rejected with its id and the reason, and the rest loads',
    (_what, fields, reason) => {
      const good = edge({ channel_id: '7' });
      const bad = edge(fields);
      const { graph, rejected } = parseDescribeGraph(file(bad, good));
      expect(graph.channelCount).toBe(1);
      expect(graph.snapshot().channelId(0)).toBe('7');
      expect(rejected).toHaveLength(1);
      expect(rejected[0]).toMatchObject({
        kind: 'channel',
        id: String(bad.channel_id ?? '(none)'),
      });
      expect(rejected[0]!.reason).toMatch(reason);
    },
  );

  it('may spell its ids in either case, and name nodes that the list of nodes lacks', () => {
    const stranger = nodeIdOf('stranger');
    const { graph, rejected } = parseDescribeGraph(
      file(
        edge({ node1_pub: A.toUpperCase(), node2_pub: stranger.toUpperCase() }),
        edge({ channel_id: '7', node1_pub: stranger }),
      ),
    );
    expect(rejected).toEqual([]);
    expect([graph.nodeCount, graph.channelCount]).toEqual([4, 2]);
    expect([A, stranger, nodeIdOf('z'), 'x'].map((id) => graph.hasNode(id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const snapshot = graph.snapshot();
    expect([0, 1, 2, 3].map((direction) => snapshot.nodeId(snapshot.from(direction)))).toEqual([
      A,
      stranger,
      stranger,
      B,
    ]);
  });

  it('that comes twice is rejected the second time', () => {
    const { graph, rejected } = parseDescribeGraph(file(edge(), edge({ capacity: '2' })));
    expect(graph.channelCount).toBe(1);
    expect(graph.snapshot().columns.capacitySat[0]).toBe(1_000_000);
    expect(rejected).toEqual([
      { kind: 'channel', id: '893159345678909441', reason: expect.stringMatching(/given twice/) },
    ]);
  });

  it('of a node with a bad key is rejected too', () => {
    const { rejected } = parseDescribeGraph({ nodes: [{ pub_key: 'x' }, 7], edges: [] });
    expect(rejected.map(({ kind, id }) => [kind, id])).toEqual([
      ['node', 'x'],
      ['node', '(none)'],
    ]);
  });

  it('is rejected, not fatal, when it is no object at all', () => {
    expect(parseDescribeGraph(file(null, 5, [])).rejected).toHaveLength(3);
  });
});

describe('a file that is no graph', () => {
  it.each([
    '',
    'hello',
    '{"nodes": []',
    '[]',
    '5',
    'null',
    '{}',
    '{"nodes": []}',
    '{"nodes": {}, "edges": []}',
  ])('%j is one clear error', (text) => {
    expect(() => parseDescribeGraph(text)).toThrow(GraphFormatError);
    expect(() => parseDescribeGraph(text)).toThrow(/lncli describegraph/);
  });

  it('is an error as damaged gzip as well', async () => {
    const bytes = gzipSync(JSON.stringify(file(edge()))).subarray(0, 60);
    await expect(loadDescribeGraph(bytes)).rejects.toThrow(/gzip data is damaged/);
  });
});

describe('loadDescribeGraph', () => {
  const text = JSON.stringify(file(edge()));
  const packed = gzipSync(text);
  async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
    for (let i = 0; i < bytes.length; i += 100) yield bytes.subarray(i, i + 100);
  }

  it.each([
    ['text', text],
    ['bytes', new TextEncoder().encode(text)],
    ['an array buffer', new TextEncoder().encode(text).buffer],
    ['gzip', new Uint8Array(packed)],
    ['pieces', pieces(new TextEncoder().encode(text))],
    ['gzip in pieces', pieces(packed)],
    ['a web stream', new Blob([packed]).stream()],
  ])('reads %s', async (_form, source) => {
    const { graph } = await loadDescribeGraph(source);
    expect(graph.channelCount).toBe(1);
    expect(graph.nodeCount).toBe(3);
  });
});

describe('a file of many pieces', () => {
  const ids = Array.from({ length: 2000 }, (_, i) => String(i + 1));
  const random = new SeededRandom(2026);
  const edges = ids.map((channel_id, i) => {
    const txid = Array.from({ length: 64 }, () => random.between(0, 15).toString(16)).join('');
    return edge({ channel_id, node2_pub: nodeIdOf(1000 + (i % 700)), chan_point: `${txid}:0` });
  });
  const odd = [edge({ capacity: -1 }), edge({ channel_id: '7' }), 5, edge({ node1_policy: 5 })];
  const graph = file(...edges.slice(0, 900), ...odd, ...edges.slice(900));
  const bytesOf = (value: unknown, layout?: number): Uint8Array =>
    new TextEncoder().encode(JSON.stringify(value, undefined, layout));
  const plain = parseDescribeGraph(graph);

  it.each([
    ['plain', bytesOf(graph)],
    ['printed with spaces', bytesOf(graph, 4)],
    ['edges first', bytesOf({ edges: graph.edges, more: ['nodes'], nodes: graph.nodes })],
    ['after a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, ...bytesOf(graph)])],
    ['gzip', new Uint8Array(gzipSync(bytesOf(graph)))],
  ])('becomes the same graph when it is read as it comes in: %s', async (_form, bytes) => {
    expect(bytes.length > 300_000 || bytes[0] === 0x1f).toBe(true);
    const loaded = await loadDescribeGraph(bytes);
    expect(loaded.rejected).toEqual(plain.rejected);
    expect(loaded.rejected.map(({ id }) => id)).toEqual([
      '893159345678909441',
      '(none)',
      '893159345678909441',
      '7',
    ]);
    expect(loaded.graph.channelCount).toBe(2000);
    const [ours, theirs] = [loaded.graph.snapshot(), plain.graph.snapshot()];
    expect(ours.columns).toEqual(theirs.columns);
    const names = (snapshot: typeof ours) =>
      ids.map((_, slot) => [
        snapshot.channelId(slot),
        snapshot.channelPoint(slot),
        snapshot.node(snapshot.to(2 * slot)),
      ]);
    expect(names(ours)).toEqual(names(theirs));
  });

  it('gives records one by one as well, the same that make the graph', async () => {
    const description = await loadGraphDescription(bytesOf(graph));
    expect(description).toEqual(readDescribeGraph(graph));
    const built = NetworkGraph.fromDescription(description);
    expect(built.rejected).toEqual(plain.rejected);
    expect(built.graph.snapshot().columns).toEqual(plain.graph.snapshot().columns);
  });

  it('is one clear error when something in it is damaged, and says where', async () => {
    const bytes = bytesOf(graph);
    bytes[bytes.length >> 1] = 0;
    await expect(loadDescribeGraph(bytes)).rejects.toThrow(
      /no JSON \(in the list "edges".*lncli describegraph/,
    );
    await expect(loadDescribeGraph(bytesOf(graph).subarray(0, 200_000))).rejects.toThrow(
      GraphFormatError,
    );
  });

  it('that cannot be read to its end fails for the reason that the source gave', async () => {
    for (const whole of [bytesOf(graph), new Uint8Array(gzipSync(bytesOf(graph)))]) {
      async function* broken(): AsyncIterable<Uint8Array> {
        yield whole.subarray(0, 5000);
        throw new Error('the disk is gone');
      }
      await expect(loadDescribeGraph(broken())).rejects.toThrow(/^the disk is gone$/);
    }
  });

  it.each([
    ['plain', (bytes: Uint8Array) => bytes],
    ['gzip', (bytes: Uint8Array) => gzipSync(bytes)],
  ])('is not read on once it is known to be no graph: %s', async (_form, pack) => {
    const bytes = bytesOf(file(...Array.from({ length: 8 }, () => edges).flat()));
    bytes[20_000] = 0;
    const packed = pack(bytes);
    let [read, closed] = [0, false];
    async function* pieces(): AsyncIterable<Uint8Array> {
      try {
        for (; read < packed.length; read += 100) yield packed.subarray(read, read + 100);
      } finally {
        closed = true;
      }
    }
    await expect(loadDescribeGraph(pieces())).rejects.toThrow(/no JSON/);
    // The rest of a gzip stream is called off in its own time.
    await vi.waitFor(() => expect(closed).toBe(true));
    expect(read).toBeLessThan(0.5 * packed.length);
  });
});

describe('real files', () => {
  const mainnet = mainnetFile();
  it.skipIf(mainnet === undefined)(
    'the whole network of 2026-02-03 loads to the last record',
    async () => {
      const { graph, rejected } = await loadDescribeGraph(createReadStream(mainnet!));
      expect(rejected).toEqual([]);
      expect([graph.nodeCount, graph.channelCount, graph.policyCount]).toEqual([
        17_324, 50_808, 65_809,
      ]);
    },
  );

  const reduced = reducedFile();
  it.skipIf(reduced === undefined)('the sub-graph with real ids loads exactly', async () => {
    const { graph, rejected } = await loadDescribeGraph(readFileSync(reduced!));
    const snapshot = graph.snapshot();
    expect(rejected).toEqual([]);
    expect([graph.nodeCount, graph.channelCount, graph.policyCount]).toEqual([99, 533, 1066]);
    const disabled = snapshot.columns.flags.filter((flags) => flags === (HAS_POLICY | 2)).length;
    expect(disabled).toBe(37);
    const larger = Array.from({ length: 533 }, (_, slot) => slot).filter(
      (slot) => snapshot.nodeId(snapshot.from(2 * slot)) > snapshot.nodeId(snapshot.to(2 * slot)),
    );
    expect(larger).toHaveLength(312);
  });
});

describe('a file that was made to fill the memory', () => {
  it.each([
    ['room', ' '],
    ['records', '{},'],
    ['depth', '['],
  ])('is refused while it is unpacked: %s', async (_what, filler) => {
    const text = `{"nodes":[${filler.repeat(3_000_000)}`;
    const packed = new Uint8Array(gzipSync(text, { level: 9 }));
    await expect(loadDescribeGraph(packed)).rejects.toThrow(
      /unpacks to more than 100 times|more than 100000 of its records/,
    );
  });

  it('is refused when it is malformed all over', async () => {
    const text = `{"nodes":[{}${',{}'.repeat(100_000)}],"edges":[]}`;
    expect(() => parseDescribeGraph(text)).toThrow(/more than 100000 of its records are malformed/);
    const bytes = new TextEncoder().encode(text);
    await expect(loadDescribeGraph(bytes)).rejects.toThrow(GraphFormatError);
  });

  it('is rejected record by record where an id is an object of any kind', () => {
    const edges = [{ channel_id: { toString: 1 }, node1_policy: 5 }];
    expect(parseDescribeGraph({ nodes: [], edges }).rejected).toEqual([
      { kind: 'channel', id: '(none)', reason: 'node1_policy is neither an object nor null' },
    ]);
  });
});
