/** DescribeGraph at mainnet's size, where there is a real graph file. */
import { readFileSync } from 'node:fs';
import { authenticatedLndGrpc, getNetworkGraph } from 'lightning';
import { describe, expect, test } from 'vitest';
import type { ChannelEdge, RoutingPolicy } from '../../../src/generated/services/graph.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { loadGraphDescription } from '../../../src/graph/load-describe-graph.ts';
import type { ChannelPolicy, ChannelRecord, GraphDescription } from '../../../src/ports.ts';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { SimulatedNetwork } from '../../../src/sim/network.ts';
import { mainnetFile } from '../../shared-files.ts';
import { RpcClient } from './rpc-client.ts';

const file = mainnetFile();

const policyFields = (policy: ChannelPolicy | null): string =>
  policy === null
    ? '-'
    : [
        policy.feeBaseMsat,
        policy.feeRatePpm,
        policy.inboundFeeBaseMsat,
        policy.inboundFeeRatePpm,
        policy.timeLockDelta,
        policy.minHtlcMsat,
        policy.maxHtlcMsat ?? 0n,
        policy.disabled,
        policy.lastUpdate,
      ].join();

const messageFields = (policy: RoutingPolicy | undefined): string =>
  policy === undefined
    ? '-'
    : [
        policy.feeBaseMsat,
        policy.feeRateMilliMsat,
        policy.inboundFeeBaseMsat,
        policy.inboundFeeRateMilliMsat,
        policy.timeLockDelta,
        policy.minHtlc,
        policy.maxHtlcMsat,
        policy.disabled,
        policy.lastUpdate,
      ].join();

/** A channel with its ends in the order of their keys, whichever order the file has. */
function recordLine(channel: ChannelRecord): string {
  const ends = [
    `${channel.node1} ${policyFields(channel.policy1)}`,
    `${channel.node2} ${policyFields(channel.policy2)}`,
  ].sort();
  return [channel.channelId, channel.channelPoint, channel.capacitySat, ...ends].join(' ');
}

function edgeLine(edge: ChannelEdge): string {
  const ends = [
    `${edge.node1Pub} ${messageFields(edge.node1Policy)}`,
    `${edge.node2Pub} ${messageFields(edge.node2Policy)}`,
  ].sort();
  return [edge.channelId, edge.chanPoint, edge.capacity, ...ends].join(' ');
}

function busiestNode(description: GraphDescription): ChannelRecord['node1'] {
  const degree = new Map<ChannelRecord['node1'], number>();
  for (const { node1, node2 } of description.channels) {
    for (const end of [node1, node2]) degree.set(end, (degree.get(end) ?? 0) + 1);
  }
  return [...degree].sort(([, x], [, y]) => y - x)[0]![0];
}

describe.skipIf(file === undefined)('the real network, served', () => {
  test('arrives record by record over gRPC, with both clients', async () => {
    const description = await loadGraphDescription(readFileSync(file!));
    const network = SimulatedNetwork.fromDescription(description, { seed: 'mainnet' });
    const served = await serveLnd(network, busiestNode(description));
    const rpc = new RpcClient(served);
    const request = { includeUnannounced: false, includeAuthProof: false };
    const graph = await rpc.ask(LightningService.describeGraph, request);
    expect(graph.nodes).toHaveLength(description.nodes.length);
    expect(graph.edges.map(edgeLine).sort()).toEqual(description.channels.map(recordLine).sort());
    expect(graph.nodes.map(({ pubKey, lastUpdate }) => `${pubKey} ${lastUpdate}`).sort()).toEqual(
      description.nodes.map(({ nodeId, lastUpdate }) => `${nodeId} ${lastUpdate}`).sort(),
    );

    const { lnd } = authenticatedLndGrpc({
      cert: Buffer.from(served.tlsCertPem).toString('base64'),
      macaroon: served.macaroonHex,
      socket: served.address.replace('127.0.0.1', 'localhost'),
    });
    const { channels } = await getNetworkGraph({ lnd });
    expect(channels).toHaveLength(description.channels.length);
    rpc.close();
    await served.close();
  });
});
