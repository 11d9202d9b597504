import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import {
  ChannelEventUpdate_UpdateType,
  ListChannelsRequest,
} from '../../../src/generated/services/channels.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import { GraphCache } from '../../../src/sim/lnd/graph-cache.ts';
import { hexToBytes } from '../../../src/units/bytes.ts';
import { type ChannelId, parseChannelId } from '../../../src/units/ids.ts';

import { expectStatus } from './rpc-client.ts';
import { servedRing } from './served-ring.ts';

const world = servedRing();

const PRIVATE_OWN = parseChannelId('899500x1x0');
const PRIVATE_OTHERS = parseChannelId('899500x2x0');

function openPrivateChannels(): void {
  const { self, a, b } = world.ring;
  const terms = { capacitySat: 1_000_000n, private: true };
  world.ring.network.openChannel({ ...terms, channelId: PRIVATE_OWN, node1: self, node2: a });
  world.ring.network.openChannel({ ...terms, channelId: PRIVATE_OTHERS, node1: a, node2: b });
}

const describeGraph = (includeUnannounced = false) =>
  world.rpc.ask(LightningService.describeGraph, { includeUnannounced, includeAuthProof: false });

const getChanInfo = (request: { chanId?: string; chanPoint?: string }) =>
  world.rpc.ask(LightningService.getChanInfo, {
    chanId: '0',
    chanPoint: '',
    includeAuthProof: false,
    ...request,
  });

const getNodeInfo = (pubKey: string, includeChannels = false) =>
  world.rpc.ask(LightningService.getNodeInfo, { pubKey, includeChannels, includeAuthProof: false });

describe('the graph', () => {
  test('DescribeGraph has the smaller key first and each policy at its own side', async () => {
    const { nodes, edges } = await describeGraph();
    expect(nodes.map((node) => node.alias).sort()).toEqual(['alice', 'bob', 'self']);
    expect(edges).toHaveLength(3);
    for (const edge of edges) expect(edge.node1Pub < edge.node2Pub).toBe(true);
    const edge = edges.find(({ channelId }) => channelId === world.ring.channelAB)!;
    const ofBob = edge.node1Pub === world.ring.b ? edge.node1Policy : edge.node2Policy;
    expect(ofBob).toMatchObject({
      feeBaseMsat: 0n,
      inboundFeeBaseMsat: -100,
      inboundFeeRateMilliMsat: -50,
      minHtlc: 1000n,
      maxHtlcMsat: 9_000_000_000n,
      timeLockDelta: 40,
    });
  });

  test('own private channels appear only where asked for, others never', async () => {
    openPrivateChannels();
    const ids = async (unannounced: boolean) =>
      (await describeGraph(unannounced)).edges.map(({ channelId }) => channelId);
    expect(await ids(false)).not.toContain(PRIVATE_OWN);
    expect(await ids(true)).toContain(PRIVATE_OWN);
    expect(await ids(true)).not.toContain(PRIVATE_OTHERS);
    expect((await getChanInfo({ chanId: PRIVATE_OWN })).channelId).toBe(PRIVATE_OWN);
    const hidden = { code: status.NOT_FOUND, details: 'edge not found' };
    await expectStatus(getChanInfo({ chanId: PRIVATE_OTHERS }), hidden);
  });

  test('a direction without announcement has no policy', async () => {
    const channelId = world.ring.network.openChannel({
      node1: world.ring.a,
      node2: world.ring.b,
      capacitySat: 500_000n,
      policy1: null,
    });
    const { node1Pub, node1Policy, node2Policy } = await getChanInfo({ chanId: channelId });
    const [ofA, ofB] =
      node1Pub === world.ring.a ? [node1Policy, node2Policy] : [node2Policy, node1Policy];
    expect(ofA).toBeUndefined();
    expect(ofB).toBeDefined();
  });

  test('GetChanInfo takes an id or a funding output', async () => {
    const byId = await getChanInfo({ chanId: world.ring.channelAB });
    expect(byId.capacity).toBe(10_000_000n);
    expect(await getChanInfo({ chanPoint: byId.chanPoint })).toEqual(byId);
    const own = await getChanInfo({ chanId: world.ring.channelSA });
    expect(await getChanInfo({ chanPoint: own.chanPoint })).toEqual(own);
    const missing = { code: status.NOT_FOUND, details: 'edge not found' };
    await expectStatus(getChanInfo({ chanId: '12345' }), missing);
    await expectStatus(getChanInfo({ chanPoint: `${'00'.repeat(32)}:0` }), missing);
    await expectStatus(getChanInfo({}), {
      code: status.UNKNOWN,
      details: 'specify either chan_id or chan_point',
    });
  });

  test('GetNodeInfo counts private channels and does not list them', async () => {
    openPrivateChannels();
    const info = await getNodeInfo(world.ring.a, true);
    expect(info).toMatchObject({
      node: { alias: 'alice', pubKey: world.ring.a },
      numChannels: 3,
      totalCapacity: 21_000_000n,
    });
    expect(info.channels.map(({ channelId }) => channelId).sort()).toEqual(
      [world.ring.channelSA, world.ring.channelAB].sort(),
    );
    expect((await getNodeInfo(world.ring.a)).channels).toEqual([]);
    const stranger = getNodeInfo(`02${'ee'.repeat(32)}`);
    await expectStatus(stranger, { code: status.NOT_FOUND, details: 'unable to find node' });
  });

  test('the cached message lasts exactly until the graph changes', () => {
    const { network, self, a, channelSA } = world.ring;
    const cache = new GraphCache(network, network.node(self));
    const first = cache.message(false);
    expect(cache.message(false)).toBe(first);
    expect(cache.encode(first)).toBe(cache.encode(first));
    expect(cache.message(true)).not.toBe(first);
    network.updatePolicy({ channelId: channelSA, from: a, policy: { feeRatePpm: 7 } });
    const second = cache.message(false);
    expect(second).not.toBe(first);
    const edge = second.edges.find(({ channelId }) => channelId === channelSA)!;
    const policy = edge.node1Pub === a ? edge.node1Policy : edge.node2Policy;
    expect(policy?.feeRateMilliMsat).toBe(7n);
    cache.close();
  });
});

describe('streams of changes', () => {
  /** A call that is answered only after the stream before it was taken up. */
  const settled = () => world.rpc.ask(LightningService.getInfo, {});

  test('SubscribeChannelGraph tells of policies, openings and closings', async () => {
    const updates = world.rpc.stream(LightningService.subscribeChannelGraph, {});
    await settled();
    const { network, a, b, channelAB } = world.ring;
    network.updatePolicy({ channelId: channelAB, from: b, policy: { inboundFeeRatePpm: -70 } });
    openPrivateChannels();
    const channelId = network.openChannel({ node1: a, node2: b, capacitySat: 600_000n });
    network.removeChannel(channelAB);

    const [policy, opened, closed] = [
      await updates.next(),
      await updates.next(),
      await updates.next(),
    ];
    expect(policy?.channelUpdates).toMatchObject([
      {
        chanId: channelAB,
        capacity: 10_000_000n,
        advertisingNode: b,
        connectingNode: a,
        routingPolicy: { inboundFeeBaseMsat: -100, inboundFeeRateMilliMsat: -70, lastUpdate: 0 },
      },
    ]);
    expect(opened?.channelUpdates.map(({ chanId }) => chanId)).toEqual([channelId, channelId]);
    expect(opened?.channelUpdates.map(({ advertisingNode }) => advertisingNode).sort()).toEqual(
      [a, b].sort(),
    );
    expect(closed?.closedChans).toMatchObject([
      { chanId: channelAB, capacity: 10_000_000n, closedHeight: 900_000 },
    ]);
    updates.cancel();
  });

  test('a channel point in a stream has its bytes reversed', async () => {
    const { channelPoint } = world.ring.network
      .node(world.ring.self)
      .channel(world.ring.channelSA)!;
    const [txid, index] = channelPoint.split(':');
    const updates = world.rpc.stream(LightningService.subscribeChannelGraph, {});
    await settled();
    world.ring.network.setDisabled({
      channelId: world.ring.channelSA,
      from: world.ring.a,
      disabled: true,
    });
    const update = (await updates.next())!.channelUpdates[0]!;
    expect(update.routingPolicy?.disabled).toBe(true);
    const point = update.chanPoint!;
    expect(point.outputIndex).toBe(Number(index));
    expect(point.fundingTxid?.$case).toBe('fundingTxidBytes');
    const bytes = point.fundingTxid!.value as Uint8Array;
    expect([...bytes].reverse()).toEqual([...hexToBytes(txid!)]);
    updates.cancel();
  });

  test('SubscribeChannelEvents tells of own channels only', async () => {
    const events = world.rpc.stream(LightningService.subscribeChannelEvents, {});
    await settled();
    const { network, self, a, b, channelBS } = world.ring;
    network.openChannel({ node1: a, node2: b, capacitySat: 600_000n });
    const own = network.openChannel({ node1: self, node2: b, capacitySat: 700_000n });
    network.setOnline(a, false);
    network.setOnline(a, true);
    network.removeChannel(channelBS);
    const types = ChannelEventUpdate_UpdateType;
    const opened = await events.next();
    expect(opened).toMatchObject({
      type: types.OPEN_CHANNEL,
      channel: { value: { chanId: own, capacity: 700_000n, remotePubkey: b } },
    });
    expect((await events.next())?.type).toBe(types.ACTIVE_CHANNEL);
    expect((await events.next())?.type).toBe(types.INACTIVE_CHANNEL);
    expect((await events.next())?.type).toBe(types.ACTIVE_CHANNEL);
    expect(await events.next()).toMatchObject({
      type: types.CLOSED_CHANNEL,
      channel: { value: { chanId: channelBS, capacity: 10_000_000n, closeHeight: 900_000 } },
    });
    events.cancel();
  });
});

describe('ListChannels', () => {
  const list = async (request: Partial<ListChannelsRequest> = {}): Promise<ChannelId[]> => {
    const message = ListChannelsRequest.fromPartial(request);
    const { channels } = await world.rpc.ask(LightningService.listChannels, message);
    return channels.map(({ chanId }) => chanId as ChannelId).sort();
  };

  test('filters', async () => {
    openPrivateChannels();
    world.ring.network.setOnline(world.ring.b, false);
    const { channelSA, channelBS, a } = world.ring;
    expect(await list()).toEqual([channelSA, channelBS, PRIVATE_OWN].sort());
    expect(await list({ activeOnly: true })).toEqual([channelSA, PRIVATE_OWN].sort());
    expect(await list({ inactiveOnly: true })).toEqual([channelBS]);
    expect(await list({ publicOnly: true })).toEqual([channelSA, channelBS].sort());
    expect(await list({ privateOnly: true })).toEqual([PRIVATE_OWN]);
    expect(await list({ peer: hexToBytes(a) })).toEqual([channelSA, PRIVATE_OWN].sort());
    await expectStatus(list({ activeOnly: true, inactiveOnly: true }), {
      code: status.UNKNOWN,
      details: 'either `active_only` or `inactive_only` can be set, but not both',
    });
    await expectStatus(list({ peer: new Uint8Array(5) }), {
      code: status.UNKNOWN,
      details: /^invalid `peer` key/,
    });
  });

  test('shows balances, constraints and the peer alias where asked for', async () => {
    const ask = (peerAliasLookup: boolean) =>
      world.rpc.ask(
        LightningService.listChannels,
        ListChannelsRequest.fromPartial({ peerAliasLookup }),
      );
    const { channels } = await ask(true);
    const channel = channels.find(({ chanId }) => chanId === world.ring.channelSA)!;
    const view = world.ring.network.node(world.ring.self).channel(world.ring.channelSA)!;
    expect(channel).toMatchObject({
      capacity: 10_000_000n,
      remoteBalance: 5_000_000n,
      initiator: true,
      peerAlias: 'alice',
      localConstraints: { chanReserveSat: view.localReserveSat, maxAcceptedHtlcs: 483 },
      pendingHtlcs: [],
    });
    // The opener's side is short of the commitment fee and of two anchors of 330 sat.
    expect(channel.localBalance).toBe(5_000_000n - channel.commitFee - 660n);
    expect((await ask(false)).channels.map(({ peerAlias }) => peerAlias)).toEqual(['', '']);
  });

  test('no channel is ever pending', async () => {
    const pending = await world.rpc.ask(LightningService.pendingChannels, { includeRawTx: false });
    expect(pending).toMatchObject({ totalLimboBalance: 0n, pendingOpenChannels: [] });
  });
});
