/** What lnd refuses before anything is sent. The words for it change from version to version; Ballast must know them all. */
import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Failure_FailureCode } from '../../../../src/generated/messages/failure.ts';
import type { Hop, Route } from '../../../../src/generated/messages/route.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import type { SendOutcome } from '../../../../src/ports.ts';
import {
  type PaymentHash,
  parseChannelId,
  parseNodeId,
  parsePaymentHash,
} from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles, nameOf } from '../circles.ts';
import { before, expectMoved, paymentsOf } from '../records.ts';
import { NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const FINAL_DELTA = 83;

type Change = (route: Route) => Route;

/** Each under a hash of its own, as if it were the first attempt. */
const MALFORMED: Readonly<Record<string, Change>> = {
  'no hops': (route) => ({ ...route, hops: [] }),
  'neither payment address nor total': lastHop(() => ({
    mppRecord: { paymentAddr: new Uint8Array(), totalAmtMsat: 0n },
  })),
  'no payment address': lastHop(({ amtToForwardMsat }) => ({
    mppRecord: { paymentAddr: new Uint8Array(), totalAmtMsat: amtToForwardMsat },
  })),
  'no total': lastHop(() => ({
    mppRecord: { paymentAddr: new Uint8Array(32).fill(1), totalAmtMsat: 0n },
  })),
  'a record that is not custom': lastHop(() => ({
    customRecords: new Map([[1000n, new Uint8Array(1)]]),
  })),
  'more than fits into an onion': lastHop(() => ({
    customRecords: new Map([[70_001n, new Uint8Array(1300)]]),
  })),
  'too many hops': (route) => ({
    ...route,
    hops: [...Array.from({ length: 28 }, () => route.hops[0]!), ...route.hops],
  }),
};

/** Each under the hash of a payment that is in flight. */
const BESIDE_ANOTHER: Readonly<Record<string, Change>> = {
  'the same once more': (route) => route,
  'under another payment address': lastHop(({ mppRecord }) => ({
    mppRecord: { ...mppRecord!, paymentAddr: new Uint8Array(32).fill(1) },
  })),
  'under another total': lastHop(({ mppRecord }) => ({
    mppRecord: { ...mppRecord!, totalAmtMsat: mppRecord!.totalAmtMsat + 1n },
  })),
  'without payment address and total': lastHop(() => ({ mppRecord: undefined })),
};

export function refusals(stageOf: () => Stage): void {
  it('knows for certain that what lnd refuses at once was not sent', async (context) => {
    const { network } = stageOf();
    const tally = new Tally('real lnd, refused before sending');
    for (const self of network.nodes) {
      await network.settle();
      const [circle] = circles(network, { self });
      if (circle !== undefined) await refuseAll(stageOf(), circle, tally);
    }
    if (tally.refused === 0) skip(context, NO_CIRCLE);
    tally.report(context);
  }, 300_000);
}

async function refuseAll(stage: Stage, circle: Circle, tally: Tally): Promise<void> {
  const { self } = circle;
  const node = await stage.ballastOn(self);
  const past = await before(self);
  const preimage = crypto.getRandomValues(new Uint8Array(32));
  const paymentHash = hashOf(preimage);
  const terms = { memo: '', valueMsat: 0n, cltvDelta: FINAL_DELTA - 3, expirySeconds: 600 };
  const { paymentAddr } = await node.addHoldInvoice({ ...terms, paymentHash });
  const route = await routeRound(stage, circle, paymentAddr);
  const refuse = async (what: string, hash: PaymentHash, change: Change): Promise<void> => {
    const outcome = await node.sendToRoute({ paymentHash: hash, route: change(route) });
    expectNotSent(outcome, `lnd ${self.info.version}, ${what}`);
    tally.refused++;
  };

  for (const [what, change] of Object.entries(MALFORMED)) {
    const hash = hashOf(crypto.getRandomValues(new Uint8Array(32)));
    await refuse(what, hash, change);
    await forget(past, hash);
  }
  const sent = node.sendToRoute({ paymentHash, route });
  await accepted(circle, paymentHash);
  for (const [what, change] of Object.entries(BESIDE_ANOTHER)) {
    await refuse(what, paymentHash, change);
  }
  expect(await node.settleInvoice(preimage)).toEqual({ kind: 'settled' });
  expect((await sent).kind).toBe('settled');
  await refuse('after it has settled', paymentHash, (same) => same);
  tally.sent++;
  tally.settled++;
  const { amountMsat } = stage.network;
  const moved = await expectMoved(stage.network, past, { circle, amountMsat });
  tally.amounts(moved.feeMsat, route.totalFeesMsat);
  const [payment] = (await paymentsOf(past)).filter(({ status }) => status === 'SUCCEEDED');
  expect(payment!.htlcs.length, 'attempts that lnd has recorded').toBe(1);
}

/** Up to 0.18 lnd stores the attempt before it builds the onion, and fails it at once where there can be none. */
function expectNotSent(outcome: SendOutcome, what: string): void {
  if (outcome.kind !== 'failed') {
    expect(outcome.kind, `${what}: ${wordsOf(outcome)}`).toBe('not_sent');
    return;
  }
  expect(outcome.failure, what).toMatchObject({
    code: Failure_FailureCode.INTERNAL_FAILURE,
    failureSourceIndex: 0,
  });
}

const wordsOf = (outcome: SendOutcome): string =>
  'reason' in outcome ? outcome.reason : outcome.kind;

function lastHop(change: (hop: Hop) => Partial<Hop>): Change {
  return (route) => {
    const hops = [...route.hops];
    const last = hops.pop()!;
    return { ...route, hops: [...hops, { ...last, ...change(last) }] };
  };
}

const hashOf = (preimage: Uint8Array): PaymentHash =>
  parsePaymentHash(createHash('sha256').update(preimage).digest('hex'));

async function routeRound(stage: Stage, circle: Circle, paymentAddr: Uint8Array): Promise<Route> {
  const { self, hops } = circle;
  const at = { blockHeight: (await self.rpc.info()).block_height, finalCltvDelta: FINAL_DELTA };
  const found = findCircularRoute((await stage.graphOf(self)).snapshot(), {
    self: parseNodeId(self.key),
    amountMsat: stage.network.amountMsat,
    outChannels: [parseChannelId(hops[0]!.graphId)],
    inChannels: [parseChannelId(hops.at(-1)!.graphId)],
    exclude: (await stage.roundThis(circle)).exclude,
    ...at,
  });
  if (found.kind !== 'route') throw new Error(`${nameOf(circle)}: ${found.message}`);
  return buildRoute(found.path, { paymentAddr, ...at });
}

async function accepted({ self }: Circle, paymentHash: PaymentHash): Promise<void> {
  const until = Date.now() + 30_000;
  while ((await self.rpc.invoice(paymentHash)).state !== 'ACCEPTED') {
    if (Date.now() > until) throw new Error('the payment did not come round');
    await pause(50);
  }
}

/** A refusal may leave a payment without attempts, which lnd shows as in flight until it restarts. */
async function forget(past: Awaited<ReturnType<typeof before>>, hash: PaymentHash): Promise<void> {
  const left = (await paymentsOf(past)).find(({ payment_hash }) => payment_hash === hash);
  if (left === undefined) return;
  const live = left.htlcs.filter(({ status }) => status !== 'FAILED');
  expect(live, 'attempts that have not failed').toEqual([]);
  const request = { payment_hash: Buffer.from(hash, 'hex') };
  await past.node.rpc.call('default', 'deletePayment', request);
}
