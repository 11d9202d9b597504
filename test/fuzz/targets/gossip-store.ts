/** lightningd's gossip_store: what strangers announced, in a file that another program writes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StoreGraph } from '../../../src/node/cln/gossip-store/store-graph.ts';
import {
  StoreRecords,
  StoreVersionError,
} from '../../../src/node/cln/gossip-store/store-records.ts';
import type { GraphDescription } from '../../../src/ports.ts';
import {
  amount,
  COMPLETED,
  DELETED,
  deleteChannel,
  dyingChannel,
  ended,
  privateChannel,
  privateUpdate,
  record,
  store,
  uuid,
} from '../../node/cln/gossip-store/store-writer.ts';
import {
  channelAnnouncement,
  channelUpdate,
  inboundFeeTlv,
  nodeAnnouncement,
} from '../../node/cln/wire-messages.ts';
import { cut, NODES } from '../input/like-example.ts';
import { assertSoundDescription } from '../sound-graph.ts';
import type { FuzzTarget } from '../target.ts';

const scid = fc.constantFrom(101n, 102n, 103n);
const announcement = fc
  .tuple(scid, fc.constantFrom([0, 1], [0, 2], [1, 3], [3, 1]))
  .map(([id, [one, two]]) =>
    channelAnnouncement({ scid: id, node1: NODES[one!]!, node2: NODES[two!]! }),
  );
const update = fc
  .record({
    scid,
    direction: fc.constantFrom(0 as const, 1 as const),
    maxMsat: fc.constantFrom(0n, 500_000_000n, 2n ** 64n - 1n, null),
    minMsat: fc.constantFrom(0n, 1n, 2n ** 60n),
    extra: fc.constantFrom('', inboundFeeTlv(-1, 5), '00'),
  })
  .map(channelUpdate);
const messages = fc.oneof(
  fc
    .tuple(announcement, fc.constantFrom(0n, 1_000_000n, 2n ** 64n - 1n))
    .map(([one, sat]) => [one, amount(sat)]),
  update.map((one) => [one]),
  fc
    .tuple(fc.constantFrom(...NODES), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([node, alias]) => [nodeAnnouncement({ node, alias })]),
  scid.map((id) => [deleteChannel(id)]),
  scid.map((id) => [dyingChannel(id)]),
  fc.tuple(fc.nat(10_000_000), announcement).map(([sat, one]) => [privateChannel(sat, one)]),
  update.map((one) => [privateUpdate(one)]),
  fc.constantFrom([uuid()], [ended()]),
);
const flags = fc.constantFrom(COMPLETED, COMPLETED, COMPLETED, COMPLETED | DELETED, 0);

const file = fc
  .tuple(fc.array(fc.tuple(messages, flags), { maxLength: 12 }), fc.constantFrom(9, 12, 15, 16))
  .map(([groups, version]) =>
    store(
      groups.flatMap(([group, set]) => group.map((message) => record(message, { flags: set }))),
      version,
    ),
  );

function graphIn(pieces: readonly Uint8Array[]): { graph: GraphDescription; damaged: number } {
  const records = new StoreRecords();
  const graph = new StoreGraph();
  for (const piece of pieces) {
    records.push(piece);
    for (const one of records.read()) {
      graph.apply(one);
      if (graph.ended) break;
    }
    if (graph.ended) break;
  }
  return { graph: graph.describe(), damaged: records.damaged };
}

export const target: FuzzTarget = {
  name: 'gossip-store',
  about: 'gossip of strangers, in a file that lightningd writes',
  shape: 'bytes',
  valid: file,
  refusals: [StoreVersionError],
  acceptedShare: [0.2, 0.9],
  seededCases: 1_500,
  run: (input) => {
    const { graph } = graphIn([input]);
    assertSoundDescription(graph);
    const pieces = cut(input);
    // A first piece of nothing is a file that is not begun.
    const again = graphIn(pieces.length === 0 ? [input] : pieces);
    assert.deepEqual(again.graph, graph, 'read in pieces it is another graph');
    return graph.channels.length + graph.nodes.length > 0 ? 'accepted' : 'refused';
  },
};
