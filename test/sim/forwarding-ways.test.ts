/** Peers with ways of their own, and the network's own account of what they do. */
import { expect, test } from 'vitest';
import { Failure_FailureCode as Code } from '../../src/generated/messages/failure.ts';
import type { HtlcChange } from '../../src/sim/network-records.ts';
import { AMOUNT_MSAT, attemptOf, CAPACITY_SAT, circle, payAround, scid } from './circle.ts';

const SKIM_MSAT = 5n;

test('a last peer that keeps something back: the recipient refuses', async () => {
  const round = circle();
  round.network.setForwarding(round.dave.nodeId, { skimMsat: SKIM_MSAT });
  const attempt = await attemptOf(payAround(round));
  expect(attempt.failure).toMatchObject({
    code: Code.FINAL_INCORRECT_HTLC_AMOUNT,
    failureSourceIndex: 4,
    htlcMsat: AMOUNT_MSAT - SKIM_MSAT,
  });
});

test('one on the way that does so: the next one lacks its fee', async () => {
  const round = circle();
  round.network.setForwarding(round.bob.nodeId, { skimMsat: SKIM_MSAT });
  const attempt = await attemptOf(payAround(round));
  expect(attempt.failure).toMatchObject({ code: Code.FEE_INSUFFICIENT, failureSourceIndex: 2 });
  round.network.setForwarding(round.bob.nodeId, { skimMsat: 0n });
  expect((await attemptOf(payAround(round))).state).toBe('settled');
});

test('a peer that prefers the sibling takes it every time, while it can', async () => {
  const round = circle();
  const { network, alice, dave } = round;
  const ends = { node1: dave.nodeId, node2: alice.nodeId };
  const sibling = network.openChannel({
    ...ends,
    channelId: scid('700009x1x0'),
    capacitySat: CAPACITY_SAT,
    policy1: { feeBaseMsat: 0n, feeRatePpm: 0, timeLockDelta: 10 },
  });
  network.setForwarding(dave.nodeId, { prefersSiblings: true });
  const arrivals: string[] = [];
  network.onHtlc(({ kind, to, channelId }) => {
    if (kind === 'settled' && to === alice.nodeId) arrivals.push(channelId);
  });
  for (let i = 0; i < 3; i++) await attemptOf(payAround(round));
  expect(arrivals).toEqual([sibling, sibling, sibling]);
  network.setLinkUp(sibling, false);
  await attemptOf(payAround(round));
  expect(arrivals.at(-1)).toBe(round.channels[3]);
});

test('tells of every HTLC when it is locked and when it ends, until nobody listens', async () => {
  const round = circle();
  const { network, channels, alice, bob } = round;
  const seen: HtlcChange[] = [];
  const stop = network.onHtlc((change) => seen.push(change));
  await attemptOf(payAround(round));
  const [one, two, three, four] = channels;
  expect(seen.map(({ kind, channelId }) => [kind, channelId])).toEqual([
    ['locked', one],
    ['locked', two],
    ['locked', three],
    ['locked', four],
    ['settled', four],
    ['settled', three],
    ['settled', two],
    ['settled', one],
  ]);
  expect(seen[0]).toMatchObject({ from: alice.nodeId, to: bob.nodeId, index: 0n });
  expect(seen[3]).toMatchObject({ amountMsat: AMOUNT_MSAT });
  network.setLinkUp(three, false);
  await attemptOf(payAround(round));
  expect(seen.slice(8).map(({ kind, channelId }) => [kind, channelId])).toEqual([
    ['locked', one],
    ['locked', two],
    ['failed', two],
    ['failed', one],
  ]);
  stop();
  await attemptOf(payAround(round));
  expect(seen).toHaveLength(12);
});
