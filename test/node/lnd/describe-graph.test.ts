import { describe, expect, it } from 'vitest';
import { ChannelGraph, type ChannelGraphRequest } from '../../../src/generated/services/graph.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { readDescribeGraph } from '../../../src/graph/parse-describe-graph.ts';
import type { GraphDescription } from '../../../src/ports.ts';
import { connectTo, testFake } from './connections.ts';

const A = `02${'aa'.repeat(32)}`;
const B = `03${'bb'.repeat(32)}`;

const POLICY = {
  timeLockDelta: 144,
  minHtlc: 1_000n,
  feeBaseMsat: 4_294_967_295n,
  feeRateMilliMsat: 2_500n,
  disabled: true,
  maxHtlcMsat: 990_000_000n,
  lastUpdate: 1_790_000_000,
  inboundFeeBaseMsat: -2_147_483_648,
  inboundFeeRateMilliMsat: -700,
};

const EDGE = {
  channelId: '18446744073709551615',
  chanPoint: `${'cd'.repeat(32)}:1`,
  node1Pub: A,
  node2Pub: B,
  capacity: 16_777_215n,
};

async function described(
  graph: Parameters<typeof ChannelGraph.fromPartial>[0],
): Promise<{ description: GraphDescription; request: ChannelGraphRequest }> {
  const fake = await testFake();
  fake.answer(LightningService.describeGraph, () => ChannelGraph.fromPartial(graph));
  const description = await (await connectTo(fake)).describeGraph();
  return { description, request: fake.calls.at(-1)?.request as ChannelGraphRequest };
}

describe('describeGraph', () => {
  it('asks for our private channels too', async () => {
    const { request } = await described({});
    expect(request).toMatchObject({ includeUnannounced: true, includeAuthProof: false });
  });

  it('reads nodes, channels, policies, inbound fees and ids beyond 2^53', async () => {
    const { description } = await described({
      nodes: [{ pubKey: A, alias: 'anna', lastUpdate: 1_790_000_001 }, { pubKey: B }],
      edges: [{ ...EDGE, node1Policy: POLICY }],
    });
    expect(description).toEqual({
      nodes: [
        { nodeId: A, alias: 'anna', lastUpdate: 1_790_000_001 },
        { nodeId: B, alias: '', lastUpdate: 0 },
      ],
      channels: [
        {
          channelId: '18446744073709551615',
          node1: A,
          node2: B,
          capacitySat: 16_777_215n,
          channelPoint: `${'cd'.repeat(32)}:1`,
          policy1: {
            feeBaseMsat: 4_294_967_295n,
            feeRatePpm: 2_500,
            timeLockDelta: 144,
            minHtlcMsat: 1_000n,
            maxHtlcMsat: 990_000_000n,
            disabled: true,
            inboundFeeBaseMsat: -2_147_483_648n,
            inboundFeeRatePpm: -700,
            lastUpdate: 1_790_000_000,
          },
          policy2: null,
        },
      ],
      rejected: [],
    });
  });

  it('tells a policy of zeros from none, and takes a maximum of 0 for none', async () => {
    const { description } = await described({ edges: [{ ...EDGE, node2Policy: {} }] });
    expect(description.channels[0]?.policy1).toBeNull();
    expect(description.channels[0]?.policy2).toMatchObject({
      feeBaseMsat: 0n,
      feeRatePpm: 0,
      maxHtlcMsat: null,
      disabled: false,
    });
  });

  it('leaves out bad records, names them, and reads the rest', async () => {
    const { description } = await described({
      nodes: [{ pubKey: 'ff' }, { pubKey: A }],
      edges: [
        { ...EDGE, channelId: '1', node1Policy: { ...POLICY, feeBaseMsat: -1n } },
        { ...EDGE, channelId: '2', node2Pub: A },
        { ...EDGE, channelId: '3', node2Policy: { ...POLICY, minHtlc: 5n, maxHtlcMsat: 4n } },
        { ...EDGE, channelId: '0' },
        { ...EDGE, channelId: '5' },
      ],
    });
    expect(description.nodes.map(({ nodeId }) => nodeId)).toEqual([A]);
    expect(description.channels.map(({ channelId }) => channelId)).toEqual(['5']);
    expect(description.rejected).toEqual([
      { kind: 'node', id: 'ff', reason: expect.stringContaining('public key') },
      { kind: 'channel', id: '1', reason: expect.stringContaining('negative') },
      { kind: 'channel', id: '2', reason: expect.stringContaining('itself') },
      { kind: 'channel', id: '3', reason: expect.stringContaining('over max_htlc_msat') },
      { kind: 'channel', id: '0', reason: expect.stringContaining('channel_id') },
    ]);
  });

  it('agrees with the JSON of lncli on the same channel', async () => {
    const { description } = await described({
      nodes: [{ pubKey: A, alias: 'anna', lastUpdate: 3 }],
      edges: [{ ...EDGE, node1Policy: POLICY, node2Policy: {} }],
    });
    const json = {
      nodes: [{ pub_key: A, alias: 'anna', last_update: 3 }],
      edges: [
        {
          channel_id: EDGE.channelId,
          chan_point: EDGE.chanPoint,
          node1_pub: A,
          node2_pub: B,
          capacity: '16777215',
          node1_policy: {
            time_lock_delta: 144,
            min_htlc: '1000',
            fee_base_msat: '4294967295',
            fee_rate_milli_msat: '2500',
            disabled: true,
            max_htlc_msat: '990000000',
            last_update: 1_790_000_000,
            inbound_fee_base_msat: -2_147_483_648,
            inbound_fee_rate_milli_msat: -700,
          },
          node2_policy: {
            time_lock_delta: 0,
            min_htlc: '0',
            fee_base_msat: '0',
            fee_rate_milli_msat: '0',
            disabled: false,
            max_htlc_msat: '0',
            last_update: 0,
          },
        },
      ],
    };
    expect(description).toEqual(readDescribeGraph(json));
  });

  it('takes answers that are larger than the 4 MiB which gRPC allows by itself', async () => {
    const alias = 'x'.repeat(1_000);
    const { description } = await described({
      nodes: Array.from({ length: 6_000 }, () => ({ pubKey: A, alias })),
    });
    expect(description.nodes.length).toBe(6_000);
  });
});
