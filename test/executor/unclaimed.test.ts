import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim } from '../../src/executor/claims.ts';
import { type ClaimLimits, restored, unclaimed } from '../../src/executor/unclaimed.ts';
import type { OwnChannel, PendingHtlc } from '../../src/ports.ts';
import { type ChannelId, parseChannelId } from '../../src/units/ids.ts';
import { nodeIdOf } from '../graph/make-graph.ts';
import { ownChannel } from '../own-channel.ts';
import { testSeed } from '../seeded-random.ts';
import { hashOf } from './machine-harness.ts';

const [PEER_1, PEER_2] = [nodeIdOf(1), nodeIdOf(2)];
const id = (n: number): ChannelId => parseChannelId(String(n));
const LIMITS: ClaimLimits = { maxPerChannel: 8, maxPerPeer: 8, freeSlots: 2 };

const channel = (n: number, fields: Partial<OwnChannel> = {}): OwnChannel =>
  ownChannel({
    channelId: id(n),
    peer: PEER_1,
    spendableMsat: 1000n,
    receivableMsat: 2000n,
    ...fields,
  });
const claim = (out: number, back: number, fields: Partial<Claim> = {}): Claim => ({
  rebalanceId: 'other',
  paymentHash: hashOf(1),
  outChannelId: id(out),
  inChannelId: id(back),
  amountMsat: 300n,
  feeMsat: 7n,
  links: [],
  ...fields,
});
const htlc = (number: number, incoming: boolean): PendingHtlc => ({
  paymentHash: hashOf(number),
  incoming,
  amountSat: 1n,
  expiryHeight: 1,
});
const left = (channels: readonly OwnChannel[]) =>
  channels.map(({ spendableMsat, receivableMsat }) => [spendableMsat, receivableMsat]);

describe('what claims leave', () => {
  test('amount and fee go out, the amount comes in', () => {
    const channels = [channel(1), channel(2), channel(3)];
    expect(left(unclaimed(channels, [claim(1, 2)], LIMITS))).toEqual([
      [693n, 2000n],
      [1000n, 1700n],
      [1000n, 2000n],
    ]);
  });

  test('never less than nothing', () => {
    const channels = [channel(1), channel(2)];
    const claims = [claim(1, 2, { amountMsat: 5000n })];
    expect(left(unclaimed(channels, claims, LIMITS))).toEqual([
      [0n, 2000n],
      [1000n, 0n],
    ]);
  });

  test('an HTLC that the node lists is off the balance already, on that side only', () => {
    const listed = channel(1, { pendingHtlcs: [htlc(1, false)] });
    expect(left(unclaimed([listed, channel(2)], [claim(1, 2)], LIMITS))).toEqual([
      [1000n, 2000n],
      [1000n, 1700n],
    ]);
    // Offered by the peer, or another payment's: not the one that left.
    for (const other of [htlc(1, true), htlc(2, false)]) {
      const channels = [channel(1, { pendingHtlcs: [other] }), channel(2)];
      expect(left(unclaimed(channels, [claim(1, 2)], LIMITS))[0]).toEqual([693n, 2000n]);
    }
  });

  test('with as many payments as allowed, a channel takes no more either way', () => {
    const limits = { ...LIMITS, maxPerChannel: 2 };
    const channels = [channel(1), channel(2, { peer: PEER_2 }), channel(3, { peer: PEER_2 })];
    const one = [claim(1, 2)];
    expect(left(unclaimed(channels, one, limits))[0]).toEqual([693n, 2000n]);
    const two = [...one, claim(3, 1, { paymentHash: hashOf(2) })];
    expect(left(unclaimed(channels, two, limits))).toEqual([
      [0n, 0n],
      [1000n, 1700n],
      [693n, 2000n],
    ]);
  });

  test('the same for all channels of a peer together', () => {
    const limits = { ...LIMITS, maxPerPeer: 2 };
    const channels = [channel(1), channel(2), channel(3), channel(4, { peer: PEER_2 })];
    const claims = [claim(1, 4), claim(2, 4, { paymentHash: hashOf(2) })];
    expect(left(unclaimed(channels, claims, limits))).toEqual([
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
      [0n, 0n],
    ]);
    expect(left(unclaimed(channels, claims.slice(0, 1), limits))[2]).toEqual([1000n, 2000n]);
  });

  test('slots stay free for forwards, each direction by itself', () => {
    const slots = { maxOutgoingHtlcs: 5, maxIncomingHtlcs: 5 };
    const withTaken = (count: number, incoming: boolean, claims: readonly Claim[] = []) => {
      const pendingHtlcs = Array.from({ length: count }, (_, n) => htlc(50 + n, incoming));
      return left(unclaimed([channel(1, { ...slots, pendingHtlcs })], claims, LIMITS))[0];
    };
    expect(withTaken(2, false)).toEqual([1000n, 2000n]);
    expect(withTaken(3, false)).toEqual([0n, 2000n]);
    expect(withTaken(3, true)).toEqual([1000n, 0n]);
    // A claim that the node does not list yet takes a slot too.
    expect(withTaken(2, false, [claim(1, 9)])).toEqual([0n, 2000n]);
    expect(withTaken(2, false, [claim(1, 9, { paymentHash: hashOf(50) })])).toEqual([1000n, 2000n]);
  });

  test('a channel with few slots keeps half of them; one that does not tell keeps none', () => {
    const spendable = (maxOutgoingHtlcs: number | null, taken: number) => {
      const pendingHtlcs = Array.from({ length: taken }, (_, n) => htlc(50 + n, false));
      const channels = [channel(1, { maxOutgoingHtlcs, pendingHtlcs })];
      return unclaimed(channels, [], { ...LIMITS, freeSlots: 50 })[0]!.spendableMsat;
    };
    expect([spendable(2, 0), spendable(2, 1)]).toEqual([1000n, 0n]);
    expect([spendable(100, 49), spendable(100, 50)]).toEqual([1000n, 0n]);
    expect(spendable(null, 400)).toBe(1000n);
  });
});

test('restored: as if the payments under way had failed, their HTLCs and slots included', () => {
  const channels = [
    channel(1, { pendingHtlcs: [htlc(1, false), htlc(2, false)], maxOutgoingHtlcs: 4 }),
    channel(2, { pendingHtlcs: [htlc(1, true)] }),
    channel(3),
  ];
  const back = restored(channels, [claim(1, 2)]);
  expect(left(back)).toEqual([
    [1307n, 2000n],
    [1000n, 2300n],
    [1000n, 2000n],
  ]);
  expect(back.map(({ pendingHtlcs }) => pendingHtlcs)).toEqual([[htlc(2, false)], [], []]);
  expect(unclaimed(channels, [], LIMITS)[0]!.spendableMsat).toBe(0n);
  expect(unclaimed(back, [], LIMITS)[0]!.spendableMsat).toBe(1307n);
});

// ---- against a ledger of plain numbers

const few = fc.integer({ min: 1, max: 3 });
const amount = fc.bigInt({ min: 1n, max: 400n });
const drawnClaim = fc
  .tuple(few, few, amount, fc.bigInt({ min: 0n, max: 9n }), fc.boolean(), fc.boolean())
  .filter(([out, back]) => out !== back);

test('what is spent never exceeds what there is, whichever HTLCs the node lists yet', () => {
  const property = fc.property(fc.array(drawnClaim, { maxLength: 12 }), (drawn) => {
    // In truth each channel can still send 1000 and receive 1000 before any of these payments.
    const truth = new Map(
      [1, 2, 3].map((n) => [n, { out: 1000n, in: 1000n, listedOut: 0n, listedIn: 0n }]),
    );
    const pending = new Map<number, PendingHtlc[]>([1, 2, 3].map((n) => [n, []]));
    const claims = drawn.map(([out, back, amountMsat, feeMsat, outListed, inListed], number) => {
      const [from, to] = [truth.get(out)!, truth.get(back)!];
      from.out -= amountMsat + feeMsat;
      to.in -= amountMsat;
      if (outListed) {
        from.listedOut += amountMsat + feeMsat;
        pending.get(out)!.push(htlc(100 + number, false));
      }
      if (inListed) {
        to.listedIn += amountMsat;
        pending.get(back)!.push(htlc(100 + number, true));
      }
      return claim(out, back, { paymentHash: hashOf(100 + number), amountMsat, feeMsat });
    });
    // What the node shows has only the listed ones taken off; never below nothing, as a node would not take those.
    fc.pre([...truth.values()].every((t) => t.listedOut <= 1000n && t.listedIn <= 1000n));
    const channels = [1, 2, 3].map((n) =>
      channel(n, {
        peer: nodeIdOf(n),
        spendableMsat: 1000n - truth.get(n)!.listedOut,
        receivableMsat: 1000n - truth.get(n)!.listedIn,
        pendingHtlcs: pending.get(n)!,
      }),
    );
    const limits = { maxPerChannel: 100, maxPerPeer: 100, freeSlots: 0 };
    const most = (value: bigint): bigint => (value > 0n ? value : 0n);
    expect(left(unclaimed(channels, claims, limits))).toEqual(
      [1, 2, 3].map((n) => [most(truth.get(n)!.out), most(truth.get(n)!.in)]),
    );
    expect(left(restored(channels, claims))).toEqual(channels.map(() => [1000n, 1000n]));
  });
  fc.assert(property, { seed: testSeed(83), numRuns: 500 });
});
