/** Nodes that restart while a payment is under way: the report says in the end what the node's own record says. */
import { exec } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import { canHold, Holding } from '../holding.ts';
import { announceStatus } from '../policies.ts';
import type { RealNode } from '../real-network.ts';
import { type Before, before, expectMoved, expectNothingMoved, paymentsOf } from '../records.ts';
import { firstOr, NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const COMMAND_MS = 120_000;
const UP_MS = 180_000;

/** Where it goes on at once, the channels that it needs are down yet. */
const VARIANTS = [
  ['report', 'at once'],
  ['report', 'when all is up'],
  ['strict', 'when all is up'],
] as const;

export function restarts(stageOf: () => Stage): void {
  for (const who of ['our own node', 'the first peer'] as const) {
    for (const [arrival, release] of VARIANTS) {
      it(`${who} restarts in the middle of a rebalance (${arrival}, released ${release})`, async (context) => {
        const stage = stageOf();
        const { network } = stage;
        await network.settle();
        firstOr(circles(network), context, NO_CIRCLE);
        const found = circles(network).filter(
          ({ self, hops }) => (who === 'our own node' ? self : hops[0]!.to).given.restart !== null,
        );
        const circle = firstOr(found, context, `no restart command is given for ${who}`);
        const { self, hops } = circle;
        const first = hops[0]!;
        if (!(await canHold(first.to))) skip(context, 'the first peer has an interceptor already');
        const node = await stage.ballastOn(self);
        const past = await before(self);
        const stopping = new AbortController();
        const holding = new Holding(first, stage.otherEnd(first).channel.chan_id);
        try {
          const { amountMsat } = network;
          const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
          const run = new Rebalancer({ node, store: memoryStore() }).rebalance({
            ...request,
            ...{ arrival, maxAttempts: 1, signal: stopping.signal },
          });
          await holding.arrived();
          const restarted = who === 'our own node' ? self : first.to;
          await restart(restarted);
          if (release === 'at once') holding.letGo();
          await untilUp(stage, restarted);
          holding.letGo();
          await keepEnabled(stage, restarted);
          const report = await run.result;
          await network.settle(UP_MS);
          const settled = (await paymentsOf(past)).filter(({ status }) => status === 'SUCCEEDED');
          process.stdout.write(
            `${who} restarted (${arrival}, released ${release}): ${report.outcome.kind}, ${settled.length} settled${await endOf(past)}\n`,
          );
          expect(report.outcome.kind).not.toBe('in_flight');
          if (settled.length === 0) {
            expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
            await expectNothingMoved(network, past);
          } else {
            const { feeMsat } = await expectMoved(network, past, { circle, amountMsat });
            expect(report).toMatchObject({ movedMsat: amountMsat, feePaidMsat: feeMsat });
          }
          const tally = new Tally('real lnd, nodes restarted under a payment');
          tally.sent = 1;
          tally.settled = settled.length;
          tally.report(context);
        } finally {
          holding.close();
          stopping.abort();
        }
      }, 900_000);
    }
  }
}

/** How the payer's own record says that the payment failed. */
async function endOf(past: Before): Promise<string> {
  const failure = (await paymentsOf(past))[0]?.htlcs.at(-1)?.failure;
  return failure == null ? '' : `: ${failure.code} at ${failure.failure_source_index}`;
}

async function restart({ given }: RealNode): Promise<void> {
  await promisify(exec)(given.restart!, { timeout: COMMAND_MS });
}

/**
 * Peers that have seen a channel inactive announce it as disabled 20 minutes later, unless it has been active for 19
 * minutes by then: after a few restarts in a row they would. This tells them that it is well.
 */
async function keepEnabled({ network }: Stage, node: RealNode): Promise<void> {
  const own = network.directions.filter(
    ({ from, to, channel, disabled }) =>
      (from === node || to === node) && channel.active && !channel.private && !disabled,
  );
  for (const direction of own) await announceStatus(direction, 'ENABLE', 'AUTO');
}

/** Until it answers, is in sync, and its channels work again. */
async function untilUp(stage: Stage, node: RealNode): Promise<void> {
  const until = Date.now() + UP_MS;
  const active = stage.network.directions.filter(
    ({ from, channel }) => from === node && channel.active,
  );
  for (;;) {
    const channels = await node.rpc.channels().catch(() => []);
    const up = active.every(({ channel }) =>
      channels.some((now) => now.active && now.channel_point === channel.channel_point),
    );
    if (up) return;
    if (Date.now() > until) throw new Error(`${node.given.name} did not come up again`);
    await pause(500);
  }
}
