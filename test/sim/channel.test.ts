import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimulatedChannel } from '../../src/sim/channel.ts';
import { channelView } from '../../src/sim/channel-view.ts';
import type { SimulatedChannelView } from '../../src/sim/records.ts';
import { type NodeId, parsePaymentHash } from '../../src/units/ids.ts';
import { testSeed } from '../seeded-random.ts';
import vectors from '../vectors/spendable.json' with { type: 'json' };
import { attemptOf, circle, payAround, scid } from './circle.ts';

const ENDS: [NodeId, NodeId] = [`02${'a'.repeat(64)}` as NodeId, `03${'b'.repeat(64)}` as NodeId];
const HASH = parsePaymentHash('0'.repeat(64));
const ANCHORS_SAT = 660n;

function open(terms: {
  capacitySat: bigint;
  balance1Msat: bigint;
  reserveSat: bigint;
  opener: 0 | 1;
  feePerKw: number;
}): SimulatedChannel {
  return new SimulatedChannel({
    ...terms,
    channelId: scid('1x1x1'),
    ends: ENDS,
    balanceMsat: [terms.balance1Msat, terms.capacitySat * 1000n - terms.balance1Msat],
    policies: [null, null],
    private: false,
    aliases: null,
    channelPoint: '',
    up: true,
  });
}

const lockOn = (channel: SimulatedChannel, from: 0 | 1, amountMsat: bigint) =>
  channel.lock({ from, amountMsat, expiryHeight: 1, paymentHash: HASH, cameFrom: null });

const viewOf = (channel: SimulatedChannel): SimulatedChannelView =>
  channelView({ channel, nodeId: ENDS[0], peerAlias: '', active: true });

/** What a client can work out from lnd's ListChannels (lnd: `availableCommitmentBalance`). */
function spendableByFormula(view: SimulatedChannelView): bigint {
  if (!view.initiator) return view.localBalanceSat - view.localReserveSat;
  const outputs = view.pendingHtlcs.filter(
    ({ amountMsat }) => amountMsat >= view.dustLimitSat * 1000n,
  );
  const weight = 1124n + 172n * BigInt(outputs.length + 2);
  const bufferSat = (2n * view.feePerKw * weight) / 1000n;
  return view.localBalanceSat + view.commitFeeSat - view.localReserveSat - bufferSat;
}

describe('the spendable balance', () => {
  const anchored = vectors.vectors.filter(({ input }) => input.commitment === 'anchors');

  it.each(anchored)("meets lnd's $id", ({ input, expected }) => {
    const costsSat = input.initiator ? BigInt(input.commit_fee_sat) + ANCHORS_SAT : 0n;
    const channel = open({
      capacitySat: 5_000_000n,
      balance1Msat: (BigInt(input.local_balance_sat) + costsSat) * 1000n,
      reserveSat: BigInt(input.local_reserve_sat),
      opener: input.initiator ? 0 : 1,
      feePerKw: input.fee_per_kw,
    });
    for (let i = 0; i < input.pending_non_dust_htlcs; i++) lockOn(channel, 1, 1_000_000n);
    expect(channel.bandwidthMsat(0) / 1000n).toBe(BigInt(expected.spendable_sat));
  });

  it('is never less than what ListChannels lets a client work out, and at most 1 sat more', () => {
    const states = fc.record({
      capacitySat: fc.bigInt({ min: 20_000n, max: 10_000_000n }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      opener: fc.constantFrom(0 as const, 1 as const),
      feePerKw: fc.integer({ min: 253, max: 10_000 }),
      htlcsMsat: fc.array(fc.bigInt({ min: 1n, max: 2_000_000n }), { maxLength: 8 }),
    });
    const property = fc.property(states, ({ share, htlcsMsat, ...terms }) => {
      const capacityMsat = terms.capacitySat * 1000n;
      const balance1Msat = (capacityMsat * BigInt(Math.floor(share * 1e6))) / 1_000_000n;
      const channel = open({ ...terms, balance1Msat, reserveSat: terms.capacitySat / 100n });
      htlcsMsat.forEach((amountMsat, i) => {
        const from = i % 2 === 0 ? 0 : 1;
        if (amountMsat <= channel.bandwidthMsat(from)) lockOn(channel, from, amountMsat);
      });
      const view = viewOf(channel);
      const formulaMsat = spendableByFormula(view) * 1000n;
      if (view.spendableMsat === 354_000n - 1n) return; // the opener cannot pay for another output
      expect(formulaMsat <= view.spendableMsat).toBe(true);
      if (view.spendableMsat > 0n) expect(view.spendableMsat - formulaMsat < 1000n).toBe(true);
    });
    fc.assert(property, { seed: testSeed(44), numRuns: 500 });
  });

  it('is exactly what the link takes', async () => {
    for (const [extraMsat, state] of [
      [0n, 'settled'],
      [1n, 'failed'],
    ] as const) {
      const world = circle();
      const { spendableMsat } = world.alice.channel(world.channels[0])!;
      const change = (route: { totalAmtMsat: bigint }) => {
        route.totalAmtMsat = spendableMsat + extraMsat;
      };
      expect((await attemptOf(payAround(world, { change }))).state).toBe(state);
    }
  });

  it('keeps room for the fee of two more HTLCs at twice the rate', () => {
    const channel = open({
      capacitySat: 1_000_000n,
      balance1Msat: 500_000_000n,
      reserveSat: 10_000n,
      opener: 0,
      feePerKw: 1000,
    });
    expect(channel.bandwidthMsat(0)).toBe(
      (500_000n - 660n - 10_000n - 2n * (1124n + 344n)) * 1000n,
    );
    expect(channel.bandwidthMsat(1)).toBe(490_000_000n);
  });

  it('is dust where the opener cannot pay for another output', () => {
    const channel = open({
      capacitySat: 1_000_000n,
      balance1Msat: 1_500_000n,
      reserveSat: 10_000n,
      opener: 0,
      feePerKw: 1000,
    });
    expect(channel.bandwidthMsat(0)).toBe(0n);
    expect(channel.bandwidthMsat(1)).toBe(354_000n - 1n);
  });

  it('is nothing once 483 HTLCs are out', () => {
    const terms = { capacitySat: 10_000_000n, balance1Msat: 9_000_000_000n, reserveSat: 0n };
    const channel = open({ ...terms, opener: 1, feePerKw: 253 });
    for (let i = 0; i < 483; i++) lockOn(channel, 0, 1000n);
    expect(channel.bandwidthMsat(0)).toBe(0n);
  });
});

describe('the ledger', () => {
  it('refuses to lock what is not there and to resolve twice', () => {
    const terms = { capacitySat: 1000n, balance1Msat: 5000n, reserveSat: 0n };
    const channel = open({ ...terms, opener: 0, feePerKw: 253 });
    expect(() => lockOn(channel, 0, 5001n)).toThrow('not covered');
    const htlc = lockOn(channel, 0, 5000n);
    channel.fail(htlc);
    expect(() => channel.settle(htlc)).toThrow('twice');
    expect(channel.balanceMsat).toEqual([5000n, 995_000n]);
  });
});
