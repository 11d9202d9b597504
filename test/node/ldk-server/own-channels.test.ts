import { describe, expect, it } from 'vitest';
import type { LdkServerChannel } from '../../../src/node/ldk-server/index.ts';
import type { OwnChannel } from '../../../src/ports.ts';
import { inProcessNode } from '../../../src/sim/index.ts';
import { type ChannelId, parseChannelId } from '../../../src/units/ids.ts';
import { ringNetwork } from '../../sim/lnd/ring-network.ts';
import { payThrough } from '../../sim/pay-through.ts';
import { connectedTo, ldkRing, servedAs } from './served-ldk.ts';

const byId = (channels: readonly OwnChannel[]): Map<ChannelId, OwnChannel> =>
  new Map(channels.map((channel) => [channel.channelId, channel]));

const userIds = (channels: readonly LdkServerChannel[], kind: string): string[] =>
  channels.filter(({ mapping }) => mapping.kind === kind).map(({ userChannelId }) => userChannelId);

describe('own channels', () => {
  it('have the graph`s ids, and the balances that the node can use', async () => {
    const { node, ring } = await ldkRing();
    const truth = byId(await inProcessNode(ring.network, ring.self).ownChannels());
    const channels = byId(await node.ownChannels());
    expect([...channels.keys()].sort()).toEqual([ring.channelSA, ring.channelBS].sort());
    for (const [channelId, channel] of channels) {
      const real = truth.get(channelId)!;
      expect(channel).toMatchObject({
        graphChannelId: channelId,
        inboundChannelId: channelId,
        peer: real.peer,
        peerAlias: real.peerAlias,
        capacitySat: real.capacitySat,
        localBalanceSat: real.localBalanceSat,
        remoteBalanceSat: real.remoteBalanceSat,
        spendableMsat: real.spendableMsat,
        active: true,
        private: false,
        maxOutgoingHtlcs: null,
        maxIncomingHtlcs: null,
      });
      // LDK Server does not take the peer's buffer for fees off what may come in.
      expect(channel.receivableMsat).toBeGreaterThanOrEqual(real.receivableMsat);
      expect(channel.receivableMsat).toBeLessThan(real.receivableMsat + 10_000_000n);
    }
  });

  it('are inactive while the peer is offline', async () => {
    const { node, ring } = await ldkRing();
    ring.network.setOnline(ring.a, false);
    const channels = byId(await node.ownChannels());
    expect(channels.get(ring.channelSA)?.active).toBe(false);
    expect(channels.get(ring.channelBS)?.active).toBe(true);
  });

  it('show HTLCs that are under way over them', async () => {
    const { node, ring } = await ldkRing();
    const { network, a, b, channelSA, channelBS } = ring;
    network.holdHtlcsAt(a);
    const payment = { from: b, to: a, channels: [channelBS, channelSA], amountMsat: 5_000_000n };
    void payThrough(network, payment);
    const channels = byId(await node.ownChannels());
    expect(channels.get(channelSA)?.pendingHtlcs).toMatchObject([
      { incoming: false, amountSat: 5_000n },
    ]);
    expect(channels.get(channelBS)?.pendingHtlcs).toMatchObject([
      { incoming: true, amountSat: 5_000n },
    ]);
    const [leaves] = channels.get(channelSA)?.pendingHtlcs ?? [];
    const [came] = channels.get(channelBS)?.pendingHtlcs ?? [];
    expect(came?.paymentHash).toBe(leaves?.paymentHash);
    // Our own time lock lies between.
    expect(came!.expiryHeight - leaves!.expiryHeight).toBe(80);
    expect(await node.closingChannels()).toEqual([]);
  });

  it('that look alike are left out, and reported once', async () => {
    const ring = ringNetwork();
    const { network, self, a } = ring;
    const capacitySat = 10_000_000n;
    network.openChannel({
      channelId: parseChannelId('899001x1x0'),
      node1: self,
      node2: a,
      capacitySat,
    });
    const warnings: unknown[] = [];
    const log = {
      debug: () => {},
      info: () => {},
      warn: (message: string, fields: unknown) => warnings.push([message, fields]),
    };
    const node = await connectedTo(await servedAs(network, self), { log });
    expect((await node.ownChannels()).map(({ channelId }) => channelId)).toEqual([ring.channelBS]);
    await node.ownChannels();
    const channels = await node.channels();
    expect(userIds(channels, 'ambiguous')).toHaveLength(2);
    expect(channels.find(({ mapping }) => mapping.kind === 'ambiguous')?.mapping).toEqual({
      kind: 'ambiguous',
      candidates: [ring.channelSA, parseChannelId('899001x1x0')],
    });
    expect(warnings).toHaveLength(1);
  });

  it('that are private have no place in the graph', async () => {
    const ring = ringNetwork();
    const { network, self, a } = ring;
    network.openChannel({ node1: self, node2: a, capacitySat: 3_000_000n, private: true });
    const node = await connectedTo(await servedAs(network, self));
    expect(await node.ownChannels()).toHaveLength(2);
    const [unknown] = (await node.channels()).filter(({ mapping }) => mapping.kind === 'unknown');
    expect(unknown).toMatchObject({
      capacitySat: 3_000_000n,
      mapping: { kind: 'unknown', why: 'private' },
    });
  });

  it('are recognised without capacities too', async () => {
    const { node, ring } = await ldkRing({ serve: { tellsCapacity: false } });
    const channels = byId(await node.ownChannels());
    expect([...channels.keys()].sort()).toEqual([ring.channelSA, ring.channelBS].sort());
    expect(channels.get(ring.channelSA)?.capacitySat).toBe(10_000_000n);
  });
});
