/** Failures at our own node: before the first channel, and at the end of the circle. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { firstOr, NO_CIRCLE } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { allCircles, circles } from '../circles.ts';
import { before, expectMoved, expectNothingMoved, failureOf, paymentsOf } from '../records.ts';
import { expectRefusal, run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const SUITE = 'real Core Lightning, failures at our own end';
/** What lightningd forwards at most ahead of the chain. */
const MOST_BLOCKS = 2016;
const UNKNOWN_DETAILS = 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS';

export function ownEnd(stageOf: () => Stage): void {
  it('a probe comes round, and is refused by ourselves', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const circle = firstOr(circles(network), context, NO_CIRCLE);
    const node = await stage.ballastOn(circle.self);
    const past = await before(network, circle.self);
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    const { amountMsat } = network;
    const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
    const report = await rebalancer.probe(request).result;
    expect(report.outcome).toMatchObject({ kind: 'probed', largestMsat: amountMsat });
    const [payment] = await paymentsOf(past);
    const { failcodename, erring_index } = await failureOf(circle.self, payment!);
    expect([failcodename, erring_index]).toEqual([`WIRE_${UNKNOWN_DETAILS}`, circle.hops.length]);
    await expectNothingMoved(network, past);
    const settled = await run(stage, { circle });
    const moved = await expectMoved(network, settled.past, { circle, amountMsat });
    if (report.outcome.kind === 'probed') expect(report.outcome.feeMsat).toBe(moved.feeMsat);
    const tally = new Tally(SUITE);
    tally.sent = 2;
    tally.refused = tally.settled = 1;
    tally.report(context);
  });

  it('an invoice that was taken back meanwhile: unknown payment details', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const { rpc } = circle.self;
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      sendToRoute: async (request) => {
        const answer = await rpc.call<{ invoices: { label: string }[] }>('listinvoices', {
          payment_hash: request.paymentHash,
        });
        await rpc.call('delinvoice', { label: answer.invoices[0]!.label, status: 'unpaid' });
        return ballast.sendToRoute(request);
      },
    };
    const index = circle.hops.length;
    const { blame } = await expectRefusal(
      stage,
      { circle, node },
      { code: UNKNOWN_DETAILS, index },
    );
    expect(blame.kind).toBe('final');
  });

  it('a wrong payment secret: unknown payment details', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      addInvoice: async (request) => {
        const terms = await ballast.addInvoice(request);
        return { ...terms, paymentAddr: terms.paymentAddr.map((byte) => byte ^ 1) };
      },
    };
    const index = circle.hops.length;
    await expectRefusal(stage, { circle, node }, { code: UNKNOWN_DETAILS, index });
  });

  it('an expiry that is too close at the end: unknown payment details', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const behind = (await lastBlocks(stage, circle)) - 2;
    const node = await lagging(stage, circle.self, behind);
    const index = circle.hops.length;
    await expectRefusal(stage, { circle, node }, { code: UNKNOWN_DETAILS, index });
  });

  it('an expiry that is too far for the first peer: EXPIRY_TOO_FAR', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const node = await lagging(stage, circle.self, -MOST_BLOCKS);
    await expectRefusal(stage, { circle, node }, { code: 'EXPIRY_TOO_FAR', index: 1 });
  });

  it('our own channel lacks the balance: refused before anything leaves', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const found = allCircles(network).flatMap((circle) => {
      const [first, ...others] = circle.hops;
      const amountMsat = first!.channel.to_us_msat + 1_000_000;
      const fits = first!.channel.total_msat * 0.95 > amountMsat;
      const possible = fits && others.every(({ usableMsat }) => usableMsat > amountMsat * 1.05);
      return possible ? [{ circle, amountMsat: BigInt(amountMsat) }] : [];
    });
    const why = 'no circle has less balance in its first channel than in all the others';
    const { circle, amountMsat } = firstOr(found, context, why);
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      ownChannels: async () =>
        (await ballast.ownChannels()).map((channel) => ({
          ...channel,
          spendableMsat: channel.capacitySat * 1000n,
        })),
    };
    const { report, past } = await run(stage, { circle, amountMsat, node });
    const [attempt] = report.attempts;
    expect(attempt?.outcome).toMatchObject({
      kind: 'failed',
      verdict: { sourceIndex: 0, blame: { kind: 'own_channel' } },
    });
    for (const payment of await paymentsOf(past)) {
      expect((await failureOf(circle.self, payment)).erring_index).toBe(0);
    }
    await expectNothingMoved(network, past);
  });
}

type AnyCircle = ReturnType<typeof circles>[number];

async function pathOf(stage: Stage, circle: AnyCircle) {
  const node = await stage.ballastOn(circle.self);
  const dry = new Rebalancer({ node, store: memoryStore() });
  const { amountMsat } = stage.network;
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
  const { outcome } = await dry.rebalance({ ...request, dryRun: true }).result;
  if (outcome.kind !== 'dry_run') throw new Error(`no route: ${outcome.kind}`);
  return outcome.path;
}

/** How many blocks are left at the end of the circle. */
async function lastBlocks(stage: Stage, circle: AnyCircle): Promise<number> {
  return (await pathOf(stage, circle)).hops.at(-1)!.cltvOutBlocks;
}

/** Ballast believes that the chain is so many blocks behind. */
async function lagging(
  stage: Stage,
  self: Parameters<Stage['ballastOn']>[0],
  blocks: number,
): ReturnType<Stage['ballastOn']> {
  const ballast = await stage.ballastOn(self);
  return {
    ...ballast,
    info: async () => {
      const info = await ballast.info();
      return { ...info, blockHeight: info.blockHeight - blocks };
    },
  };
}
