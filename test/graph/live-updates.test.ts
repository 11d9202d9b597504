import { describe, expect, it } from 'vitest';
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { RouteResult } from '../../src/pathfinder/request.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { GraphModel } from './graph-model.ts';
import { channelOf, graphOf, nodeIdOf, policyOf } from './make-graph.ts';
import { type News, type NewsTerms, randomNews } from './random-news.ts';

const id = (value: number): ChannelId => String(value) as ChannelId;

/** Tells graph and model, and demands the same answer of both. */
function tell(graph: NetworkGraph, model: GraphModel, news: News): string {
  const before = graph.version;
  const [theirs, ours] = answers(graph, model, news);
  expect(
    theirs,
    JSON.stringify(news, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
  ).toBe(ours);
  const changed = ['added', 'applied', 'true', 'node'].includes(ours);
  expect(graph.version).toBe(before + (changed ? 1 : 0));
  return `${news.kind}: ${ours}`;
}

function answers(graph: NetworkGraph, model: GraphModel, news: News): [string, string] {
  switch (news.kind) {
    case 'node':
      graph.addNode({ nodeId: news.nodeId, alias: '', lastUpdate: 0 });
      model.addNode(news.nodeId);
      return ['node', 'node'];
    case 'open':
      return [graph.addChannel(news.record).kind, model.addChannel(news.record)];
    case 'update':
      return [graph.applyChannelUpdate(news.update).kind, model.applyChannelUpdate(news.update)];
    case 'close': {
      const { channelId } = news;
      return [String(graph.removeChannel(channelId)), String(model.removeChannel(channelId))];
    }
  }
}

/** Everything that a snapshot says of nodes and channels is what the model says. */
function expectSameGraph(snapshot: GraphSnapshot, model: GraphModel): void {
  expect(snapshot.channelCount).toBe(model.open.size);
  const nodes = Array.from({ length: snapshot.nodeCount }, (_, node) => snapshot.nodeId(node));
  expect(new Set(nodes)).toEqual(model.nodes);
  expect(nodes).toHaveLength(model.nodes.size);
  expect(nodes.map((nodeId) => snapshot.nodeIndex(nodeId))).toEqual([...nodes.keys()]);

  for (const channel of model.open.values()) {
    const slot = snapshot.channelSlot(channel.channelId);
    if (slot === undefined) throw new Error(`channel ${channel.channelId} is missing`);
    const ends = [snapshot.from(2 * slot), snapshot.to(2 * slot)].map((n) => snapshot.nodeId(n));
    expect(ends).toEqual([channel.node1, channel.node2]);
    expect(BigInt(snapshot.columns.capacitySat[slot]!)).toBe(channel.capacitySat);
    expect(snapshot.policy(2 * slot)).toEqual(channel.policy1);
    expect(snapshot.policy(2 * slot + 1)).toEqual(channel.policy2);
    expect(snapshot.directionFrom(channel.channelId, channel.node1)).toBe(2 * slot);
    expect(snapshot.directionFrom(channel.channelId, channel.node2)).toBe(2 * slot + 1);
  }
  expectSameAdjacency(snapshot, model);
}

/** Each open channel's two directions stand exactly once, each at the node where it starts. */
function expectSameAdjacency(snapshot: GraphSnapshot, model: GraphModel): void {
  const { offsets, outgoing } = snapshot.adjacency;
  const listed: string[] = [];
  for (let node = 0; node < snapshot.nodeCount; node++) {
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const direction = outgoing[i]!;
      const channelId = snapshot.channelId(direction >> 1);
      listed.push(`${snapshot.nodeId(node)} ${channelId}/${direction & 1}`);
    }
  }
  const wanted = [...model.open.values()].flatMap(({ channelId, node1, node2 }) => [
    `${node1} ${channelId}/0`,
    `${node2} ${channelId}/1`,
  ]);
  expect(listed.sort()).toEqual(wanted.sort());
}

function expectSameView(graph: NetworkGraph, model: GraphModel): void {
  const view = graph.graphology;
  const policies = model.policies();
  expect(new Set(view.nodes())).toEqual(model.nodes);
  expect(new Set(view.edges())).toEqual(new Set(policies.keys()));
  expect(graph.policyCount).toBe(policies.size);
  for (const [key, { policy, from, to, of }] of policies) {
    expect(view.extremities(key)).toEqual([from, to]);
    const { channelId, capacitySat } = of;
    expect(view.getEdgeAttributes(key)).toEqual({ ...policy, channelId, capacitySat });
  }
}

describe('thousands of random updates', () => {
  const ROUGH: NewsTerms = { nodes: 30, channels: 120, rough: true };

  it('leave the graph as a map of records would be, and old snapshots as they were', () => {
    const random = new SeededRandom(testSeed(31_001));
    const graph = new NetworkGraph();
    const model = new GraphModel();
    const kept: { snapshot: GraphSnapshot; model: GraphModel }[] = [];
    const seen = new Map<string, number>();
    for (let step = 1; step <= 8000; step++) {
      const outcome = tell(graph, model, randomNews(random, model, ROUGH));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      expect([graph.channelCount, graph.nodeCount]).toEqual([model.open.size, model.nodes.size]);
      if (step % 40 === 0) {
        expectSameGraph(graph.snapshot(), model);
        expectSameView(graph, model);
      }
      if (step % 800 === 0) kept.push({ snapshot: graph.snapshot(), model: model.copy() });
    }
    for (const old of kept) expectSameGraph(old.snapshot, old.model);
    expect(new Set(kept.map(({ snapshot }) => snapshot.version)).size).toBe(10);
    const outcomes = ['open: added', 'open: rejected', 'close: true', 'close: false', 'node: node'];
    const updates = ['applied', 'stale', 'unknown_channel', 'rejected'].map((k) => `update: ${k}`);
    expect([...seen.keys()].sort()).toEqual([...outcomes, ...updates].sort());
    for (const count of seen.values()) expect(count).toBeGreaterThan(50);
  });
});

describe('searches while updates arrive', () => {
  const amountMsat = 50_000n;
  const self = nodeIdOf(0);
  const search = (snapshot: GraphSnapshot): RouteResult =>
    findCircularRoute(snapshot, { self, amountMsat });

  it('on an old snapshot answer as before, whatever happened to their route', () => {
    const graph = graphOf([
      { id: 1, ends: [0, 1] },
      { id: 2, ends: [1, 2], policy1: { feeBaseMsat: 10n } },
      { id: 3, ends: [2, 0], policy1: { feeBaseMsat: 10n } },
      { id: 4, ends: [1, 3], policy1: { feeBaseMsat: 100n }, policy2: { feeBaseMsat: 900n } },
      { id: 5, ends: [3, 0], policy1: { feeBaseMsat: 100n } },
    ]);
    const fee = (snapshot: GraphSnapshot): bigint | undefined => {
      const result = findCircularRoute(snapshot, { self, amountMsat, outChannels: [id(1)] });
      return result.kind === 'route' ? result.quote.feeMsat : undefined;
    };
    const versions = [graph.snapshot()];
    const changes = [
      () => graph.removeChannel(id(2)),
      () =>
        graph.applyChannelUpdate({
          channelId: id(5),
          from: nodeIdOf(3),
          policy: policyOf({ feeBaseMsat: 300n }),
        }),
      () => graph.addChannel(channelOf({ id: 6, ends: [1, 9] })),
      () =>
        graph.addChannel(
          channelOf({ id: 7, ends: [9, 0], policy1: { ...policyOf(), feeBaseMsat: 5n } }),
        ),
      () => graph.removeChannel(id(1)),
    ];
    for (const change of changes) {
      change();
      versions.push(graph.snapshot());
    }
    const fees = [20n, 200n, 400n, 400n, 5n, undefined];
    expect(versions.map(fee)).toEqual(fees);
    expect(versions.toReversed().map(fee)).toEqual(fees.toReversed());
  });

  it('agree with a graph built from scratch, and old answers stand', () => {
    const random = new SeededRandom(testSeed(31_002));
    const terms: NewsTerms = { nodes: 12, channels: 40, rough: false };
    const graph = new NetworkGraph();
    const model = new GraphModel();
    const old: { snapshot: GraphSnapshot; result: RouteResult }[] = [];
    let [found, changedAnswers] = [0, 0];
    graph.addNode({ nodeId: self, alias: '', lastUpdate: 0 });
    model.addNode(self);
    for (let round = 0; round < 400; round++) {
      for (let i = 0; i < 10; i++) tell(graph, model, randomNews(random, model, terms));
      const snapshot = graph.snapshot();
      const result = search(snapshot);
      const { graph: fresh, rejected } = NetworkGraph.fromDescription(model.description());
      expect(rejected).toEqual([]);
      expect(essence(result)).toEqual(essence(search(fresh.snapshot())));
      if (old.length > 0) {
        if (costOf(old.at(-1)!.result) !== costOf(result)) changedAnswers++;
        const earlier = random.pick(old);
        expect(search(earlier.snapshot)).toEqual(earlier.result);
      }
      old.push({ snapshot, result });
      if (result.kind === 'route') found++;
    }
    for (const { snapshot, result } of old) expect(search(snapshot)).toEqual(result);
    expect(found).toBeGreaterThan(200);
    expect(changedAnswers).toBeGreaterThan(80);
  });
});

const costOf = (result: RouteResult): bigint | undefined =>
  result.kind === 'route' ? result.quote.feeMsat : undefined;

/** What two graphs that differ only in the order of their records must agree on. */
function essence(result: RouteResult): unknown {
  return result.kind === 'route'
    ? { costMsat: result.costMsat, proven: result.proven }
    : { reason: result.reason };
}
