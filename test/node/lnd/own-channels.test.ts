import { describe, expect, it } from 'vitest';
import {
  type Channel,
  CommitmentType,
  type ListChannelsRequest,
  ListChannelsResponse,
} from '../../../src/generated/services/channels.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import type { OwnChannel } from '../../../src/ports.ts';
import { connectTo, nodeError, testFake } from './connections.ts';
import type { FakeLnd } from './fake-lnd.ts';

const PEER = `03${'ab'.repeat(32)}`;

type Fields = Parameters<typeof Channel.fromPartial>[0];

const CHANNEL: Fields = {
  active: true,
  remotePubkey: PEER,
  chanId: '989560464998432769',
  capacity: 2_000_000n,
  localBalance: 1_200_000n,
  remoteBalance: 790_000n,
  commitFee: 2_810n,
  feePerKw: 2_500n,
  initiator: true,
  commitmentType: CommitmentType.ANCHORS,
  peerAlias: 'peer',
  localConstraints: {
    chanReserveSat: 20_000n,
    dustLimitSat: 354n,
    maxPendingAmtMsat: 1_980_000_000n,
    maxAcceptedHtlcs: 483,
  },
  remoteConstraints: {
    chanReserveSat: 10_000n,
    dustLimitSat: 546n,
    maxPendingAmtMsat: 1_900_000_000n,
    maxAcceptedHtlcs: 2,
  },
};

async function fakeWith(channels: Fields[]): Promise<FakeLnd> {
  const fake = await testFake();
  const response = ListChannelsResponse.fromPartial({ channels });
  fake.answer(LightningService.listChannels, () => response);
  return fake;
}

async function listed(channels: Fields[]): Promise<readonly OwnChannel[]> {
  return (await connectTo(await fakeWith(channels))).ownChannels();
}

describe('ownChannels', () => {
  it('reads a channel, with what can be sent and received over it', async () => {
    expect(await listed([CHANNEL])).toEqual([
      {
        channelId: '989560464998432769',
        graphChannelId: '989560464998432769',
        inboundChannelId: '989560464998432769',
        peer: PEER,
        peerAlias: 'peer',
        capacitySat: 2_000_000n,
        localBalanceSat: 1_200_000n,
        remoteBalanceSat: 790_000n,
        // 1,200,000 + 2,810 - 20,000 - 2 * 2,500 * (1,124 + 2 * 172) / 1000
        spendableMsat: 1_175_470_000n,
        // The peer pays no commitment fee: 790,000 - 10,000.
        receivableMsat: 780_000_000n,
        pendingHtlcs: [],
        // lnd's local constraints bind us, the remote ones the peer.
        maxOutgoingHtlcs: 483,
        maxIncomingHtlcs: 2,
        active: true,
        private: false,
      },
    ]);
  });

  it('asks for the aliases, of all channels', async () => {
    const fake = await fakeWith([]);
    await (await connectTo(fake)).ownChannels();
    expect(fake.calls.at(-1)?.request as ListChannelsRequest).toMatchObject({
      peerAliasLookup: true,
      activeOnly: false,
      publicOnly: false,
    });
  });

  it('sees the channel from the side that opened it', async () => {
    const [channel] = await listed([{ ...CHANNEL, initiator: false }]);
    expect(channel?.spendableMsat).toBe(1_180_000_000n);
    // 790,000 + 2,810 - 10,000 - 7,340
    expect(channel?.receivableMsat).toBe(775_470_000n);
  });

  it('holds our HTLCs against our limits and the peer against its own', async () => {
    const hashLock = new Uint8Array(32);
    const pendingHtlcs = [
      { incoming: true, amount: 1_000n, hashLock },
      { incoming: true, amount: 1_000n, hashLock },
      { incoming: false, amount: 500n, hashLock },
    ];
    const [channel] = await listed([{ ...CHANNEL, pendingHtlcs }]);
    // Three HTLCs above the smaller dust limit: 2 * 2,500 * (1,124 + 5 * 172) / 1000 = 9,920.
    expect(channel?.spendableMsat).toBe(1_172_890_000n);
    // The peer has its two HTLCs in flight already.
    expect(channel?.receivableMsat).toBe(0n);
  });

  it('lists what is under way, with its hash and the height at which it ends', async () => {
    const pendingHtlcs = [
      {
        incoming: true,
        amount: 1_000n,
        hashLock: new Uint8Array(32).fill(0xab),
        expirationHeight: 900_144,
        htlcIndex: 7n,
        forwardingChannel: '989560464998432770',
        forwardingHtlcIndex: 9n,
      },
      {
        incoming: false,
        amount: 0n,
        hashLock: new Uint8Array(32).fill(1),
        expirationHeight: 900_040,
        forwardingChannel: '0',
      },
    ];
    const [channel] = await listed([{ ...CHANNEL, pendingHtlcs }]);
    expect(channel?.pendingHtlcs).toEqual([
      {
        incoming: true,
        amountSat: 1_000n,
        paymentHash: 'ab'.repeat(32),
        expiryHeight: 900_144,
        htlcId: 7n,
        otherChannelId: '989560464998432770',
      },
      {
        incoming: false,
        amountSat: 0n,
        paymentHash: '01'.repeat(32),
        expiryHeight: 900_040,
        htlcId: 0n,
      },
    ]);
  });

  it('lists the aliases by which others may ask for it', async () => {
    const aliasScids = ['17592186044416000005', '17592186044416000006'];
    const [channel, plain] = await listed([{ ...CHANNEL, aliasScids }, CHANNEL]);
    expect(channel?.aliases).toEqual(aliasScids);
    expect(plain).not.toHaveProperty('aliases');
  });

  it.each<[string, Fields, string]>([
    ['a public channel: its id', { peerScidAlias: '17592186044416000001' }, '989560464998432769'],
    [
      'a private channel with alias: the alias that the peer gave',
      { private: true, peerScidAlias: '17592186044416000001' },
      '17592186044416000001',
    ],
    ['a private channel without alias: its id', { private: true }, '989560464998432769'],
    [
      'an unconfirmed zero-conf channel: the alias that the peer gave',
      { zeroConf: true, peerScidAlias: '17592186044416000002' },
      '17592186044416000002',
    ],
    [
      'a confirmed public zero-conf channel: its real id',
      {
        zeroConf: true,
        zeroConfConfirmedScid: '989560464998432999',
        peerScidAlias: '17592186044416000002',
      },
      '989560464998432999',
    ],
    [
      'a confirmed private zero-conf channel: the alias still',
      {
        private: true,
        zeroConf: true,
        zeroConfConfirmedScid: '989560464998432999',
        peerScidAlias: '17592186044416000002',
      },
      '17592186044416000002',
    ],
  ])('names for the way in, over %s', async (_what, fields, inbound) => {
    const [channel] = await listed([{ ...CHANNEL, ...fields }]);
    expect(channel?.channelId).toBe('989560464998432769');
    expect(channel?.inboundChannelId).toBe(inbound);
  });

  it.each<[string, Fields, string]>([
    ['an ordinary channel: as lnd lists it', {}, '989560464998432769'],
    ['an unconfirmed zero-conf channel: as lnd lists it', { zeroConf: true }, '989560464998432769'],
    [
      'a confirmed public zero-conf channel: its real id',
      { zeroConf: true, zeroConfConfirmedScid: '989560464998432999' },
      '989560464998432999',
    ],
    [
      'a confirmed private zero-conf channel: as lnd lists it',
      { private: true, zeroConf: true, zeroConfConfirmedScid: '989560464998432999' },
      '989560464998432769',
    ],
    [
      'no zero-conf channel: what that field holds means nothing',
      { zeroConfConfirmedScid: '989560464998432999' },
      '989560464998432769',
    ],
  ])('finds in the graph %s', async (_what, fields, inGraph) => {
    const [channel] = await listed([{ ...CHANNEL, ...fields }]);
    expect(channel?.channelId).toBe('989560464998432769');
    expect(channel?.graphChannelId).toBe(inGraph);
  });

  it('leaves out channels that carry assets, and keeps inactive ones', async () => {
    const channels = await listed([
      { ...CHANNEL, chanId: '1', customChannelData: Uint8Array.of(1) },
      { ...CHANNEL, chanId: '2', active: false },
    ]);
    expect(channels.map(({ channelId, active }) => [channelId, active])).toEqual([['2', false]]);
  });

  it('knows no limits where lnd tells none', async () => {
    const { localConstraints: _ours, remoteConstraints: _theirs, ...bare } = CHANNEL;
    const [channel] = await listed([{ ...bare, initiator: false }]);
    expect(channel).toMatchObject({
      spendableMsat: 1_200_000_000n,
      maxOutgoingHtlcs: null,
      maxIncomingHtlcs: null,
    });
  });

  it.each([
    ['peer', { remotePubkey: 'nobody' }, /989560464998432769 with the peer "nobody"/],
    ['id', { chanId: '0' }, /a channel with the id "0"/],
    [
      'payment hash',
      { pendingHtlcs: [{ hashLock: Uint8Array.of(0xab) }] },
      /989560464998432769 with an HTLC of the payment hash "ab"/,
    ],
  ])('rejects an answer with an impossible %s', async (_what, fields, message) => {
    const node = await connectTo(await fakeWith([{ ...CHANNEL, ...fields }]));
    const error = await nodeError(node.ownChannels());
    expect(error.code).toBe('rpc');
    expect(error.message).toMatch(message);
  });
});
