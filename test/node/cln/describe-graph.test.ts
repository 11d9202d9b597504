import { describe, expect, test } from 'vitest';
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { readGraph } from '../../../src/node/cln/describe-graph.ts';
import type { Json } from '../../../src/node/cln/transport/exact-json.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { connectTo, scripted } from './scripted-lightningd.ts';

const [SMALL, LARGE] = [nodeIdOf(1), nodeIdOf(2)];

const direction = (fields: { [name: string]: Json } = {}): Json => ({
  source: SMALL,
  destination: LARGE,
  short_channel_id: '812345x678x1',
  direction: 0,
  public: true,
  amount_msat: 5_000_000_000,
  message_flags: 1,
  channel_flags: 0,
  active: true,
  last_update: 1_700_000_000,
  base_fee_millisatoshi: 1_000,
  fee_per_millionth: 250,
  delay: 34,
  htlc_minimum_msat: 1,
  htlc_maximum_msat: 4_950_000_000,
  features: '',
  ...fields,
});

const back = (fields: { [name: string]: Json } = {}): Json =>
  direction({ source: LARGE, destination: SMALL, direction: 1, fee_per_millionth: 9, ...fields });

describe('listchannels', () => {
  test.each([
    ['one way first', [direction(), back()]],
    ['the other way first', [back(), direction()]],
  ])('puts both directions of a channel together, %s', (_, directions) => {
    const { channels, rejected } = readGraph(directions, []);
    expect(rejected).toEqual([]);
    expect(channels).toEqual([
      {
        channelId: parseChannelId('812345x678x1'),
        node1: SMALL,
        node2: LARGE,
        capacitySat: 5_000_000n,
        channelPoint: '',
        policy1: {
          feeBaseMsat: 1_000n,
          feeRatePpm: 250,
          timeLockDelta: 34,
          minHtlcMsat: 1n,
          maxHtlcMsat: 4_950_000_000n,
          disabled: false,
          inboundFeeBaseMsat: 0n,
          inboundFeeRatePpm: 0,
          lastUpdate: 1_700_000_000,
        },
        policy2: expect.objectContaining({ feeRatePpm: 9 }),
      },
    ]);
  });

  test('a direction that was never announced has no policy, and one that is off is disabled', () => {
    const { channels } = readGraph([back({ active: false })], []);
    expect(channels[0]).toMatchObject({ policy1: null, policy2: { disabled: true } });
  });

  test('the maximum may be missing, amounts may be texts or long', () => {
    const [first, second] = [
      direction({ htlc_maximum_msat: null, amount_msat: '5000000000msat' }),
      direction({ short_channel_id: '1x1x1', amount_msat: 2_100_000_000_000_000_000n }),
    ];
    const { channels, rejected } = readGraph([first, second], []);
    expect(rejected).toEqual([]);
    expect(channels[0]?.policy1?.maxHtlcMsat).toBeNull();
    expect(channels[0]?.capacitySat).toBe(5_000_000n);
    expect(channels[1]?.capacitySat).toBe(2_100_000_000_000_000n);
  });

  test('odd records are left out and named, and the rest loads', () => {
    const { channels, nodes, rejected } = readGraph(
      [
        direction(),
        direction({ short_channel_id: 'x' }),
        direction({ short_channel_id: '2x2x2', destination: SMALL }),
        direction({ short_channel_id: '3x3x3', fee_per_millionth: -1 }),
        'text',
        direction({ short_channel_id: null }),
      ],
      [{ nodeid: SMALL, alias: 'alice', last_timestamp: 5 }, { nodeid: 'x' }, { nodeid: LARGE }, 7],
    );
    expect(channels).toHaveLength(1);
    expect(nodes).toEqual([
      { nodeId: SMALL, alias: 'alice', lastUpdate: 5 },
      { nodeId: LARGE, alias: '', lastUpdate: 0 },
    ]);
    expect(rejected.map(({ kind }) => kind).sort()).toEqual([
      ...Array(5).fill('channel'),
      ...Array(2).fill('node'),
    ]);
    expect(NetworkGraph.fromDescription({ channels, nodes, rejected }).graph.channelCount).toBe(1);
  });

  test('leaves out what is no amount and no id, whatever it is instead', () => {
    const odd: Json = { toString: 1 };
    const { channels, rejected } = readGraph(
      [direction({ amount_msat: odd }), direction({ source: 5, short_channel_id: odd })],
      [],
    );
    expect(channels).toEqual([]);
    expect(rejected.map(({ id }) => id).sort()).toEqual(['(none)', '812345x678x1']);
  });

  test('comes by a connection of its own', async () => {
    const lightningd = await scripted();
    lightningd.on('listchannels', () => ({ channels: [direction(), back()] }));
    lightningd.on('listnodes', () => ({ nodes: [] }));
    lightningd.on('listpeerchannels', () => ({ channels: [] }));
    const node = await connectTo(lightningd);
    expect((await node.describeGraph()).channels).toHaveLength(1);
    expect(node.capabilities.inboundFees).toBe(false);
    const connectionOf = (method: string) =>
      lightningd.calls.find((call) => call.method === method)?.connection;
    expect(new Set(['getinfo', 'listchannels', 'listnodes'].map(connectionOf)).size).toBe(3);
  });
});
