/** Fee limits and budgets hold to the millisatoshi, by what the node has paid. */
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import { before, expectMoved, paymentsOf } from '../records.ts';
import { run } from '../refused-run.ts';
import type { Stage } from '../stage.ts';

const SUITE = 'real Core Lightning, limits and budgets';

export function limits(stageOf: () => Stage): void {
  it('pays a fee that equals the limit, and sends nothing for one millisatoshi less', async (context) => {
    const stage = stageOf();
    const { circle, feeMsat } = await dearCircle(stage, context);
    const node = await stage.ballastOn(circle.self);
    const { amountMsat } = stage.network;
    const request = { ...(await stage.roundThis(circle)), amountMsat };
    const past = await before(stage.network, circle.self);
    const rebalancer = new Rebalancer({ node, store: memoryStore() });
    const short = await rebalancer.rebalance({ ...request, maxFeeMsat: feeMsat - 1n }).result;
    expect(short.outcome).toMatchObject({ kind: 'fee_limit', cheapestFeeMsat: feeMsat });
    expect(await paymentsOf(past)).toEqual([]);
    const enough = await rebalancer.rebalance({ ...request, maxFeeMsat: feeMsat }).result;
    expect(enough.outcome.kind).toBe('settled');
    const moved = await expectMoved(stage.network, past, { circle, amountMsat });
    expect(moved.feeMsat).toBe(feeMsat);
    tallyOf(context, 1);
  });

  it('spends no more than its budget, with rebalances at once', async (context) => {
    const stage = stageOf();
    const { circle, feeMsat } = await dearCircle(stage, context);
    const node = await stage.ballastOn(circle.self);
    const budgetMsat = 2n * feeMsat + feeMsat / 2n;
    const store = memoryStore();
    const rebalancer = new Rebalancer({ node, store, budget: { ever: { allMsat: budgetMsat } } });
    const amountMsat = stage.network.amountMsat / 4n;
    const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
    const past = await before(stage.network, circle.self);
    const reports = await Promise.all(
      Array.from({ length: 12 }, () => rebalancer.rebalance(request).result),
    );
    const settled = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
    const feesMsat = settled.map((one) => BigInt(one.amount_sent_msat - one.amount_msat));
    const paidMsat = feesMsat.reduce((sum, fee) => sum + fee, 0n);
    expect(paidMsat <= budgetMsat, `${paidMsat} of ${budgetMsat}`).toBe(true);
    expect(reports.reduce((sum, { feePaidMsat }) => sum + feePaidMsat, 0n)).toBe(paidMsat);
    expect(reports.filter(({ outcome }) => outcome.kind === 'settled').length).toBe(settled.length);
    const others = reports.filter(({ outcome }) => outcome.kind !== 'settled');
    expect(others.map(({ outcome }) => outcome.kind)).toEqual(others.map(() => 'budget'));
    expect(others.length).toBeGreaterThan(0);
    expect(budgetMsat - paidMsat < feesMsat[0]!, 'another one would have fitted').toBe(true);
    tallyOf(context, settled.length);
  });
}

/** One that costs something, and what it costs by the node's own record. */
async function dearCircle(
  stage: Stage,
  context: Parameters<typeof skip>[0],
): Promise<{ circle: ReturnType<typeof circles>[number]; feeMsat: bigint }> {
  await stage.network.settle();
  firstOr(circles(stage.network), context, NO_CIRCLE);
  for (const circle of circles(stage.network)) {
    const { report, past } = await run(stage, { circle });
    if (report.outcome.kind !== 'settled') continue;
    const { amountMsat } = stage.network;
    const { feeMsat } = await expectMoved(stage.network, past, { circle, amountMsat });
    if (feeMsat > 0n) return { circle, feeMsat };
  }
  return skip(context, 'no circle costs anything');
}

function tallyOf(context: Parameters<typeof skip>[0], settled: number): void {
  const tally = new Tally(SUITE);
  tally.sent = tally.settled = settled;
  tally.report(context);
}
