/** Rebalances settle, at the fee that the nodes on the way themselves have earned, and not for a millisatoshi less. */
import { expect, it } from 'vitest';
import { type RebalanceReport, Rebalancer } from '../../../../src/engine/index.ts';
import type { Route } from '../../../../src/generated/messages/route.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { parseChannelId, parseNodeId } from '../../../../src/units/ids.ts';
import { NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles, nameOf } from '../circles.ts';
import { before, expectMoved, expectNothingMoved, failureOf, paymentsOf } from '../records.ts';
import type { Stage } from '../stage.ts';

const MOST_PER_NODE = 4;
const FINAL_DELTA = 43;

export function settling(stageOf: () => Stage): void {
  it('settles, and costs what the nodes on the way have earned', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    const tally = new Tally('real Core Lightning, settled rebalances');
    await network.settle();
    const chosen = network.nodes.flatMap((self) => longAndShort(circles(network, { self })));
    if (chosen.length === 0) skip(context, NO_CIRCLE);
    for (const [i, circle] of chosen.entries()) {
      await network.settle();
      // Those before may have taken what it needs.
      if (!circles(network, { self: circle.self }).some((now) => nameOf(now) === nameOf(circle))) {
        continue;
      }
      const amountMsat = network.amountMsat - BigInt(i * 1237);
      const node = await stage.ballastOn(circle.self);
      const past = await before(network, circle.self);
      const rebalancer = new Rebalancer({ node, store: memoryStore(), graphMaxAgeMs: 1000 });
      const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
      const report = await rebalancer.rebalance(request).result;
      expect(report.outcome.kind, `${nameOf(circle)}: ${endOf(report)}`).toBe('settled');
      const moved = await expectMoved(network, past, { circle, amountMsat });
      expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['settled']);
      const [attempt] = report.attempts;
      expect(attempt!.paymentHash).toBe(moved.paymentHash);
      const promisedMsat = attempt!.hops.slice(0, -1).map(({ feeMsat }) => feeMsat);
      for (const [hop, feeMsat] of moved.hopFeesMsat.entries()) {
        tally.amounts(feeMsat, promisedMsat[hop]!);
      }
      expect(promisedMsat, nameOf(circle)).toEqual(moved.hopFeesMsat);
      tally.sent++;
      tally.settled++;
      tally.compared += moved.hopFeesMsat.length;
      tally.amounts(moved.feeMsat, report.feePaidMsat);
      expect(report.feePaidMsat).toBe(moved.feeMsat);
      const { cltvBlocks } = attempt!;
      expect(cltvBlocks).toBeGreaterThan(0);
    }
    tally.report(context);
  }, 600_000);

  it('is refused for one millisatoshi, or one block, less', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    const tally = new Tally('real Core Lightning, one millisatoshi or block less');
    await network.settle();
    const chosen = network.nodes.flatMap((self) => circles(network, { self }).slice(0, 2));
    if (chosen.length === 0) skip(context, NO_CIRCLE);
    for (const circle of chosen) {
      await network.settle();
      for (let hop = 1; hop < circle.hops.length; hop++) {
        for (const code of ['FEE_INSUFFICIENT', 'INCORRECT_CLTV_EXPIRY'] as const) {
          const past = await before(network, circle.self);
          await sendAltered(stage, circle, (route) => {
            if (code === 'FEE_INSUFFICIENT') lessPaid(route, hop);
            else lessTime(route, hop);
          });
          const [payment] = await paymentsOf(past);
          tally.sent++;
          expect(payment?.status).toBe('failed');
          const { failcodename, erring_index } = await failureOf(circle.self, payment!);
          expect([failcodename, erring_index], nameOf(circle)).toEqual([`WIRE_${code}`, hop]);
          await expectNothingMoved(network, past);
          tally.refused++;
        }
      }
    }
    tally.report(context);
  }, 600_000);
}

function endOf({ outcome, notes }: RebalanceReport): string {
  return ['message' in outcome ? outcome.message : outcome.kind, ...notes].join('; ');
}

/** Some of the shortest, and some of the longest. */
function longAndShort(found: readonly Circle[]): readonly Circle[] {
  if (found.length <= MOST_PER_NODE) return found;
  return [found[0]!, found[1]!, found.at(-2)!, found.at(-1)!];
}

/** Ballast's own route, with something taken off. The payment must not settle; its invoice is taken back. */
async function sendAltered(
  stage: Stage,
  circle: Circle,
  alter: (route: Route) => void,
): Promise<void> {
  const { self, hops } = circle;
  const node = await stage.ballastOn(self);
  const graph = await stage.graphOf(self);
  const { exclude } = await stage.roundThis(circle);
  const { blockheight: blockHeight } = await self.rpc.info();
  const found = findCircularRoute(graph.snapshot(), {
    self: parseNodeId(self.key),
    amountMsat: stage.network.amountMsat,
    outChannels: [parseChannelId(hops[0]!.scid)],
    inChannels: [parseChannelId(hops.at(-1)!.scid)],
    blockHeight,
    exclude,
  });
  if (found.kind !== 'route') throw new Error(`${nameOf(circle)}: ${found.message}`);
  const preimage = crypto.getRandomValues(new Uint8Array(32));
  const { paymentHash, paymentAddr } = await node.addInvoice({
    preimage,
    memo: '',
    valueMsat: 0n,
    cltvDelta: 40,
    expirySeconds: 600,
  });
  const route = buildRoute(found.path, { paymentAddr, blockHeight, finalCltvDelta: FINAL_DELTA });
  alter(route);
  await node.sendToRoute({ paymentHash, route });
  await node.cancelInvoice(paymentHash);
}

/** The node at the end of this hop gets one millisatoshi less than it asks for. */
function lessPaid(route: Route, hop: number): void {
  if (hop === 1) route.totalAmtMsat -= 1n;
  else route.hops[hop - 2]!.amtToForwardMsat -= 1n;
}

function lessTime(route: Route, hop: number): void {
  if (hop === 1) route.totalTimeLock -= 1;
  else route.hops[hop - 2]!.expiry -= 1;
}
