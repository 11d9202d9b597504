/** Runs a rebalance that must fail, and holds Ballast's reading of it against the node's own record. */
import { expect } from 'vitest';
import {
  type FailureCodeName,
  type RebalanceReport,
  Rebalancer,
  type Verdict,
} from '../../../src/engine/index.ts';
import type { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { memoryStore } from '../../../src/store/index.ts';
import { type Circle, nameOf } from './circles.ts';
import { type Before, before, expectNothingMoved, failureOf, paymentsOf } from './records.ts';
import type { Stage } from './stage.ts';

export interface Run {
  readonly circle: Circle;
  readonly amountMsat?: bigint;
  /** Ballast past knows nothing newer. */
  readonly graph?: NetworkGraph;
  /** In the place of the circle's own node, to change something on the way. */
  readonly node?: LightningNode;
  readonly maxAttempts?: number;
}

/** Once round the circle, however that ends. */
export async function run(
  stage: Stage,
  { circle, amountMsat = stage.network.amountMsat, graph, node, maxAttempts = 1 }: Run,
): Promise<{ readonly report: RebalanceReport; readonly past: Before }> {
  const past = await before(stage.network, circle.self);
  const rebalancer = new Rebalancer({
    node: node ?? (await stage.ballastOn(circle.self)),
    store: memoryStore(),
    graphMaxAgeMs: 1000,
    ...(graph === undefined ? {} : { graph }),
  });
  const request = { ...(await stage.roundThis(circle)), amountMsat, maxFeePpm: 500_000 };
  const report = await rebalancer.rebalance({ ...request, maxAttempts, minProbability: 0 }).result;
  return { report, past };
}

/**
 * One attempt, which fails with this code at this place by the node's own record; Ballast read the same, nothing moved,
 * and the invoice is gone.
 */
export async function expectRefusal(
  stage: Stage,
  what: Run,
  { code, index }: { readonly code: FailureCodeName; readonly index: number },
): Promise<Verdict> {
  const { report, past } = await run(stage, what);
  const where = `${nameOf(what.circle)}: ${JSON.stringify(report.notes)}`;
  const [attempt] = report.attempts;
  if (attempt?.outcome.kind !== 'failed') {
    throw new Error(
      `${where}: no failed attempt, but ${attempt?.outcome.kind ?? report.outcome.kind}`,
    );
  }
  const payments = await paymentsOf(past);
  expect(
    payments.map(({ status }) => status),
    where,
  ).toEqual(['failed']);
  const { failcodename, erring_index } = await failureOf(past.node, payments[0]!);
  expect([failcodename, erring_index], where).toEqual([`WIRE_${code}`, index]);
  const { verdict } = attempt.outcome;
  expect([verdict.code, verdict.sourceIndex], where).toEqual([code, index]);
  await expectNothingMoved(stage.network, past);
  expect(await past.node.rpc.invoice(payments[0]!.payment_hash)).toBeUndefined();
  return verdict;
}
