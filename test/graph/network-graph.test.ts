import { bidirectional } from 'graphology-shortest-path/unweighted.js';
import { describe, expect, it } from 'vitest';
import { nodeStatistics } from '../../src/graph/node-statistics.ts';
import { graphStatistics } from '../../src/graph/statistics.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { channelOf, graphOf, nodeIdOf, policyOf } from './make-graph.ts';

const triangle = () =>
  graphOf([
    { id: 1, ends: ['a', 'b'], policy1: { feeRatePpm: 10 }, policy2: null },
    { id: 2, ends: ['b', 'c'], policy1: { feeRatePpm: 20, inboundFeeRatePpm: -5 } },
    { id: 3, ends: ['c', 'a'], policy2: { disabled: true } },
  ]);
const id = (value: number): ChannelId => String(value) as ChannelId;

describe('updates', () => {
  it('make a new version and leave old snapshots as they were', () => {
    const graph = triangle();
    const before = graph.snapshot();
    expect(graph.snapshot()).toBe(before);
    const update = { channelId: id(1), from: nodeIdOf('b'), policy: policyOf({ feeRatePpm: 77 }) };
    expect(graph.applyChannelUpdate(update)).toEqual({
      kind: 'applied',
      version: before.version + 1,
    });
    expect(before.policy(1)).toBeNull();
    expect(graph.snapshot().policy(1)?.feeRatePpm).toBe(77);
    expect(graph.snapshot().version).toBeGreaterThan(before.version);
    expect(graph.policyCount).toBe(6);
  });

  it('are refused when older, unknown, from a stranger or malformed', () => {
    const graph = triangle();
    const [from, channelId] = [nodeIdOf('a'), id(1)];
    graph.applyChannelUpdate({ channelId, from, policy: policyOf({ lastUpdate: 100 }) });
    const apply = (fields: object) =>
      graph.applyChannelUpdate({
        channelId,
        from,
        policy: policyOf({ lastUpdate: 200 }),
        ...fields,
      });
    expect(apply({ policy: policyOf({ lastUpdate: 99 }) })).toEqual({ kind: 'stale' });
    expect(apply({ channelId: id(9) })).toEqual({ kind: 'unknown_channel' });
    expect(apply({ from: nodeIdOf('c') })).toMatchObject({ kind: 'rejected' });
    expect(apply({ policy: policyOf({ feeRatePpm: -1 }) })).toMatchObject({
      kind: 'rejected',
      reason: expect.stringMatching(/negative/),
    });
    expect(apply({ policy: policyOf({ minHtlcMsat: 5n, maxHtlcMsat: 4n }) }).kind).toBe('rejected');
    // Undated news, as lnd's topology stream brings, always counts.
    expect(apply({ policy: policyOf({ lastUpdate: 0, feeRatePpm: 3 }) }).kind).toBe('applied');
  });

  it('of names leave old snapshots as they were', () => {
    const graph = triangle();
    const before = graph.snapshot();
    const nodeId = nodeIdOf('a');
    const index = before.nodeIndex(nodeId)!;
    const alias = before.node(index).alias;
    graph.addNode({ nodeId, alias: 'another name', lastUpdate: 7 });
    const named = graph.snapshot();
    graph.addNode({ nodeId, alias: 'a third', lastUpdate: 8 });
    expect([before, named, graph.snapshot()].map((s) => s.node(index).alias)).toEqual([
      alias,
      'another name',
      'a third',
    ]);

    graph.removeChannel(id(2));
    const point = `${'ab'.repeat(32)}:1`;
    graph.addChannel({ ...channelOf({ id: 2, ends: ['b', 'c'] }), channelPoint: point });
    const slot = before.channelSlot(id(2))!;
    expect(before.channelPoint(slot)).not.toBe(point);
    expect(graph.snapshot().channelPoint(slot)).toBe(point);
  });

  it('take closed channels out, and let them come back between the same ends only', () => {
    const graph = triangle();
    const before = graph.snapshot();
    expect(graph.removeChannel(id(2))).toBe(true);
    expect(graph.removeChannel(id(2))).toBe(false);
    const after = graph.snapshot();
    expect([graph.channelCount, after.channelCount, before.channelCount]).toEqual([2, 2, 3]);
    expect(after.channelSlot(id(2))).toBeUndefined();
    expect(before.channelSlot(id(2))).toBe(1);
    expect(before.adjacency.outgoing).toHaveLength(6);
    expect(after.adjacency.outgoing).toHaveLength(4);
    expect(graph.addChannel(channelOf({ id: 2, ends: ['a', 'c'] })).kind).toBe('rejected');
    expect(graph.addChannel(channelOf({ id: 2, ends: ['b', 'c'] })).kind).toBe('added');
    expect(graph.snapshot().channelSlot(id(2))).toBe(1);
  });

  it('add channels with new nodes beyond the first room for columns', () => {
    const graph = triangle();
    const old = graph.snapshot();
    for (let i = 0; i < 3000; i++) {
      expect(graph.addChannel(channelOf({ id: 100 + i, ends: [i, i + 1] })).kind).toBe('added');
    }
    expect(graph.channelCount).toBe(3003);
    expect(graph.snapshot().policy(2 * 3002)).not.toBeNull();
    expect(old.nodeIndex(nodeIdOf(5))).toBeUndefined();
    expect(() => old.channelId(3)).toThrow(/no channel has slot 3/);
  });
});

describe('a snapshot with newer policies', () => {
  it('is a copy in which only those differ', () => {
    const snapshot = triangle().snapshot();
    expect(snapshot.withPolicies([])).toBe(snapshot);
    const policies = [
      { channelId: id(1), from: nodeIdOf('a'), policy: policyOf({ feeRatePpm: 5 }) },
      { channelId: id(99), from: nodeIdOf('a'), policy: policyOf() },
    ];
    const patched = snapshot.withPolicies(policies);
    expect(patched.policy(0)?.feeRatePpm).toBe(5);
    expect(snapshot.policy(0)?.feeRatePpm).toBe(10);
    expect(patched.policy(2)).toEqual(snapshot.policy(2));
  });
});

describe('the graphology view', () => {
  it('has an edge per policy, keyed by channel and direction', () => {
    const graph = triangle();
    const view = graph.graphology;
    expect([view.order, view.size]).toEqual([3, 5]);
    expect(view.getEdgeAttributes('2/0')).toMatchObject({ feeRatePpm: 20, channelId: '2' });
    expect(view.hasEdge('1/1')).toBe(false);
    expect(bidirectional(view, nodeIdOf('b'), nodeIdOf('a'))).toEqual(
      ['b', 'c', 'a'].map(nodeIdOf),
    );
    expect(graph.graphology).toBe(view);
  });

  it('refuses changes, and its copy does not', () => {
    const view = triangle().graphology;
    expect(() => view.addNode('x')).toThrow(/read-only view/);
    expect(() => view.dropEdge('2/0')).toThrow(/read-only view/);
    expect(() => view.setEdgeAttribute('2/0', 'feeRatePpm', 1)).toThrow(/read-only view/);
    const copy = view.copy();
    copy.dropEdge('2/0');
    expect([copy.size, view.size]).toEqual([4, 5]);
  });

  it('follows the version', () => {
    const graph = triangle();
    const view = graph.graphology;
    graph.removeChannel(id(2));
    expect(graph.graphology.size).toBe(3);
    expect(view.size).toBe(5);
  });
});

describe('statistics', () => {
  it('count what is there', () => {
    const graph = triangle();
    graph.addNode({ nodeId: nodeIdOf('lonely'), alias: 'lonely', lastUpdate: 0 });
    expect(graphStatistics(graph)).toMatchObject({
      nodes: 4,
      channels: 3,
      directedPolicies: 5,
      disabledPolicies: 1,
      inboundFeePolicies: 1,
      capacitySat: 300_000_000n,
      components: 2,
      largestComponentNodes: 3,
      degree: { min: 2, median: 2, max: 2 },
      feeRatePpm: { min: 0, max: 20 },
    });
  });

  it('of an empty graph are zeros', () => {
    expect(graphStatistics(graphOf([]))).toMatchObject({ nodes: 0, degree: { min: 0, max: 0 } });
  });
});

describe('statistics of a node', () => {
  it('count its channels and how far it reaches', () => {
    const graph = triangle();
    expect(nodeStatistics(graph, nodeIdOf('b'))).toMatchObject({
      channels: 2,
      peers: 2,
      capacitySat: 200_000_000n,
      feeRatePpmOut: { max: 20 },
      feeRatePpmIn: { max: 10 },
      // To c directly; to a only through c, for b announced nothing on the channel between them.
      reach: [1, 1],
    });
    expect(nodeStatistics(graph, nodeIdOf('z'))).toBeUndefined();
  });
});
