/** What a node on the way can make Ballast believe and do by the failures that it sends, and what not. */
import { expect, test } from 'vitest';
import { interpretFailure } from '../../src/executor/interpret-failure.ts';
import {
  type ChannelUpdate,
  Failure_FailureCode as Code,
  Failure,
} from '../../src/generated/messages/failure.ts';
import type { LightningNode, SendOutcome } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { ChannelId } from '../../src/units/ids.ts';
import { Square } from '../engine/square.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const UINT32 = 2 ** 32 - 1;
const UINT64 = 2n ** 64n - 1n;
const CODES = Object.values(Code).filter((code) => code !== Code.UNRECOGNIZED);

/** The node's own words, except that it forges the failure of every attempt, which it lets nowhere. */
function forging(square: Square, forge: (sends: number) => Partial<Failure>): { sends: number } {
  const count = { sends: 0 };
  const { node } = square;
  const sendToRoute: LightningNode['sendToRoute'] = async (): Promise<SendOutcome> => {
    const failure = Failure.fromPartial(forge(count.sends++));
    return { kind: 'failed', failure, attemptId: BigInt(count.sends) };
  };
  square.node = { ...node, sendToRoute };
  return count;
}

const updateOf = (fields: Partial<ChannelUpdate>): ChannelUpdate => ({
  signature: new Uint8Array(64),
  chainHash: new Uint8Array(32),
  chanId: '1',
  timestamp: 1,
  channelFlags: 0,
  timeLockDelta: 40,
  htlcMinimumMsat: 0n,
  baseFee: 0,
  feeRate: 0,
  messageFlags: 0,
  htlcMaximumMsat: 0n,
  extraOpaqueData: new Uint8Array(),
  ...fields,
});

test('terms that change at every attempt are followed once a channel, and never above the limit', async () => {
  const square = new Square();
  const seen: bigint[] = [];
  const count = forging(square, (sends) => ({
    code: Code.FEE_INSUFFICIENT,
    failureSourceIndex: 1,
    channelUpdate: updateOf({
      chanId: square.annBob,
      channelFlags: square.ann < square.bob ? 0 : 1,
      // Dearer by a little each time, still within the limit.
      feeRate: 110 + sends,
      timestamp: UINT32,
    }),
  }));
  const { sendToRoute } = square.node;
  square.node = {
    ...square.node,
    sendToRoute: (request) => {
      const { route } = request;
      seen.push(route.totalAmtMsat - route.hops.at(-1)!.amtToForwardMsat);
      return sendToRoute(request);
    },
  };
  const report = await square.rebalance({ maxFeePpm: 300, maxAttempts: 20 }).result;
  expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
  expect(count.sends).toBeLessThanOrEqual(6);
  expect(seen.every((feeMsat) => feeMsat <= 300_000n)).toBe(true);
  expect(seen).toContain(110_000n);
});

test.each([
  ['of the distant future', { timestamp: UINT32 }],
  ['of the distant past', { timestamp: 0 }],
  ['of another chain', { chainHash: new Uint8Array(32).fill(255) }],
])('an update %s is forgotten with the rebalance that met it', async (_what, fields) => {
  const square = new Square();
  const { node } = square;
  forging(square, () => ({
    code: Code.FEE_INSUFFICIENT,
    failureSourceIndex: 1,
    channelUpdate: updateOf({
      chanId: square.annBob,
      channelFlags: square.ann < square.bob ? 0 : 1,
      feeRate: UINT32,
      baseFee: UINT32,
      ...fields,
    }),
  }));
  const first = await square.rebalance({ maxAttempts: 1 }).result;
  expect(first.outcome.kind).not.toBe('settled');
  square.node = node;
  const report = await square.rebalance({}, { store: memoryStore() }).result;
  // The cheapest way is the one that it was said to bar.
  expect(report).toMatchObject({ outcome: { kind: 'settled' }, feePaidMsat: 100_000n });
  expect(report.attempts[0]!.hops.map(({ channelId }) => channelId)).toContain(square.annBob);
});

test('failures of any kind, with updates of any content, end within the attempts and pay nothing', async () => {
  const seed = testSeed(20261122);
  const random = new SeededRandom(seed);
  for (let run = 0; run < 25; run++) {
    const square = new Square({ sibling: true });
    const channels = [square.annBob, square.annCleo, square.cleoBob, square.out, square.in];
    const count = forging(square, () => ({
      code: random.pick([...CODES, 4242 as Code]),
      failureSourceIndex: random.pick([0, 1, 2, 3, 4, 20, UINT32]),
      htlcMsat: UINT64,
      cltvExpiry: UINT32,
      height: UINT32,
      flags: UINT32,
      onionSha256: new Uint8Array(random.pick([0, 32, 1000])),
      channelUpdate: random.chance(0.3)
        ? undefined
        : updateOf({
            chanId: random.pick([...channels, '0', '18446744073709551615' as ChannelId]),
            timestamp: random.pick([0, UINT32]),
            channelFlags: random.between(0, 3),
            messageFlags: random.between(0, 1),
            timeLockDelta: random.pick([0, 40, 65_535, UINT32]),
            baseFee: random.pick([0, UINT32]),
            feeRate: random.pick([0, UINT32]),
            htlcMinimumMsat: random.pick([0n, UINT64]),
            htlcMaximumMsat: random.pick([0n, 1n, UINT64]),
            extraOpaqueData: Uint8Array.from({ length: 12 }, () => random.between(0, 255)),
          }),
    }));
    const report = await square.rebalance({ maxAttempts: 12, maxFeePpm: 250 }).result;
    expect(count.sends).toBeGreaterThan(0);
    expect(count.sends).toBeLessThanOrEqual(12);
    expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
    expect(report.outcome.kind, `seed ${seed}, run ${run}`).not.toBe('internal_error');
    expect(report.invoices.every(({ state }) => state === 'canceled')).toBe(true);
  }
});

test('nobody makes us doubt our own node, nor our channels towards the peer that a payment came from', async () => {
  const { route } = await sentRoute(new Square());
  const [peer, self] = route.hops.slice(-2).map(({ pubKey }) => pubKey);
  for (const code of CODES) {
    for (let index = 1; index <= route.hops.length; index++) {
      const failure = Failure.fromPartial({ code, failureSourceIndex: index });
      const { blame, facts } = interpretFailure(route, failure);
      expect(blame).not.toMatchObject({ kind: 'node', nodeId: self });
      const doubts = facts.filter((fact) => fact.kind === 'suspect' && fact.from === self);
      expect(doubts.filter(({ to }) => to === peer)).toEqual([]);
    }
  }
});

/** A route as it is sent. */
async function sentRoute(square: Square) {
  const sent: Parameters<LightningNode['sendToRoute']>[0][] = [];
  const { sendToRoute } = square.node;
  square.node = {
    ...square.node,
    sendToRoute: (request) => {
      sent.push(request);
      return sendToRoute.call(square.node, request);
    },
  };
  await square.rebalance().result;
  return sent[0]!;
}
