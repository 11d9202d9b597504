/** Rebalances settle, at the fee that the nodes on the way themselves have earned, and not for a millisatoshi less. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type RebalanceReport, Rebalancer } from '../../../../src/engine/index.ts';
import type { Route } from '../../../../src/generated/messages/route.ts';
import { buildRoute } from '../../../../src/pathfinder/build-route.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { parseChannelId, parseNodeId } from '../../../../src/units/ids.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles, nameOf } from '../circles.ts';
import type { RawForward } from '../messages.ts';
import type { RealNode } from '../real-network.ts';
import { before, expectMoved, paymentsOf } from '../records.ts';
import { NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const MOST_PER_NODE = 3;
/** lnd writes its forwards down every 15 s. */
const FORWARDS_MS = 45_000;
/** Clocks of nodes may differ a little. */
const SLACK_SECONDS = 120;

export function settling(stageOf: () => Stage): void {
  it('settles, and costs what the nodes on the way have earned', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    const tally = new Tally('real lnd, settled rebalances');
    const chosen = network.nodes.flatMap((self) => longAndShort(circles(network, { self })));
    if (chosen.length === 0) skip(context, NO_CIRCLE);
    const startSeconds = Math.floor(Date.now() / 1000) - SLACK_SECONDS;
    const paid: { circle: Circle; hopFeesMsat: readonly bigint[]; amountsMsat: bigint[] }[] = [];
    for (const [i, circle] of chosen.entries()) {
      await network.settle();
      // Those before may have taken what it needs.
      if (!circles(network, { self: circle.self }).some((now) => nameOf(now) === nameOf(circle))) {
        continue;
      }
      const amountMsat = network.amountMsat - BigInt(i * 1237);
      const node = await stage.ballastOn(circle.self);
      const past = await before(circle.self);
      const rebalancer = new Rebalancer({ node, store: memoryStore(), graphMaxAgeMs: 1000 });
      const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
      const report = await rebalancer.rebalance(request).result;
      expect(report.outcome.kind, `${nameOf(circle)}: ${endOf(report)}`).toBe('settled');
      const { feeMsat, paymentHash } = await expectMoved(network, past, { circle, amountMsat });
      expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['settled']);
      expect(report.attempts[0]!.paymentHash).toBe(paymentHash);
      tally.sent++;
      tally.settled++;
      tally.amounts(feeMsat, report.feePaidMsat);
      expect(report.feePaidMsat).toBe(feeMsat);
      const [payment] = await paymentsOf(past);
      const { route } = payment!.htlcs.at(-1)!;
      const amountsMsat = [
        route.total_amt_msat,
        ...route.hops.map((hop) => hop.amt_to_forward_msat),
      ];
      paid.push({
        circle,
        hopFeesMsat: route.hops.map((hop) => BigInt(hop.fee_msat)),
        amountsMsat: amountsMsat.map(BigInt),
      });
    }
    for (const { circle, hopFeesMsat, amountsMsat } of paid) {
      for (let i = 1; i < circle.hops.length; i++) {
        const forward = await recorded(circle.hops[i]!.from, startSeconds, {
          amt_in_msat: String(amountsMsat[i - 1]),
          amt_out_msat: String(amountsMsat[i]),
        });
        tally.compared++;
        expect(BigInt(forward.fee_msat), `${nameOf(circle)}, hop ${i}`).toBe(hopFeesMsat[i - 1]);
      }
    }
    tally.report(context);
  }, 600_000);

  it('is refused for one millisatoshi, or one block, less', async (context) => {
    const stage = stageOf();
    const { network } = stage;
    const tally = new Tally('real lnd, one millisatoshi or block less');
    const chosen = network.nodes.flatMap((self) => circles(network, { self }).slice(0, 1));
    if (chosen.length === 0) skip(context, NO_CIRCLE);
    for (const circle of chosen) {
      await network.settle();
      for (let hop = 1; hop < circle.hops.length; hop++) {
        for (const code of ['FEE_INSUFFICIENT', 'INCORRECT_CLTV_EXPIRY'] as const) {
          const past = await before(circle.self);
          await sendAltered(stage, circle, (route) => {
            if (code === 'FEE_INSUFFICIENT') lessPaid(route, hop);
            else lessTime(route, hop);
          });
          const [payment] = await paymentsOf(past);
          tally.sent++;
          expect(payment?.status).toBe('FAILED');
          const failure = payment!.htlcs.at(-1)!.failure!;
          expect([failure.code, failure.failure_source_index], nameOf(circle)).toEqual([code, hop]);
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
  return [found[0]!, found[1]!, found.at(-1)!];
}

/** The node's own record of the forward, as soon as it is written. */
async function recorded(
  node: RealNode,
  sinceSeconds: number,
  wanted: Pick<RawForward, 'amt_in_msat' | 'amt_out_msat'>,
): Promise<RawForward> {
  const until = Date.now() + FORWARDS_MS;
  for (;;) {
    const found = (await node.rpc.forwardsSince(sinceSeconds)).find(
      ({ amt_in_msat, amt_out_msat }) =>
        amt_in_msat === wanted.amt_in_msat && amt_out_msat === wanted.amt_out_msat,
    );
    if (found !== undefined) return found;
    if (Date.now() > until) {
      throw new Error(`${node.given.name} has no forward of ${JSON.stringify(wanted)}`);
    }
    await pause(1000);
  }
}

/** Ballast's own route, with something taken off. The payment must not settle; its invoice is cancelled. */
async function sendAltered(
  stage: Stage,
  circle: Circle,
  alter: (route: Route) => void,
): Promise<void> {
  const { self, hops } = circle;
  const node = await stage.ballastOn(self);
  const graph = await stage.graphOf(self);
  const { exclude } = await stage.roundThis(circle);
  const { block_height: blockHeight } = await self.rpc.info();
  const found = findCircularRoute(graph.snapshot(), {
    self: parseNodeId(self.key),
    amountMsat: stage.network.amountMsat,
    outChannels: [parseChannelId(hops[0]!.graphId)],
    inChannels: [parseChannelId(hops.at(-1)!.graphId)],
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
  const route = buildRoute(found.path, { paymentAddr, blockHeight, finalCltvDelta: 43 });
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
