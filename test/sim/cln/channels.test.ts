import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/sim/cln/parameters.ts';
import { SimulatedLightningd } from '../../../src/sim/cln/simulated-lightningd.ts';
import { formatChannelId } from '../../../src/units/ids.ts';
import { CAPACITY_SAT, circle, POLICIES } from '../circle.ts';

type Row = Record<string, Json>;

function aliceAndCircle() {
  const world = circle();
  const daemon = new SimulatedLightningd(world.network, world.alice.nodeId);
  const rows = async (method: string, list: string, params: Json = {}): Promise<Row[]> =>
    ((await daemon.call(method, params)) as Record<string, Json>)[list] as unknown as Row[];
  return { world, daemon, rows };
}

describe('listpeerchannels', () => {
  it('shows balances that add up, and what can be spent', async () => {
    const { world, daemon, rows } = aliceAndCircle();
    const [first, last] = await rows('listpeerchannels', 'channels');
    const views = world.alice.listChannels();
    expect(first).toMatchObject({
      peer_id: world.bob.nodeId,
      short_channel_id: formatChannelId(world.channels[0]),
      state: 'CHANNELD_NORMAL',
      peer_connected: true,
      total_msat: CAPACITY_SAT * 1000n,
      spendable_msat: views[0]!.spendableMsat,
      receivable_msat: views[0]!.receivableMsat,
    });
    const bobs = new SimulatedLightningd(world.network, world.bob.nodeId);
    const { channels } = (await bobs.call('listpeerchannels', {
      id: world.alice.nodeId,
    })) as unknown as { channels: Row[] };
    // Both ends' parts make up the channel.
    expect((first!['to_us_msat'] as bigint) + (channels[0]!['to_us_msat'] as bigint)).toBe(
      CAPACITY_SAT * 1000n,
    );
    expect(last!['updates']).toMatchObject({
      remote: {
        fee_base_msat: POLICIES.daveToAlice.feeBaseMsat,
        cltv_expiry_delta: POLICIES.daveToAlice.timeLockDelta,
      },
    });
    for (const each of [daemon, bobs]) each.close();
  });
});

describe('listchannels and listnodes', () => {
  it('show each announced direction, and no inbound fees', async () => {
    const { world, daemon, rows } = aliceAndCircle();
    const all = await rows('listchannels', 'channels');
    expect(all).toHaveLength(8);
    const scid = formatChannelId(world.channels[1]);
    const [bobToCarol] = await rows('listchannels', 'channels', {
      short_channel_id: scid,
      source: world.bob.nodeId,
    });
    expect(bobToCarol).toMatchObject({
      destination: world.carol.nodeId,
      base_fee_millisatoshi: POLICIES.bobToCarol.feeBaseMsat,
      fee_per_millionth: POLICIES.bobToCarol.feeRatePpm,
      delay: POLICIES.bobToCarol.timeLockDelta,
      active: true,
      direction: world.bob.nodeId < world.carol.nodeId ? 0 : 1,
    });
    expect(Object.keys(bobToCarol!).filter((name) => name.includes('inbound'))).toEqual([]);
    const nodes = await rows('listnodes', 'nodes', [world.dave.nodeId]);
    expect(nodes).toEqual([expect.objectContaining({ nodeid: world.dave.nodeId, alias: 'dave' })]);
    daemon.close();
  });
});

describe('askrene', () => {
  it('reserves and frees whole paths, and keeps what it is told', async () => {
    const { world, daemon, rows } = aliceAndCircle();
    const channel = `${formatChannelId(world.channels[1])}/0`;
    const path = [{ short_channel_id_dir: channel, amount_msat: 5000 }];
    await daemon.call('askrene-reserve', { path });
    expect(await rows('askrene-listreservations', 'reservations')).toHaveLength(1);
    // As lightningd does it: the first is freed, the second is unknown.
    await expect(
      daemon.call('askrene-unreserve', { path: [...path, ...path] }),
    ).rejects.toMatchObject({ code: -32602, message: `Unknown reservation for ${channel}` });
    expect(await rows('askrene-listreservations', 'reservations')).toEqual([]);
    await daemon.call('askrene-reserve', { path });
    await daemon.call('askrene-unreserve', { path });
    expect(await rows('askrene-listreservations', 'reservations')).toEqual([]);
    const lesson = { layer: 'xpay', short_channel_id_dir: channel, amount_msat: 5000 };
    const told = daemon.call('askrene-inform-channel', { ...lesson, inform: 'constrained' });
    await expect(told).rejects.toMatchObject({ message: expect.stringContaining('Unknown layer') });
    await daemon.call('askrene-create-layer', { layer: 'xpay', persistent: true });
    await daemon.call('askrene-inform-channel', { ...lesson, inform: 'constrained' });
    const [layer] = await rows('askrene-listlayers', 'layers', { layer: 'xpay' });
    expect(layer!['constraints']).toMatchObject([
      { short_channel_id_dir: channel, maximum_msat: 4999n },
    ]);
    await daemon.call('askrene-reserve', { path });
    const atOnce = await daemon.call('askrene-inform-channel', {
      ...lesson,
      inform: 'constrained',
    });
    expect(atOnce).toMatchObject({ constraints: [{ maximum_msat: 9999n, layer: 'xpay' }] });
    expect(await daemon.call('askrene-inform-channel', { ...lesson, inform: 'succeeded' })).toEqual(
      { constraints: [] },
    );
    daemon.close();
  });
});

describe('sendcustommsg', () => {
  it('sends to connected peers what is no message of the protocol', async () => {
    const { world, daemon } = aliceAndCircle();
    const node_id = world.bob.nodeId;
    await daemon.call('sendcustommsg', { node_id, msg: 'a46500ff' });
    expect(daemon.served.messages.sent).toEqual([{ peer: node_id, type: 0xa465, data: '00ff' }]);
    await expect(daemon.call('sendcustommsg', { node_id, msg: '0102ff' })).rejects.toThrow(
      'type 258',
    );
    await expect(
      daemon.call('sendcustommsg', { node_id: world.carol.nodeId, msg: 'a465' }),
    ).rejects.toThrow('No such peer');
    world.network.setOnline(node_id, false);
    await expect(daemon.call('sendcustommsg', { node_id, msg: 'a465' })).rejects.toThrow(
      'not connected',
    );
    daemon.close();
  });
});
