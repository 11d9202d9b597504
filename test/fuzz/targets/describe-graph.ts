/** `lncli describegraph` JSON: at once, and streamed in pieces, plain or packed, which must come to the same. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { loadDescribeGraph } from '../../../src/graph/load-describe-graph.ts';
import type { ParsedGraph } from '../../../src/graph/parse-describe-graph.ts';
import { GraphFormatError, parseDescribeGraph } from '../../../src/graph/parse-describe-graph.ts';
import { cut, jsonInput, like, NODES, textOf } from '../input/like-example.ts';
import { assertSoundGraph } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const policy = {
  time_lock_delta: 40,
  min_htlc: '1000',
  fee_base_msat: '1000',
  fee_rate_milli_msat: '100',
  disabled: false,
  max_htlc_msat: '990000000',
  last_update: 1_700_000_000,
  inbound_fee_base_msat: 0,
  inbound_fee_rate_milli_msat: -10,
};
const edge = {
  channel_id: '769658139444412417',
  chan_point: `${'ab'.repeat(32)}:0`,
  last_update: 1_700_000_000,
  node1_pub: NODES[0],
  node2_pub: NODES[2],
  capacity: '1000000',
  node1_policy: policy,
  node2_policy: null,
};
const node = { last_update: 1_700_000_000, pub_key: NODES[1], alias: 'a node', color: '#3399ff' };

const sameGraph = (one: ParsedGraph, other: ParsedGraph): void => {
  assert.deepEqual(other.rejected, one.rejected);
  assert.equal(other.graph.nodeCount, one.graph.nodeCount);
  assert.equal(other.graph.channelCount, one.graph.channelCount);
  assert.equal(other.graph.policyCount, one.graph.policyCount);
};

const tried = async <T>(work: () => T | Promise<T>): Promise<T | GraphFormatError> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GraphFormatError) return error;
    throw error;
  }
};

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield* cut(bytes);
}

export const target: FuzzTarget = {
  name: 'describe-graph',
  about: 'a graph file that somebody was given',
  shape: 'json',
  valid: fc
    .record({
      nodes: fc.array(like(node), { maxLength: 4 }),
      edges: fc.array(like(edge), { maxLength: 6 }),
    })
    .map(jsonInput),
  refusals: [GraphFormatError],
  acceptedShare: [0.3, 0.95],
  seededCases: 600,
  run: async (input) => {
    const whole = await tried(() => parseDescribeGraph(textOf(input)));
    const pieces = await tried(() => loadDescribeGraph(inPieces(input)));
    const packed = await tried(() => loadDescribeGraph(new Uint8Array(gzipSync(input))));
    assert.equal(pieces instanceof Error, packed instanceof Error);
    if (whole instanceof Error || pieces instanceof Error || packed instanceof Error) {
      // A list that is there twice is refused while it is read; at once, JSON's last one counts.
      const isTwice = pieces instanceof Error && /has the list "\w+" twice/.test(pieces.message);
      assert.ok(isTwice || whole instanceof Error, 'in pieces it is another file');
      return 'refused';
    }
    sameGraph(pieces, packed);
    sameGraph(whole, pieces);
    assertSoundGraph(whole.graph);
    return whole.graph.channelCount + whole.graph.nodeCount > 0 ? 'accepted' : 'refused';
  },
};
