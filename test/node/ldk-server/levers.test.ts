import { describe, expect, it } from 'vitest';
import { type Lever, pullLever } from '../../../src/node/ldk-server/index.ts';
import type { ChannelId } from '../../../src/units/ids.ts';
import { type LdkRing, ldkRing } from './served-ldk.ts';

const pull = ({ node }: LdkRing, lever: Lever, dryRun = false) =>
  pullLever(node, lever, { dryRun });

const changingCalls = ({ server }: LdkRing): string[] =>
  server.calls.filter((path) => /Update|Splice/.test(path));

const policyOf = ({ ring }: LdkRing, channelId: ChannelId) => {
  const record = ring.network.channelRecord(channelId)!;
  return record.node1 === ring.self ? record.policy1 : record.policy2;
};

const channelOf = async ({ node }: LdkRing, channelId: ChannelId) =>
  (await node.channels()).find(
    ({ mapping }) => mapping.kind === 'mapped' && mapping.channelId === channelId,
  )!;

describe('a dry run', () => {
  it('tells what would be done, and does nothing', async () => {
    const world = await ldkRing();
    const channel = world.ring.channelSA;
    const { userChannelId } = await channelOf(world, channel);
    const fees = { kind: 'fees', channel, feeRatePpm: 250, timeLockDelta: 90 } as const;
    expect(await pull(world, fees, true)).toEqual({
      kind: 'would',
      change: {
        userChannelId,
        channelId: channel,
        summary: 'rate 10 -> 250 ppm, time lock 80 -> 90 blocks',
        notes: [expect.stringMatching(/five minutes/)],
      },
    });
    for (const kind of ['splice_in', 'splice_out'] as const) {
      const outcome = await pull(world, { kind, channel, amountSat: 100_000n }, true);
      expect(outcome).toMatchObject({ kind: 'would' });
    }
    expect(changingCalls(world)).toEqual([]);
    expect(policyOf(world, channel)).toMatchObject({ feeRatePpm: 10, timeLockDelta: 80 });
  });

  it('refuses what would be refused', async () => {
    const world = await ldkRing();
    const channel = world.ring.channelSA;
    const lever = { kind: 'fees', channel, timeLockDelta: 47 } as const;
    expect(await pull(world, lever, true)).toMatchObject({ kind: 'refused' });
  });
});

describe('fees', () => {
  it('change what is given, and keep the rest', async () => {
    const world = await ldkRing();
    const channel = world.ring.channelBS;
    const lever = { kind: 'fees', channel, feeBaseMsat: 7n } as const;
    expect(await pull(world, lever)).toMatchObject({
      kind: 'done',
      change: { summary: 'base fee 0 -> 7 msat' },
    });
    expect(policyOf(world, channel)).toMatchObject({
      feeBaseMsat: 7n,
      feeRatePpm: 20,
      timeLockDelta: 80,
    });
    expect(await channelOf(world, channel)).toMatchObject({ feeBaseMsat: 7n, feeRatePpm: 20 });
  });

  it('are found by the user channel id as well', async () => {
    const world = await ldkRing();
    const { userChannelId } = await channelOf(world, world.ring.channelSA);
    const lever = {
      kind: 'fees',
      channel: userChannelId,
      feeRatePpm: 1,
      timeLockDelta: 48,
    } as const;
    expect(await pull(world, lever)).toMatchObject({ kind: 'done' });
    expect(policyOf(world, world.ring.channelSA)).toMatchObject({
      feeRatePpm: 1,
      timeLockDelta: 48,
    });
  });

  it.each<[string, Partial<Extract<Lever, { kind: 'fees' }>>, RegExp]>([
    ['a time lock that LDK does not take', { timeLockDelta: 47 }, /48 to 65535/],
    ['a time lock that is no number', { timeLockDelta: Number.NaN }, /48 to 65535/],
    ['a rate that is no whole number', { feeRatePpm: 1.5 }, /whole number/],
    ['a negative base', { feeBaseMsat: -1n }, /cannot be announced/],
    ['nothing', {}, /nothing to change/],
    ['another node`s channel', { channel: '899000x2x0', feeRatePpm: 1 }, /none of this node's/],
  ])('are not sent with %s', async (_what, given, reason) => {
    const world = await ldkRing();
    const outcome = await pull(world, { kind: 'fees', channel: world.ring.channelSA, ...given });
    expect(outcome).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(changingCalls(world)).toEqual([]);
  });
});

describe('splices', () => {
  it('out and in move funds from one channel to another, over the chain', async () => {
    const world = await ldkRing({ serve: { onchainSat: 10_000n, satPerVbyte: 3n } });
    const { channelSA, channelBS } = world.ring;
    const [from, to] = [await channelOf(world, channelSA), await channelOf(world, channelBS)];
    const out = { kind: 'splice_out', channel: channelSA, amountSat: 1_000_000n } as const;
    expect(await pull(world, out)).toMatchObject({ kind: 'done' });
    // One after the other, until the first has confirmed.
    expect(await pull(world, out)).toMatchObject({ kind: 'refused' });
    world.server.confirmSplices();
    const into = { kind: 'splice_in', channel: channelBS, amountSat: 1_000_000n } as const;
    expect(await pull(world, into)).toMatchObject({ kind: 'done' });
    world.server.confirmSplices();
    const after = new Map(
      (await world.node.channels()).map((channel) => [channel.userChannelId, channel]),
    );
    const [drained, filled] = [after.get(from.userChannelId)!, after.get(to.userChannelId)!];
    // 190 vB at 3 sat come out of the channel.
    expect(drained.capacitySat).toBe(from.capacitySat - 1_000_000n - 570n);
    expect(filled.capacitySat).toBe(to.capacitySat + 1_000_000n);
    expect(filled.localBalanceSat).toBe(to.localBalanceSat + 1_000_000n);
    // Their short channel ids are others now, and are found anew.
    for (const [channel, before] of [
      [drained, channelSA],
      [filled, channelBS],
    ] as const) {
      expect(channel.mapping.kind).toBe('mapped');
      expect(channel.mapping).not.toMatchObject({ channelId: before });
    }
  });

  it('are refused without the funds, and nothing is sent', async () => {
    const world = await ldkRing({ serve: { onchainSat: 5_000n } });
    const channel = world.ring.channelSA;
    for (const [lever, reason] of [
      [{ kind: 'splice_in', channel, amountSat: 5_000n }, /does not pay for 5000 and the fee/],
      [{ kind: 'splice_out', channel, amountSat: 9_000_000n }, /less than 9000000/],
      [{ kind: 'splice_out', channel, amountSat: 100n }, /too little/],
      [{ kind: 'splice_in', channel, amountSat: 0n }, /no amount/],
    ] as const) {
      expect(await pull(world, lever)).toEqual({
        kind: 'refused',
        reason: expect.stringMatching(reason),
      });
    }
    world.ring.network.setOnline(world.ring.a, false);
    const offline = { kind: 'splice_in', channel, amountSat: 1_000n } as const;
    expect(await pull(world, offline)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/offline/),
    });
    expect(changingCalls(world)).toEqual([]);
  });

  it('that the node refuses are told with its words', async () => {
    const world = await ldkRing({ serve: { onchainSat: 1_000_100n } });
    const lever = {
      kind: 'splice_in',
      channel: world.ring.channelSA,
      amountSat: 1_000_000n,
    } as const;
    expect(await pull(world, lever)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/SpliceIn: the on-chain wallet lacks the funds/),
    });
  });

  it('without an answer are unknown, and not asked for again', async () => {
    const world = await ldkRing();
    const lever = { kind: 'splice_out', channel: world.ring.channelSA, amountSat: 9_000n } as const;
    // Now channels, and our own node in the graph, are all that is asked before.
    await world.node.channels();
    world.server.refuseAfter(2, 1);
    const outcome = await pull(world, lever);
    expect(outcome).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/SpliceOut got no answer that tells whether it was done/),
    });
    expect(changingCalls(world)).toEqual(['/api.LightningNode/SpliceOut']);
  });
});
