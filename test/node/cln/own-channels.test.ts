import { describe, expect, test } from 'vitest';
import { parseChannelId } from '../../../src/units/ids.ts';
import { nodeIdOf } from '../../graph/make-graph.ts';
import { nodeError } from '../lnd/connections.ts';
import { connectTo, OUR_ID, RpcFault, scripted } from './scripted-lightningd.ts';

const PEER = nodeIdOf('peer');

/** As v26.06 lists it, without what is not read. */
const channel = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  peer_id: PEER,
  peer_connected: true,
  reestablished: true,
  state: 'CHANNELD_NORMAL',
  short_channel_id: '103x1x0',
  alias: { local: '11x22x33', remote: '44x55x66' },
  private: false,
  funding_txid: 'ab'.repeat(32),
  funding_outnum: 1,
  to_us_msat: 600_000_999,
  total_msat: 1_000_000_000,
  spendable_msat: 580_000_000,
  receivable_msat: 380_000_000,
  max_accepted_htlcs: 30,
  htlcs: [],
  updates: {
    local: {
      htlc_minimum_msat: 1,
      htlc_maximum_msat: 990_000_000,
      cltv_expiry_delta: 34,
      fee_base_msat: 1_000,
      fee_proportional_millionths: 10,
    },
    remote: {
      htlc_minimum_msat: 1_000,
      htlc_maximum_msat: 990_000_000,
      cltv_expiry_delta: 80,
      fee_base_msat: 0,
      fee_proportional_millionths: 250,
    },
  },
  ...fields,
});

async function listed(channels: readonly object[]) {
  const lightningd = await scripted();
  lightningd.on('listpeerchannels', () => ({ channels }));
  lightningd.on('listnodes', ({ id }) => ({ nodes: [{ nodeid: id, alias: 'bob' }] }));
  lightningd.on('listchannels', () => ({ channels: [] }));
  return { lightningd, node: await connectTo(lightningd) };
}

describe('own channels', () => {
  test('a public one', async () => {
    const { node } = await listed([channel()]);
    expect(await node.ownChannels()).toEqual([
      {
        channelId: parseChannelId('103x1x0'),
        graphChannelId: parseChannelId('103x1x0'),
        inboundChannelId: parseChannelId('103x1x0'),
        aliases: [parseChannelId('11x22x33')],
        peer: PEER,
        peerAlias: 'bob',
        capacitySat: 1_000_000n,
        localBalanceSat: 600_000n,
        remoteBalanceSat: 399_999n,
        spendableMsat: 580_000_000n,
        receivableMsat: 380_000_000n,
        pendingHtlcs: [],
        maxOutgoingHtlcs: null,
        maxIncomingHtlcs: 30,
        active: true,
        private: false,
      },
    ]);
  });

  test('what is under way is off the balances, which lightningd takes off only later', async () => {
    const htlc = (direction: string, amount_msat: number, id: number) => ({
      direction,
      id,
      amount_msat,
      expiry: 900_100,
      payment_hash: '5a'.repeat(32),
      state: 'SENT_ADD_ACK_REVOCATION',
    });
    const [own] = await (
      await listed([channel({ htlcs: [htlc('out', 100_000_999, 7), htlc('in', 50_000_000, 8)] })])
    ).node.ownChannels();
    expect(own).toMatchObject({ localBalanceSat: 500_000n, remoteBalanceSat: 349_999n });
    expect(own?.pendingHtlcs).toEqual([
      {
        paymentHash: '5a'.repeat(32),
        incoming: false,
        amountSat: 100_000n,
        expiryHeight: 900_100,
        htlcId: 7n,
      },
      {
        paymentHash: '5a'.repeat(32),
        incoming: true,
        amountSat: 50_000n,
        expiryHeight: 900_100,
        htlcId: 8n,
      },
    ]);
  });

  test('no more than the other side allows to be under way', async () => {
    const htlcs = [
      {
        direction: 'out',
        id: 1,
        amount_msat: 60_000_000,
        expiry: 1,
        payment_hash: '5a'.repeat(32),
      },
    ];
    const [own] = await (
      await listed([
        channel({
          htlcs,
          their_max_htlc_value_in_flight_msat: 100_000_000,
          our_max_htlc_value_in_flight_msat: 90_000_000,
        }),
      ])
    ).node.ownChannels();
    expect(own).toMatchObject({ spendableMsat: 40_000_000n, receivableMsat: 90_000_000n });
  });

  test.each<[string, Record<string, unknown>, object]>([
    [
      'a private one goes by the alias that the peer gave to us',
      { private: true },
      { channelId: '103x1x0', inboundChannelId: '44x55x66', private: true },
    ],
    [
      'one without a real id yet goes by our alias, and by theirs on the way in',
      { short_channel_id: undefined },
      { channelId: '11x22x33', graphChannelId: '11x22x33', inboundChannelId: '44x55x66' },
    ],
    [
      'a private one without the peer\u2019s alias by what we call it',
      { private: true, alias: { local: '11x22x33' } },
      { inboundChannelId: '103x1x0' },
    ],
  ])('%s', async (_, fields, expected) => {
    const [own] = await (await listed([channel(fields)])).node.ownChannels();
    const ids = Object.fromEntries(
      Object.entries(expected).map(([name, value]) => [
        name,
        typeof value === 'string' ? parseChannelId(value) : value,
      ]),
    );
    expect(own).toMatchObject(ids);
  });

  test.each<[string, Record<string, unknown>, boolean]>([
    ['the peer is away', { peer_connected: false, reestablished: undefined }, false],
    ['the peer has just come', { reestablished: false }, false],
    ['an older version does not tell of reestablishing', { reestablished: undefined }, true],
    ['a splice waits for blocks', { state: 'CHANNELD_AWAITING_SPLICE' }, true],
  ])('active where %s: %#', async (_, fields, active) => {
    const [own] = await (await listed([channel(fields)])).node.ownChannels();
    expect(own?.active).toBe(active);
  });

  test('those that open or close are none', async () => {
    const states = ['OPENINGD', 'CHANNELD_AWAITING_LOCKIN', 'ONCHAIN', 'CLOSINGD_SIGEXCHANGE'];
    const { node } = await listed(states.map((state) => channel({ state })));
    expect(await node.ownChannels()).toEqual([]);
  });

  test('names are asked for once, and may be missing', async () => {
    const { node, lightningd } = await listed([
      channel(),
      channel({ short_channel_id: '104x1x0' }),
    ]);
    await node.ownChannels();
    await node.ownChannels();
    expect(lightningd.asked('listnodes')).toEqual([{ id: PEER }]);
    const silent = await listed([channel()]);
    silent.lightningd.on('listnodes', () => {
      throw new RpcFault(-1, 'no');
    });
    expect((await silent.node.ownChannels())[0]?.peerAlias).toBe('');
  });

  test.each([
    ['without a state', { state: undefined }],
    ['with an odd peer', { peer_id: '02' }],
    ['with a balance that is a fraction', { to_us_msat: 0.5 }],
    ['with an odd list', { htlcs: {} }],
  ])('a channel %s is an error that names it', async (_, fields) => {
    const { node } = await listed([channel(fields)]);
    const error = await nodeError(node.ownChannels());
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(/listpeerchannels with a field \w+ that is/);
  });

  test('amounts as texts, as older versions write them', async () => {
    const { node } = await listed([channel({ spendable_msat: '580000000msat' })]);
    expect((await node.ownChannels())[0]?.spendableMsat).toBe(580_000_000n);
  });
});

describe('closing channels', () => {
  test('are listed with what waits on chain, once it is there', async () => {
    const htlcs = [
      {
        direction: 'out',
        id: 1,
        amount_msat: 5_000_999,
        expiry: 900_500,
        payment_hash: '5a'.repeat(32),
      },
    ];
    const { node } = await listed([
      channel(),
      channel({ state: 'AWAITING_UNILATERAL', htlcs }),
      channel({ state: 'ONCHAIN', htlcs, funding_outnum: 3 }),
    ]);
    expect(await node.closingChannels()).toEqual([
      { channelPoint: `${'ab'.repeat(32)}:1`, peer: PEER, limboSat: 600_000n, htlcs: [] },
      {
        channelPoint: `${'ab'.repeat(32)}:3`,
        peer: PEER,
        limboSat: 600_000n,
        htlcs: [{ incoming: false, amountSat: 5_000n, maturityHeight: 900_500 }],
      },
    ]);
  });
});

describe('the graph', () => {
  test('has our private channels, with what both ends ask', async () => {
    const { node } = await listed([
      channel({ private: true, short_channel_id: '105x1x0' }),
      channel({
        private: true,
        short_channel_id: '106x1x0',
        updates: {
          local: {
            htlc_minimum_msat: 1,
            htlc_maximum_msat: 0,
            cltv_expiry_delta: 34,
            fee_base_msat: 0,
            fee_proportional_millionths: 0,
          },
        },
      }),
      channel(),
    ]);
    const { channels, nodes } = await node.describeGraph();
    const ours = OUR_ID < PEER ? 'policy1' : 'policy2';
    const theirs = OUR_ID < PEER ? 'policy2' : 'policy1';
    expect(channels.map(({ channelId }) => channelId)).toEqual(
      ['105x1x0', '106x1x0'].map(parseChannelId),
    );
    expect(channels[0]).toMatchObject({
      capacitySat: 1_000_000n,
      channelPoint: `${'ab'.repeat(32)}:1`,
      [ours]: { timeLockDelta: 34, feeBaseMsat: 1_000n, feeRatePpm: 10, maxHtlcMsat: 990_000_000n },
      [theirs]: { timeLockDelta: 80, feeRatePpm: 250, minHtlcMsat: 1_000n },
    });
    expect(channels[1]).toMatchObject({ [ours]: { maxHtlcMsat: null }, [theirs]: null });
    expect(nodes.map(({ nodeId }) => nodeId)).toEqual(expect.arrayContaining([OUR_ID, PEER]));
  });

  test('rejects a private channel whose figures cannot be, as any other', async () => {
    const local = {
      htlc_minimum_msat: 1,
      htlc_maximum_msat: 0,
      cltv_expiry_delta: 70_000,
      fee_base_msat: 0,
      fee_proportional_millionths: 0,
    };
    const { node } = await listed([channel({ private: true, updates: { local } })]);
    const { channels, rejected } = await node.describeGraph();
    expect(channels).toEqual([]);
    expect(rejected).toContainEqual({
      kind: 'channel',
      id: expect.any(String),
      reason: expect.stringMatching(/time_lock_delta is above 65535/),
    });
  });
});
