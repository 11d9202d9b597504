import { describe, expect, it } from 'vitest';
import type { GraphProgress, LdkServerNode } from '../../../src/node/ldk-server/index.ts';
import type { ChannelRecord } from '../../../src/ports.ts';
import { generateNetwork, type ServedLdkServer, SimulatedNetwork } from '../../../src/sim/index.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { connectedTo, ldkRing, nodeError, servedAs } from './served-ldk.ts';

const everything = { maxNodes: 1_000, maxChannels: 10_000, maxHops: 50 };

const sorted = (channels: readonly ChannelRecord[]): ChannelRecord[] =>
  [...channels].sort((a, b) => (BigInt(a.channelId) < BigInt(b.channelId) ? -1 : 1));

/** What LDK Server would tell of a channel: neither funding outputs nor inbound fees. */
const asLdkTells = (channel: ChannelRecord): ChannelRecord => {
  const policy = (p: ChannelRecord['policy1']): ChannelRecord['policy1'] =>
    p === null ? null : { ...p, inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };
  return {
    ...channel,
    channelPoint: '',
    policy1: policy(channel.policy1),
    policy2: policy(channel.policy2),
  };
};

const network = generateNetwork({ nodes: 60, seed: 'loaded by LDK Server' });
const self = network.nodeIds()[0]!;

const connected = async (
  graph: Partial<typeof everything>,
  more: Parameters<typeof connectedTo>[1] = {},
): Promise<{ node: LdkServerNode; server: ServedLdkServer }> => {
  const server = await servedAs(network, self);
  return { server, node: await connectedTo(server, { graph, ...more }) };
};

const graphCalls = ({ calls }: ServedLdkServer): number =>
  calls.filter((path) => path.includes('/Graph')).length;

describe('the graph', () => {
  it('is the network`s, where no limit holds', async () => {
    const { node } = await connected(everything);
    const graph = await node.describeGraph();
    const truth = network.description();
    expect(sorted(graph.channels)).toEqual(sorted(truth.channels).map(asLdkTells));
    expect(graph.rejected).toEqual([]);
    const joined = new Set(truth.channels.flatMap(({ node1, node2 }) => [node1, node2]));
    expect(new Set(graph.nodes.map(({ nodeId }) => nodeId))).toEqual(joined);
    const aliases = new Map(truth.nodes.map(({ nodeId, alias }) => [nodeId, alias]));
    for (const { nodeId, alias } of graph.nodes) expect(alias).toBe(aliases.get(nodeId));
  });

  it('is asked for once while it is fresh', async () => {
    const { node, server } = await connected(everything);
    const first = await node.describeGraph();
    const calls = graphCalls(server);
    expect(calls).toBeGreaterThan(first.channels.length);
    expect(sorted((await node.describeGraph()).channels)).toEqual(sorted(first.channels));
    // Our own node is asked anew, for splices change its channels.
    expect(graphCalls(server)).toBe(calls + 1);
  });

  it('is asked for again when it has grown old', async () => {
    const { node, server } = await connected(everything, { graphMaxAgeMs: 0 });
    await node.describeGraph();
    const calls = graphCalls(server);
    await node.describeGraph();
    expect(graphCalls(server)).toBeGreaterThan(1.8 * calls);
  });

  it('stays within its limits, with our own channels and those that close circles first', async () => {
    const us = network.nodeIds()[40]!;
    const ours = network.node(us).listChannels();
    const close = new Set([us, ...ours.map(({ peer }) => peer)]);
    const closing = network
      .description()
      .channels.filter(({ node1, node2 }) => close.has(node1) && close.has(node2));
    expect([ours.length, close.size, closing.length]).toEqual([16, 14, 27]);
    const server = await servedAs(network, us);
    const load = async (graph: Partial<typeof everything>) => {
      const { channels } = await (await connectedTo(server, { graph })).describeGraph();
      return new Set(channels.map(({ channelId }) => channelId));
    };
    const circles = await load({ maxNodes: 14, maxChannels: 30 });
    expect(circles.size).toBe(30);
    expect(closing.filter(({ channelId }) => !circles.has(channelId))).toEqual([]);
    const few = await load({ maxNodes: 3, maxChannels: 16 });
    expect(few).toEqual(new Set(ours.map(({ channelId }) => channelId)));
  });

  it('grows ring by ring, and tells so', async () => {
    const told: GraphProgress[] = [];
    const onGraphProgress = (progress: GraphProgress) => told.push(progress);
    const { node } = await connected({ maxHops: 0 }, { onGraphProgress });
    const near = await node.describeGraph();
    const reach = new Set([
      self,
      ...network
        .node(self)
        .listChannels()
        .map(({ peer }) => peer),
    ]);
    const { channels } = network.description();
    expect(sorted(near.channels)).toEqual(
      sorted(channels.filter(({ node1, node2 }) => reach.has(node1) || reach.has(node2))).map(
        asLdkTells,
      ),
    );
    expect(told.at(-1)).toEqual({
      hops: 0,
      nodes: reach.size,
      channels: near.channels.length,
      done: true,
    });
    expect(told.slice(0, -1).every(({ done }) => !done)).toBe(true);
  });

  it('survives a server that refuses calls for a while', async () => {
    const { node, server } = await connected({ maxHops: 0 }, { parallelCalls: 2 });
    const near = (await node.describeGraph()).channels.length;
    const again = await connectedTo(server, { graph: { maxHops: 0 }, parallelCalls: 2 });
    await again.channels();
    const calls = graphCalls(server);
    server.refuseAfter(1, 3);
    expect((await again.describeGraph()).channels).toHaveLength(near);
    expect(graphCalls(server)).toBeGreaterThan(calls + 3);
  });

  it('is not asked for over and over of a server that refuses for good', async () => {
    const { node, server } = await connected({ maxHops: 0 }, { parallelCalls: 1 });
    server.refuseAfter(1, 1_000);
    expect(await nodeError(node.describeGraph())).toMatchObject({ code: 'unreachable' });
    server.refuseAfter(0, 0);
    expect((await node.describeGraph()).channels.length).toBeGreaterThan(10);
  });

  it('takes what its ends let pass for the capacity where none is told', async () => {
    const { node, ring } = await ldkRing({ serve: { tellsCapacity: false } });
    const graph = await node.describeGraph();
    expect(graph.channels.map(({ capacitySat }) => capacitySat)).toEqual([
      9_000_000n,
      9_000_000n,
      9_000_000n,
    ]);
    expect(graph.channels.map(({ channelId }) => channelId).sort()).toEqual(
      [ring.channelSA, ring.channelAB, ring.channelBS].sort(),
    );
  });

  it('leaves out, with a reason, a channel of which nothing says how large it is', async () => {
    const bare = new SimulatedNetwork({ seed: 'no policies' });
    const [us, them] = [bare.addNode(), bare.addNode()];
    bare.openChannel({
      channelId: parseChannelId('800000x1x0'),
      node1: us,
      node2: them,
      capacitySat: 1_000_000n,
      policy1: null,
      policy2: null,
    });
    const node = await connectedTo(await servedAs(bare, us, { tellsCapacity: false }));
    const graph = await node.describeGraph();
    expect(graph.channels).toEqual([]);
    expect(graph.rejected).toMatchObject([{ kind: 'channel', reason: expect.any(String) }]);
  });

  it('is empty for a node that the graph does not know', async () => {
    const lonely = new SimulatedNetwork({ seed: 'lonely' });
    const us = lonely.addNode();
    const node = await connectedTo(await servedAs(lonely, us));
    expect(await node.describeGraph()).toEqual({ nodes: [], channels: [], rejected: [] });
  });
});
