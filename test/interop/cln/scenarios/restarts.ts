/** Nodes that restart while a payment is under way: the report says in the end what the node's own record says. */
import { exec } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { firstOr, NO_CIRCLE, skip } from '../../lnd/skip.ts';
import { Tally } from '../../tally.ts';
import { circles } from '../circles.ts';
import { Holding } from '../holding.ts';
import type { RealNode } from '../real-network.ts';
import {
  type Before,
  before,
  expectMoved,
  expectNothingMoved,
  failureOf,
  paymentsOf,
} from '../records.ts';
import type { Stage } from '../stage.ts';

const COMMAND_MS = 120_000;
const UP_MS = 180_000;

export function restarts(stageOf: () => Stage): void {
  for (const who of ['our own node', 'the first peer'] as const) {
    for (const release of ['at once', 'when all is up'] as const) {
      // A peer that restarts does not run what holds the payment any more.
      if (who === 'the first peer' && release === 'when all is up') continue;
      it(`${who} restarts in the middle of a rebalance, released ${release}`, async (context) => {
        const stage = stageOf();
        const { network } = stage;
        await network.settle();
        firstOr(circles(network), context, NO_CIRCLE);
        const found = circles(network).filter(
          ({ self, hops }) => (who === 'our own node' ? self : hops[0]!.to).given.restart !== null,
        );
        const circle = firstOr(found, context, `no restart command is given for ${who}`);
        const { self, hops } = circle;
        const node = await stage.ballastOn(self);
        const past = await before(network, self);
        const stopping = new AbortController();
        const holding = await Holding.at(hops[0]!);
        if (typeof holding === 'string') skip(context, holding);
        try {
          const { amountMsat } = network;
          const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 200_000 };
          const run = new Rebalancer({ node, store: memoryStore() }).rebalance({
            ...request,
            ...{ maxAttempts: 1, signal: stopping.signal },
          });
          await holding.arrived();
          const restarted = who === 'our own node' ? self : hops[0]!.to;
          await promisify(exec)(restarted.given.restart!, { timeout: COMMAND_MS });
          if (release === 'at once') await holding.letGo();
          await untilUp(stage, restarted);
          await holding.letGo();
          const report = await run.result;
          await network.settle(UP_MS);
          const settled = (await paymentsOf(past)).filter(({ status }) => status === 'complete');
          process.stdout.write(
            `${who} restarted (released ${release}): ${report.outcome.kind}, ${settled.length} settled${await endOf(past)}\n`,
          );
          expect(report.outcome.kind).not.toBe('in_flight');
          if (settled.length === 0) {
            expect(report).toMatchObject({ movedMsat: 0n, feePaidMsat: 0n });
            await expectNothingMoved(network, past);
          } else {
            const { feeMsat } = await expectMoved(network, past, { circle, amountMsat });
            expect(report).toMatchObject({ movedMsat: amountMsat, feePaidMsat: feeMsat });
          }
          const tally = new Tally('real Core Lightning, nodes restarted under a payment');
          tally.sent = 1;
          tally.settled = settled.length;
          tally.report(context);
        } finally {
          await holding.close();
          stopping.abort();
        }
      }, 900_000);
    }
  }
}

/** How the payer's own record says that the payment failed. */
async function endOf(past: Before): Promise<string> {
  const [payment] = await paymentsOf(past);
  if (payment?.status !== 'failed') return '';
  const { failcodename, erring_index } = await failureOf(past.node, payment);
  return `: ${failcodename} at ${erring_index}`;
}

/** Until it answers, and its channels work again. */
async function untilUp(stage: Stage, node: RealNode): Promise<void> {
  const until = Date.now() + UP_MS;
  const active = stage.network.directions.filter(({ from, active: was }) => from === node && was);
  for (;;) {
    const channels = await node.rpc.channels().catch(() => []);
    const up = active.every(({ scid }) =>
      channels.some(
        (now) => now.short_channel_id === scid && now.peer_connected && now.reestablished !== false,
      ),
    );
    if (up) return;
    if (Date.now() > until) throw new Error(`${node.given.name} did not come up again`);
    await pause(500);
  }
}
