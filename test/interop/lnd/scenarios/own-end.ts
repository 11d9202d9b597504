/** Failures at our own node: before the first channel, and at the end of the circle. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import { allCircles, circles } from '../circles.ts';
import { before, expectMoved, expectNothingMoved, paymentsOf } from '../records.ts';
import { expectRefusal, run } from '../refused-run.ts';
import { firstOr, NO_CIRCLE } from '../skip.ts';
import type { Stage } from '../stage.ts';

const SUITE = 'real lnd, failures at our own end';
const UNKNOWN_DETAILS = 'INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS';
/** Ballast pads the last expiry by so many blocks. */
const PADDING = 3;

export function ownEnd(stageOf: () => Stage): void {
  it('a probe comes round, and is refused by ourselves', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const node = await stage.ballastOn(circle.self);
    const past = await before(circle.self);
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    const { amountMsat } = stage.network;
    const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
    const report = await rebalancer.probe(request).result;
    expect(report.outcome).toMatchObject({ kind: 'probed', largestMsat: amountMsat });
    const [payment] = await paymentsOf(past);
    const failure = payment!.htlcs.at(-1)!.failure!;
    expect([failure.code, failure.failure_source_index]).toEqual([
      UNKNOWN_DETAILS,
      circle.hops.length,
    ]);
    await expectNothingMoved(stage.network, past);
    const settled = await run(stage, { circle });
    const moved = await expectMoved(stage.network, settled.past, { circle, amountMsat });
    if (report.outcome.kind === 'probed') expect(report.outcome.feeMsat).toBe(moved.feeMsat);
    const tally = new Tally(SUITE);
    tally.sent = 2;
    tally.refused = tally.settled = 1;
    tally.report(context);
  });

  it('an invoice that was cancelled meanwhile: unknown payment details', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const ballast = await stage.ballastOn(circle.self);
    const node: typeof ballast = {
      ...ballast,
      sendToRoute: async (request) => {
        const hash = Buffer.from(request.paymentHash, 'hex');
        await circle.self.rpc.call('invoices', 'cancelInvoice', { payment_hash: hash });
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

  it('a height that lags behind by the padding settles, by one block more it does not', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const { amountMsat } = stage.network;
    const inTime = await run(stage, { circle, node: await lagging(stage, circle.self, PADDING) });
    expect(inTime.report.outcome.kind).toBe('settled');
    await expectMoved(stage.network, inTime.past, { circle, amountMsat });
    const node = await lagging(stage, circle.self, PADDING + 1);
    const index = circle.hops.length;
    await expectRefusal(stage, { circle, node }, { code: UNKNOWN_DETAILS, index });
  });

  it('an expiry that is too close on the way: EXPIRY_TOO_SOON', async (context) => {
    const stage = stageOf();
    await stage.network.settle();
    const circle = firstOr(circles(stage.network), context, NO_CIRCLE);
    const graph = await stage.graphOf(circle.self);
    const dry = new Rebalancer({
      node: await stage.ballastOn(circle.self),
      store: memoryStore(),
      graph,
    });
    const { amountMsat } = stage.network;
    const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
    const { outcome } = await dry.rebalance({ ...request, dryRun: true }).result;
    if (outcome.kind !== 'dry_run') throw new Error(`no route: ${outcome.kind}`);
    // What the first peer is to send expires three blocks from now: too few for it, while the first channel takes more.
    const behind = outcome.path.hops[0]!.cltvOutBlocks - 3;
    const node = await lagging(stage, circle.self, behind);
    await expectRefusal(stage, { circle, graph, node }, { code: 'EXPIRY_TOO_SOON', index: 1 });
  });

  it('our own channel lacks the balance: refused before anything leaves', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    await network.settle();
    const found = allCircles(network).flatMap((circle) => {
      const [first, ...others] = circle.hops;
      const amountSat = Number(first!.channel.local_balance) + 1000;
      const fits = Number(first!.channel.capacity) * 0.95 > amountSat;
      const possible = fits && others.every(({ usableSat }) => usableSat > amountSat * 1.05);
      return possible ? [{ circle, amountMsat: BigInt(amountSat) * 1000n }] : [];
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
    const what = { circle, amountMsat, node };
    const expected = { code: 'TEMPORARY_CHANNEL_FAILURE', index: 0 } as const;
    const { blame } = await expectRefusal(stage, what, expected);
    expect(blame.kind).toBe('own_channel');
  });
}

/** Ballast believes that the chain is some blocks behind. */
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
