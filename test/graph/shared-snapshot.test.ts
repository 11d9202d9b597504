import { describe, expect, it } from 'vitest';
import { openSharedSnapshot, shareSnapshot } from '../../src/graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { graphOf, nodeIdOf } from './make-graph.ts';

/** All that a search can ask of a snapshot. */
function contents(snapshot: GraphSnapshot) {
  const slots = Array.from({ length: snapshot.channelSlots }, (_, slot) => slot);
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => node);
  const { offsets, outgoing } = snapshot.adjacency;
  return {
    version: snapshot.version,
    channelCount: snapshot.channelCount,
    nodes: nodes.map((node) => [snapshot.nodeId(node), snapshot.nodeIndex(snapshot.nodeId(node))]),
    channels: slots.map((slot) => ({
      id: snapshot.channelId(slot),
      slot: snapshot.channelSlot(snapshot.channelId(slot)),
      ends: [snapshot.from(2 * slot), snapshot.to(2 * slot)],
      capacitySat: snapshot.columns.capacitySat[slot],
      policies: [snapshot.policy(2 * slot), snapshot.policy(2 * slot + 1)],
    })),
    adjacency: nodes.map((node) => [...outgoing.subarray(offsets[node], offsets[node + 1])]),
  };
}

describe('a snapshot in shared memory', () => {
  it('holds what the original holds', () => {
    const graph = graphOf([
      { id: 1, ends: ['a', 'b'], policy1: { feeRatePpm: 10, maxHtlcMsat: null }, policy2: null },
      { id: 2, ends: ['b', 'c'], policy1: { inboundFeeBaseMsat: -7n, inboundFeeRatePpm: -5 } },
      { id: 3, ends: ['c', 'a'], policy2: { disabled: true, timeLockDelta: 144 } },
      { id: 4, ends: ['a', 'c'] },
    ]);
    graph.removeChannel('2' as ChannelId);
    graph.addNode({ nodeId: nodeIdOf('lonely'), alias: 'lonely', lastUpdate: 3 });
    const snapshot = graph.snapshot();
    // Structured cloning, as posting to a thread does, keeps the memory shared.
    const posted = structuredClone(shareSnapshot(snapshot));
    const opened = openSharedSnapshot(posted);
    expect(contents(opened)).toEqual(contents(snapshot));
    expect(opened.columns.flags.buffer).toBe(posted.buffer);
  });

  it('does not change with the graph', () => {
    const graph = graphOf([{ id: 1, ends: ['a', 'b'], policy1: { feeRatePpm: 10 } }]);
    const opened = openSharedSnapshot(shareSnapshot(graph.snapshot()));
    graph.removeChannel('1' as ChannelId);
    expect(opened.policy(0)?.feeRatePpm).toBe(10);
  });
});
