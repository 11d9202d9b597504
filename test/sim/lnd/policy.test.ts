import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { Invoice } from '../../../src/generated/services/invoice.ts';
import { LightningService } from '../../../src/generated/services/lightning.ts';
import {
  type ForwardingEvent,
  ForwardingHistoryRequest,
  PolicyUpdateRequest,
  UpdateFailure,
} from '../../../src/generated/services/policy.ts';
import { RouterService, SendToRouteRequest } from '../../../src/generated/services/router.ts';
import type { ChannelPolicy } from '../../../src/ports.ts';
import { generateNetwork } from '../../../src/sim/generator.ts';
import { serveLnd } from '../../../src/sim/lnd/serve-lnd.ts';
import { addRoutingNode } from '../../../src/sim/routing-node.ts';
import { Traffic } from '../../../src/sim/traffic.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { circularRoute } from './ring-network.ts';
import { expectStatus, RpcClient } from './rpc-client.ts';
import { servedRing } from './served-ring.ts';

const world = servedRing();

const update = (request: Partial<PolicyUpdateRequest>) =>
  world.rpc.ask(LightningService.updateChannelPolicy, PolicyUpdateRequest.fromPartial(request));

const GLOBAL = { $case: 'global', value: true } as const;

function ownPolicy(): ChannelPolicy {
  const record = world.ring.network.channelRecord(world.ring.channelSA)!;
  return (record.node1 === world.ring.self ? record.policy1 : record.policy2)!;
}

function pointOf(txid: string, outputIndex: number): NonNullable<PolicyUpdateRequest['scope']> {
  const fundingTxid = { $case: 'fundingTxidStr', value: txid } as const;
  return { $case: 'chanPoint', value: { fundingTxid, outputIndex } };
}

describe('UpdateChannelPolicy', () => {
  test('takes base, rate and delta, and keeps what is left out', async () => {
    const before = ownPolicy();
    const [txid, index] = world.ring.network
      .node(world.ring.self)
      .channel(world.ring.channelSA)!
      .channelPoint.split(':');
    const inboundFee = { baseFeeMsat: -5, feeRatePpm: -60 };
    const terms = { baseFeeMsat: 3n, feeRatePpm: 44, timeLockDelta: 50 };
    const scope = pointOf(txid!, Number(index));
    expect(await update({ scope, ...terms, inboundFee })).toEqual({ failedUpdates: [] });
    expect(ownPolicy()).toMatchObject({
      feeBaseMsat: 3n,
      feeRatePpm: 44,
      timeLockDelta: 50,
      inboundFeeBaseMsat: -5n,
      inboundFeeRatePpm: -60,
      minHtlcMsat: before.minHtlcMsat,
      maxHtlcMsat: before.maxHtlcMsat,
    });
    expect(ownPolicy().lastUpdate).toBeGreaterThan(before.lastUpdate);
    await update({ scope, timeLockDelta: 60, minHtlcMsat: 9n, minHtlcMsatSpecified: true });
    expect(ownPolicy()).toMatchObject({
      feeBaseMsat: 0n,
      feeRatePpm: 0,
      timeLockDelta: 60,
      minHtlcMsat: 9n,
      inboundFeeRatePpm: -60,
    });
  });

  test('reaches every channel, and FeeReport tells', async () => {
    await update({ scope: GLOBAL, baseFeeMsat: 1n, feeRate: 0.000123, timeLockDelta: 40 });
    const report = await world.rpc.ask(LightningService.feeReport, {});
    expect(report.channelFees.map(({ chanId }) => chanId).sort()).toEqual(
      [world.ring.channelSA, world.ring.channelBS].sort(),
    );
    for (const fees of report.channelFees) {
      expect(fees).toMatchObject({ baseFeeMsat: 1n, feePerMil: 123n, feeRate: 0.000123 });
    }
    expect(report.dayFeeSum).toBe(0n);
  });

  const REFUSED: [string, Partial<PolicyUpdateRequest>, number, string][] = [
    ['no scope', { timeLockDelta: 40 }, status.UNKNOWN, 'unknown scope: <nil>'],
    [
      'two rates',
      { scope: GLOBAL, timeLockDelta: 40, feeRate: 0.1, feeRatePpm: 1 },
      status.INVALID_ARGUMENT,
      'cannot set both FeeRate and FeeRatePpm at the same time',
    ],
    [
      'a short delta',
      { scope: GLOBAL, timeLockDelta: 17 },
      status.UNKNOWN,
      'time lock delta of 17 is too small, minimum supported is 18',
    ],
    [
      'a surcharge',
      { scope: GLOBAL, timeLockDelta: 40, inboundFee: { baseFeeMsat: 1, feeRatePpm: 0 } },
      status.UNKNOWN,
      'positive values for inbound base fee msat are not supported: 1',
    ],
  ];

  test.each(REFUSED)('%s is refused', async (_name, request, code, details) => {
    const before = ownPolicy();
    await expectStatus(update(request), { code, details });
    expect(ownPolicy()).toEqual(before);
  });

  test('a foreign channel and an impossible limit are reported one by one', async () => {
    const foreign = world.ring.network.channelRecord(world.ring.channelAB)!.channelPoint.split(':');
    const scope = pointOf(foreign[0]!, Number(foreign[1]));
    expect((await update({ scope, timeLockDelta: 40 })).failedUpdates).toMatchObject([
      { reason: UpdateFailure.UPDATE_FAILURE_NOT_FOUND, updateError: 'not found' },
    ]);
    const before = ownPolicy();
    const { failedUpdates } = await update({
      scope: GLOBAL,
      timeLockDelta: 40,
      maxHtlcMsat: 10_000_000_000n,
    });
    expect(failedUpdates.map(({ reason }) => reason)).toEqual([
      UpdateFailure.UPDATE_FAILURE_INVALID_PARAMETER,
      UpdateFailure.UPDATE_FAILURE_INVALID_PARAMETER,
    ]);
    expect(failedUpdates[0]?.updateError).toMatch(/^max htlc size of 10000000000 mSAT is above/);
    expect(ownPolicy()).toEqual(before);
  });
});

test('a channel without a policy of ours cannot be changed, and stops FeeReport', async () => {
  const { network, self, a } = world.ring;
  const channelId = network.openChannel({
    node1: self,
    node2: a,
    capacitySat: 500_000n,
    policy1: null,
  });
  const { failedUpdates } = await update({ scope: GLOBAL, baseFeeMsat: 7n, timeLockDelta: 40 });
  expect(failedUpdates).toMatchObject([
    { reason: UpdateFailure.UPDATE_FAILURE_NOT_FOUND, updateError: 'edge policy not found' },
  ]);
  expect(ownPolicy().feeBaseMsat).toBe(7n);
  await expectStatus(world.rpc.ask(LightningService.feeReport, {}), {
    code: status.UNKNOWN,
    details: `no policy for outgoing channel ${channelId} `,
  });
});

test('an update puts a maximum right that the channel cannot carry', async () => {
  const { network, self, channelSA } = world.ring;
  network.updatePolicy({ channelId: channelSA, from: self, policy: { maxHtlcMsat: null } });
  await update({ scope: GLOBAL, timeLockDelta: 40 });
  // The capacity less the reserve of a hundredth.
  expect(ownPolicy().maxHtlcMsat).toBe(9_900_000_000n);
});

test('FeeReport counts the fees of a day, a week and a month, to the last msat', async () => {
  const clock = new VirtualClock();
  const network = generateNetwork({ nodes: 40, seed: 3, clock });
  const ours = addRoutingNode(network, {
    seed: 3,
    channels: 10,
    capacitySat: 8_000_000n,
    policy: { feeBaseMsat: 500n, feeRatePpm: 77, timeLockDelta: 40 },
  });
  const stop = new AbortController();
  void new Traffic(network, { seed: 3, paymentsPerDay: 400, bystanders: [ours] }).run(stop.signal);
  const served = await serveLnd(network, ours);
  const rpc = new RpcClient(served);
  await clock.advance(9 * 86_400_000);
  const report = await rpc.ask(LightningService.feeReport, {});
  const all = network.node(ours).forwardingHistory();
  const sinceDays = (days: number): bigint => {
    const sinceNs = BigInt(clock.now() - days * 86_400_000) * 1_000_000n;
    const forwards = all.filter(({ timestampNs }) => timestampNs >= sinceNs);
    return forwards.reduce((sum, { feeMsat }) => sum + feeMsat, 0n) / 1000n;
  };
  expect(report).toMatchObject({
    dayFeeSum: sinceDays(1),
    weekFeeSum: sinceDays(7),
    monthFeeSum: sinceDays(30),
  });
  expect(report.weekFeeSum).toBeGreaterThan(report.dayFeeSum);
  expect(report.monthFeeSum).toBeGreaterThan(report.weekFeeSum);

  const pages: ForwardingEvent[] = [];
  for (let indexOffset = 0; ; ) {
    const request = ForwardingHistoryRequest.fromPartial({ indexOffset, numMaxEvents: 7 });
    const page = await rpc.ask(LightningService.forwardingHistory, request);
    if (page.forwardingEvents.length === 0) break;
    pages.push(...page.forwardingEvents);
    indexOffset = page.lastOffsetIndex;
  }
  expect(pages.map(({ timestampNs, feeMsat }) => [timestampNs, feeMsat])).toEqual(
    all.map(({ timestampNs, feeMsat }) => [timestampNs, feeMsat]),
  );
  const closed = all[0]!.channelIn;
  network.removeChannel(closed);
  const request = ForwardingHistoryRequest.fromPartial({
    incomingChanIds: [closed],
    peerAliasLookup: true,
  });
  const [first] = (await rpc.ask(LightningService.forwardingHistory, request)).forwardingEvents;
  expect(first?.peerAliasIn).toMatch(/^unable to lookup peer alias/);
  stop.abort();
  rpc.close();
  await served.close();
});

test('ForwardingHistory is that of the forwarder', async () => {
  const added = await world.rpc.ask(LightningService.addInvoice, Invoice.fromPartial({}));
  const route = circularRoute(world.ring, added.paymentAddr);
  const request = SendToRouteRequest.fromPartial({ paymentHash: added.rHash, route });
  expect((await world.rpc.ask(RouterService.sendToRouteV2, request)).failure).toBeUndefined();

  const bob = await serveLnd(world.ring.network, world.ring.b);
  const bobRpc = new RpcClient(bob);
  const history = (filter: Partial<ForwardingHistoryRequest>) =>
    bobRpc.ask(LightningService.forwardingHistory, ForwardingHistoryRequest.fromPartial(filter));
  const all = await history({ peerAliasLookup: true });
  expect(all.lastOffsetIndex).toBe(1);
  expect(all.forwardingEvents).toMatchObject([
    {
      chanIdIn: world.ring.channelAB,
      chanIdOut: world.ring.channelBS,
      amtInMsat: 1_000_550n,
      amtIn: 1000n,
      amtOutMsat: 1_000_000n,
      feeMsat: 550n,
      fee: 0n,
      peerAliasIn: 'alice',
      peerAliasOut: 'self',
    },
  ]);
  expect(
    (await history({ incomingChanIds: [world.ring.channelAB] })).forwardingEvents,
  ).toHaveLength(1);
  expect((await history({ incomingChanIds: [world.ring.channelBS] })).forwardingEvents).toEqual([]);
  expect((await history({ indexOffset: 1 })).forwardingEvents).toEqual([]);
  expect((await history({ endTime: 1n })).forwardingEvents).toEqual([]);
  const own = ForwardingHistoryRequest.fromPartial({});
  const ours = await world.rpc.ask(LightningService.forwardingHistory, own);
  expect(ours.forwardingEvents).toEqual([]);
  bobRpc.close();
  await bob.close();
});
