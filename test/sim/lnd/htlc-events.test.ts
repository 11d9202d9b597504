import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ChannelEventUpdate_UpdateType } from '../../../src/generated/services/channels.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import {
  FailureDetail,
  type HtlcEvent,
  RouterService,
  HtlcEvent_EventType as Type,
} from '../../../src/generated/services/router.ts';
import { type ServedLnd, serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import type { SimulatedNode } from '../../../src/sim/node.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import { AMOUNT_MSAT, attemptOf, type Circle, circle, payAround } from '../circle.ts';
import { ForwardClient } from '../forward-client.ts';
import { expectStatus, type MessageStream, RpcClient } from './rpc-client.ts';

let world: Circle;
let served: ServedLnd;
let rpc: RpcClient;

async function serve(node: (circle: Circle) => SimulatedNode): Promise<MessageStream<HtlcEvent>> {
  served = await serveLnd(world.network, node(world).nodeId);
  rpc = new RpcClient(served);
  const stream = rpc.stream(RouterService.subscribeHtlcEvents, {});
  expect((await stream.next())?.event?.$case).toBe('subscribedEvent');
  return stream;
}

beforeEach(() => {
  world = circle();
});
afterEach(async () => {
  rpc.close();
  await served.close();
});

/** Type, kind and circuit of so many events. */
async function told(stream: MessageStream<HtlcEvent>, count: number) {
  const events: HtlcEvent[] = [];
  while (events.length < count) events.push((await stream.next())!);
  return events.map((event) => [
    event.eventType,
    event.event?.$case,
    [event.incomingChannelId, event.incomingHtlcId],
    [event.outgoingChannelId, event.outgoingHtlcId],
  ]);
}

const NONE = ['0', 0n] as const;
const first = (channelId: ChannelId) => [channelId, 0n] as const;

describe('SubscribeHtlcEvents', () => {
  test('of a circular payment: our own part at both ends', async () => {
    const stream = await serve(({ alice }) => alice);
    const [out, , , back] = world.channels;
    await attemptOf(payAround(world));
    expect(await told(stream, 4)).toEqual([
      [Type.SEND, 'forwardEvent', NONE, first(out)],
      [Type.RECEIVE, 'settleEvent', first(back), NONE],
      [Type.UNKNOWN, 'finalHtlcEvent', first(back), NONE],
      [Type.SEND, 'settleEvent', NONE, first(out)],
    ]);
  });

  test('of a forward that settles, and of one that fails further down', async () => {
    const stream = await serve(({ bob }) => bob);
    const [incoming, outgoing, next] = world.channels;
    const circuit = [first(incoming), first(outgoing)] as const;
    await attemptOf(payAround(world));
    expect(await told(stream, 3)).toEqual([
      [Type.FORWARD, 'forwardEvent', ...circuit],
      [Type.FORWARD, 'settleEvent', ...circuit],
      [Type.UNKNOWN, 'finalHtlcEvent', first(incoming), NONE],
    ]);
    world.network.setLinkUp(next, false);
    await attemptOf(payAround(world));
    const second = [
      [incoming, 1n],
      [outgoing, 1n],
    ];
    expect(await told(stream, 3)).toEqual([
      [Type.FORWARD, 'forwardEvent', ...second],
      [Type.FORWARD, 'forwardFailEvent', ...second],
      [Type.UNKNOWN, 'finalHtlcEvent', [incoming, 1n], NONE],
    ]);
  });

  test('of a forward that our own link refuses, with the reason', async () => {
    const [incoming, outgoing] = world.channels;
    world = circle({ channels: [{}, { balance1Msat: 50_000_000n }] });
    const stream = await serve(({ bob }) => bob);
    const { route } = await attemptOf(payAround(world));
    const refused = (await stream.next())!;
    expect(refused).toMatchObject({
      eventType: Type.FORWARD,
      incomingChannelId: incoming,
      outgoingChannelId: outgoing,
      outgoingHtlcId: 0n,
      event: {
        $case: 'linkFailEvent',
        value: {
          wireFailure: 15,
          failureDetail: FailureDetail.INSUFFICIENT_BALANCE,
          failureString: 'insufficient bandwidth to route htlc',
          info: {
            incomingAmtMsat: route.totalAmtMsat,
            outgoingAmtMsat: route.hops[0]!.amtToForwardMsat,
            incomingTimelock: route.totalTimeLock,
            outgoingTimelock: route.hops[0]!.expiry,
          },
        },
      },
    });
    const final = (await stream.next())!;
    expect(final.event).toEqual({
      $case: 'finalHtlcEvent',
      value: { settled: false, offchain: true },
    });
  });

  test('of a forward over a channel that is not there: still one of ours to forward', async () => {
    const stream = await serve(({ bob }) => bob);
    await attemptOf(
      payAround(world, {
        change: (route) => {
          route.hops[1]!.chanId = '77';
        },
      }),
    );
    expect(await stream.next()).toMatchObject({
      eventType: Type.FORWARD,
      outgoingChannelId: '77',
      event: {
        value: { failureDetail: FailureDetail.NO_DETAIL, failureString: 'UnknownNextPeer' },
      },
    });
  });

  test('of a forward that a client failed: as if it came from further down', async () => {
    const stream = await serve(({ bob }) => bob);
    const client = new ForwardClient(world.bob);
    const sent = payAround(world);
    await client.answer({ kind: 'fail', code: 'TEMPORARY_CHANNEL_FAILURE' });
    await attemptOf(sent);
    const [incoming, outgoing] = world.channels;
    expect(await told(stream, 2)).toEqual([
      [Type.FORWARD, 'forwardFailEvent', first(incoming), [outgoing, 0n]],
      [Type.UNKNOWN, 'finalHtlcEvent', first(incoming), NONE],
    ]);
  });

  test('of a forward that ended on chain says so', async () => {
    const stream = await serve(({ bob }) => bob);
    const { network, bob, carol } = world;
    network.holdHtlcsAt(carol.nodeId);
    const sent = payAround(world);
    network.offerOnChain(bob.nodeId, { channelId: world.channels[0], index: 0n });
    network.releaseHtlcs(carol.nodeId);
    await attemptOf(sent);
    const events = [];
    for (let i = 0; i < 3; i++) events.push((await stream.next())!.event);
    expect(events.at(-1)).toEqual({
      $case: 'finalHtlcEvent',
      value: { settled: true, offchain: false },
    });
  });

  test('ends when it is cut, and begins anew with the next subscription', async () => {
    const stream = await serve(({ bob }) => bob);
    const other = rpc.stream(RouterService.subscribeHtlcEvents, {});
    await other.next();
    expect(served.cutStreams(RouterService.subscribeHtlcEvents.path)).toBe(2);
    for (const cut of [stream, other]) {
      await expectStatus(cut.rest(), { code: status.UNAVAILABLE, details: 'transport is closing' });
    }
    await attemptOf(payAround(world));
    const again = rpc.stream(RouterService.subscribeHtlcEvents, {});
    expect((await again.next())?.event?.$case).toBe('subscribedEvent');
    await attemptOf(payAround(world));
    expect((await again.next())?.incomingHtlcId).toBe(1n);
  });

  test('may lose, repeat and delay events where faults say so', async () => {
    const stream = await serve(({ bob }) => bob);
    const { network, bob } = world;
    const run = async (faults: object): Promise<HtlcEvent[]> => {
      network.setStreamFaults(bob.nodeId, { htlcEvents: faults });
      for (let i = 0; i < 40; i++) await payAround(world, { amountMsat: 1_000_000n });
      network.setStreamFaults(bob.nodeId, {});
      // An HTLC of another size marks the end.
      await payAround(world, { amountMsat: 2_000_000n });
      const events: HtlcEvent[] = [];
      for (;;) {
        const event = (await stream.next())!;
        const body = event.event;
        if (body?.$case === 'forwardEvent' && body.value.info!.outgoingAmtMsat > 1_500_000n) break;
        events.push(event);
      }
      await told(stream, 2);
      return events;
    };
    const orderly = await run({});
    expect(orderly).toHaveLength(120);
    const late = await run({ late: 0.3 });
    const nameOf = ({ incomingHtlcId, event }: HtlcEvent): string =>
      `${incomingHtlcId} ${event?.$case}`;
    const timeOrder = (events: HtlcEvent[]): string[] =>
      events.map(nameOf).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    expect(late).toHaveLength(120);
    expect(late.map(nameOf)).not.toEqual(timeOrder(late));
    expect(new Set(late.map(nameOf)).size).toBe(120);
    const repeated = await run({ repeated: 0.3 });
    expect(repeated.length).toBeGreaterThan(130);
    expect(new Set(repeated.map(nameOf)).size).toBe(120);
    const lost = await run({ lost: 0.3 });
    expect(lost.length).toBeLessThan(110);
    expect(lost.length).toBeGreaterThan(50);
    expect(await run({ lost: 1 })).toEqual([]);
  });
});

describe('SubscribeChannelEvents', () => {
  const updates = () => rpc.stream(LightningService.subscribeChannelEvents, {});
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

  test('tells of changed balances from 0.21 on', async () => {
    await serve(({ bob }) => bob);
    served.report({ version: '0.21.0-beta' });
    const stream = updates();
    await settled();
    await attemptOf(payAround(world));
    const seen = [];
    for (let i = 0; i < 4; i++) seen.push((await stream.next())!);
    const types = new Set(seen.map(({ type }) => type));
    expect([...types]).toEqual([ChannelEventUpdate_UpdateType.CHANNEL_UPDATE]);
    const channels = seen.map(({ channel }) => {
      if (channel?.$case !== 'updatedChannel') throw new Error('not of a balance');
      const { chanId, localBalance, pendingHtlcs } = channel.value.channel!;
      return { chanId, localBalance, pending: pendingHtlcs.length };
    });
    const [incoming, outgoing] = world.channels;
    expect(channels.map(({ chanId, pending }) => [chanId, pending])).toEqual([
      [incoming, 1],
      [outgoing, 1],
      [outgoing, 0],
      [incoming, 0],
    ]);
    expect(channels[3]!.localBalance).toBe(world.bob.channel(incoming)!.localBalanceSat);
    expect(channels[3]!.localBalance).toBeGreaterThan(AMOUNT_MSAT / 1000n);
  });

  test('says nothing of them before', async () => {
    await serve(({ bob }) => bob);
    const stream = updates();
    await settled();
    await attemptOf(payAround(world));
    world.network.setLinkUp(world.channels[0], false);
    expect((await stream.next())?.type).toBe(ChannelEventUpdate_UpdateType.INACTIVE_CHANNEL);
  });
});

test('SubscribeChannelGraph keeps no order where faults say so', async () => {
  const { network, bob, carol } = world;
  network.setStreamFaults(bob.nodeId, { graph: { late: 0.5 } });
  await serve(({ bob: served }) => served);
  const stream = rpc.stream(LightningService.subscribeChannelGraph, {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let feeRatePpm = 1; feeRatePpm <= 60; feeRatePpm++) {
    const policy = { feeRatePpm };
    network.updatePolicy({ channelId: world.channels[2], from: carol.nodeId, policy });
  }
  const rates: number[] = [];
  while (rates.length < 50) {
    const [update] = (await stream.next())!.channelUpdates;
    rates.push(Number(update!.routingPolicy!.feeRateMilliMsat));
  }
  const sorted = [...rates].sort((a, b) => a - b);
  expect(rates).not.toEqual(sorted);
  expect(new Set(rates).size).toBe(50);
});
