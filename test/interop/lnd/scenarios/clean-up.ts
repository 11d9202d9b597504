/** What a rebalance that failed leaves at the node is removed where that is asked for, as far as the node's version can. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Rebalancer } from '../../../../src/engine/index.ts';
import { memoryStore } from '../../../../src/store/index.ts';
import { Tally } from '../../tally.ts';
import { type Circle, circles } from '../circles.ts';
import type { RealNode } from '../real-network.ts';
import { before, expectNothingMoved, paymentsOf } from '../records.ts';
import { NO_CIRCLE, skip } from '../skip.ts';
import type { Stage } from '../stage.ts';

const TIDY_MS = 10_000;

export function cleanUp(stageOf: () => Stage): void {
  it('removes failed payments, and cancelled invoices where lnd can', async (context) => {
    const { network } = stageOf();
    const tally = new Tally('real lnd, records removed');
    for (const self of network.nodes) {
      await network.settle();
      const [circle] = circles(network, { self });
      if (circle === undefined) continue;
      await failAndTidy(stageOf(), circle);
      tally.sent++;
      tally.refused++;
    }
    if (tally.sent === 0) skip(context, NO_CIRCLE);
    tally.report(context);
  }, 120_000);
}

/** The payment fails at its end, for want of the right payment secret. */
async function failAndTidy(stage: Stage, circle: Circle): Promise<void> {
  const { self } = circle;
  const ballast = await stage.ballastOn(self);
  const node: typeof ballast = {
    ...ballast,
    addInvoice: async (request) => {
      const terms = await ballast.addInvoice(request);
      return { ...terms, paymentAddr: terms.paymentAddr.map((byte) => byte ^ 1) };
    },
  };
  const past = await before(self);
  const { amountMsat } = stage.network;
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
  const rebalancer = new Rebalancer({ node, store: memoryStore(), cleanUp: true });
  const report = await rebalancer.rebalance({ ...request, maxAttempts: 1 }).result;
  expect(report.attempts.map(({ outcome }) => outcome.kind)).toEqual(['failed']);
  const { paymentHash } = report.invoices[0]!;
  const canDelete = await deletesInvoices(self);
  const isTidy = async (): Promise<boolean> =>
    (await paymentsOf(past)).length === 0 &&
    (!canDelete || (await invoiceState(self, paymentHash)) === undefined);
  // The report comes first.
  const until = Date.now() + TIDY_MS;
  while (!(await isTidy()) && Date.now() < until) await pause(50);
  expect(await paymentsOf(past), self.given.name).toEqual([]);
  const kept = await invoiceState(self, paymentHash);
  expect(kept, `lnd ${self.info.version}`).toBe(canDelete ? undefined : 'CANCELED');
  await expectNothingMoved(stage.network, past);
}

const invoiceState = ({ rpc }: RealNode, paymentHash: string): Promise<string | undefined> =>
  rpc.invoice(paymentHash).then(
    ({ state }) => state,
    () => undefined,
  );

/** From 0.20 on. */
async function deletesInvoices({ rpc }: RealNode): Promise<boolean> {
  const answer = await rpc.call<{ method_permissions: object }>('default', 'listPermissions');
  return '/lnrpc.Lightning/DeleteCanceledInvoice' in answer.method_permissions;
}
