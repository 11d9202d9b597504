/** Routes with custom records, which real lightningd carries in onions that it makes for Ballast. */
import { expect, it } from 'vitest';
import {
  Failure_FailureCode as Code,
  type Failure,
} from '../../../../src/generated/messages/failure.ts';
import type { Route } from '../../../../src/generated/messages/route.ts';
import { connectCln } from '../../../../src/node/cln/index.ts';
import type { LightningNode } from '../../../../src/ports.ts';
import { parseChannelId, parsePaymentHash } from '../../../../src/units/ids.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles, nameOf } from '../circles.ts';
import { Holding, Plugin } from '../holding.ts';
import { changePolicy, policyAt } from '../policies.ts';
import { before, expectMoved, expectNothingMoved, failureOf, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import { connectOptions, type Stage } from '../stage.ts';
import {
  failureAlong,
  invoice,
  lastAttempt,
  paying,
  type Records,
  scene,
  telling,
  withoutSecret,
} from '../told-routes.ts';

const SUITE = 'real Core Lightning, custom records';

type Context = Parameters<typeof skip>[0];

/** Odd, as lightningd refuses even ones that it was not told of. */
const RECORDS: Records = new Map([
  [2n ** 63n + 1n, Uint8Array.of()],
  [65_537n, new Uint8Array(260).fill(0xab)],
  [5_482_373_485n, Uint8Array.of(1, 2, 3)],
]);
/** As they stand in an onion, by hand: type, length, value. */
const WRITTEN = [
  `fe00010001fd0104${'ab'.repeat(260)}`,
  'ff0000000146c6616d03010203',
  'ff800000000000000100',
].join('');

export function customRecords(stageOf: () => Stage): void {
  it('arrive byte for byte where they are meant for, and the payment settles', async (context) => {
    const stage = stageOf();
    const tally = new Tally(SUITE);
    for (const circle of await oneForEachVersion(stage, context)) {
      const listeners = await listening(circle, context);
      try {
        const past = await before(stage.network, circle.self);
        const node: LightningNode = {
          ...(await stage.ballastOn(circle.self)),
          sendToRoute: async ({ route, paymentHash }) =>
            (await stage.ballastOn(circle.self)).sendToRoute({
              paymentHash,
              // For the first peer and for ourselves.
              route: telling(telling(route, { at: 0, records: RECORDS }), { records: RECORDS }),
            }),
        };
        const { report } = await run(stage, { circle, node });
        expect(report.outcome.kind, nameOf(circle)).toBe('settled');
        const what = { circle, amountMsat: stage.network.amountMsat };
        const { feeMsat, paymentHash } = await expectMoved(stage.network, past, what);
        expect(report.feePaidMsat).toBe(feeMsat);
        for (const [i, listener] of listeners.entries()) {
          const told = await listener.call<{ told: Record<string, string> }>('ballast-told');
          const payload = told.told[paymentHash]!;
          const isMeant = i === 0 || i === listeners.length - 1;
          expect(payload.endsWith(WRITTEN), `${nameOf(circle)}, ${i}: ${payload}`).toBe(isMeant);
        }
        tally.sent++;
        tally.settled++;
      } finally {
        for (const listener of listeners) await listener.stop();
      }
    }
    tally.report(context);
  });

  it('fail at each hop as without them: code, place and update', async (context) => {
    const { stage, circle, node, route } = await scene(stageOf(), context);
    const tally = new Tally(SUITE);
    for (const [index, hop] of circle.hops.entries()) {
      if (index === 0) continue;
      const feebase = (await policyAt(hop.from, hop))!.base_fee_millisatoshi + 50_000;
      const restore = await changePolicy(stage, hop, { feebase });
      try {
        expect(await failuresBothWays(node, route)).toMatchObject({
          code: Code.FEE_INSUFFICIENT,
          failureSourceIndex: index,
          channelUpdate: { chanId: parseChannelId(hop.scid), baseFee: feebase },
        });
        tally.sent += 2;
        tally.refused += 2;
      } finally {
        await restore();
      }
    }
    tally.report(context);
  });

  it('fail at their end as without them; of their reason lightningd keeps nothing', async (context) => {
    const { stage, circle, node, route } = await scene(stageOf(), context);
    const past = await before(stage.network, circle.self);
    const amiss = { ...route, hops: route.hops.map(withoutSecret) };
    const end = circle.hops.length;
    expect(await failuresBothWays(node, amiss)).toMatchObject({
      code: Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
      failureSourceIndex: end,
      htlcMsat: stage.network.amountMsat,
    });
    const even = telling(route, { records: new Map([[65_536n, Uint8Array.of(1)]]) });
    expect(await failureAlong(node, even)).toMatchObject({
      code: Code.INVALID_ONION_PAYLOAD,
      failureSourceIndex: end,
    });
    const [, ours] = await paymentsOf(past);
    // Code 209, without data.
    expect((await failureOf(circle.self, ours!)) ?? null).toBeNull();
    expect(await lastAttempt(node, parsePaymentHash(ours!.payment_hash))).toMatchObject({
      failure: { code: Code.UNREADABLE_FAILURE },
    });
    await expectNothingMoved(stage.network, past);
    const tally = new Tally(SUITE);
    tally.sent = tally.refused = 3;
    tally.report(context);
  });

  it('are followed to their end by a process that did not send them', async (context) => {
    const { stage, circle, node, route } = await scene(stageOf(), context);
    const past = await before(stage.network, circle.self);
    const terms = await invoice(node);
    const { paymentHash } = terms;
    const holding = await Holding.at(circle.hops[1]!);
    if (typeof holding === 'string') skip(context, holding);
    const other = await connectCln(connectOptions(circle.self.given));
    try {
      const told = telling(paying(route, terms), { records: RECORDS });
      const sending = node.sendToRoute({ paymentHash, route: told });
      expect(await holding.arrived()).toBe(paymentHash);
      const [found] = await other.unfinishedPayments({ sinceMs: 0 });
      expect(found).toMatchObject({ paymentHash, state: 'in_flight' });
      const channels = found!.attempts[0]!.route.hops.map(({ chanId }) => chanId);
      expect(channels).toEqual(circle.hops.map(({ scid }) => parseChannelId(scid)));
      const following = lastAttempt(other, paymentHash);
      await holding.letGo();
      expect(await following).toMatchObject({ state: 'settled' });
      expect(await sending).toMatchObject({ kind: 'settled' });
    } finally {
      await other.close();
      await holding.close();
    }
    await expectMoved(stage.network, past, { circle, amountMsat: stage.network.amountMsat });
    const tally = new Tally(SUITE);
    tally.sent = tally.settled = 1;
    tally.report(context);
  });

  it('that do not fit are not sent', async (context) => {
    const { stage, circle, node, route } = await scene(stageOf(), context);
    const past = await before(stage.network, circle.self);
    const records = new Map([[65_537n, new Uint8Array(1300)]]);
    const terms = await invoice(node);
    const outcome = await node.sendToRoute({
      paymentHash: terms.paymentHash,
      route: telling(paying(route, terms), { records }),
    });
    await node.cancelInvoice(terms.paymentHash);
    expect(outcome).toMatchObject({
      kind: 'not_sent',
      reason: expect.stringContaining('Payloads exceed maximum onion packet size'),
    });
    expect(await paymentsOf(past)).toEqual([]);
  });
}

async function oneForEachVersion(stage: Stage, context: Context): Promise<readonly Circle[]> {
  await stage.network.settle();
  firstOr(circles(stage.network), context, NO_CIRCLE);
  const byVersion = Map.groupBy(circles(stage.network), ({ self }) => self.info.version);
  return [...byVersion.values()].map(([circle]) => circle!);
}

/** At every node that is reached, in order. */
async function listening({ hops }: Circle, context: Context): Promise<readonly Plugin[]> {
  const started: Plugin[] = [];
  for (const { to } of hops) {
    const plugin = await Plugin.start(to);
    if (typeof plugin !== 'string') started.push(plugin);
    else {
      for (const one of started) await one.stop();
      skip(context, plugin);
    }
  }
  return started;
}

/** The one failure that the route has with records and without. */
async function failuresBothWays(node: LightningNode, route: Route): Promise<Failure> {
  const plain = await failureAlong(node, route);
  const withRecords = await failureAlong(node, telling(route, { records: RECORDS }));
  expect(withRecords).toEqual(plain);
  return withRecords;
}
