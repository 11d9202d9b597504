/** Rebalances over a served network, a number of them in flight, with the times of their attempts. */
import { type RebalanceReport, type RebalanceRequest, Rebalancer } from '../../src/engine/index.ts';
import type { LightningNode, Store } from '../../src/ports.ts';
import { type CircleEnds, FAILING_CIRCLES } from './circles-network.ts';
import { everyOneOf, type Spent } from './in-flight.ts';
import { WatchedPorts } from './watched-ports.ts';

export type CircleKind = 'failing' | 'settling';

export interface RebalancesDone {
  readonly spent: Spent;
  readonly times: WatchedPorts;
  /** From the request to the report. */
  readonly rebalancesMs: readonly number[];
  readonly attempts: number;
  /** Of all routes that were tried. */
  readonly feeTriedMsat: bigint;
  readonly feePaidMsat: bigint;
  /** How many ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** So little that thousands of them change no route. */
const AMOUNT_MSAT = 1_000_000n;
/** No limit of Ballast's own is to be measured. */
const NO_LIMIT = 1_000_000;

export async function makeRebalances(
  parts: { readonly node: LightningNode; readonly store: Store; readonly ends: CircleEnds },
  work: { readonly kind: CircleKind; readonly rebalances: number; readonly inFlight: number },
): Promise<RebalancesDone> {
  const times = new WatchedPorts(parts.node, parts.store);
  const rebalancer = new Rebalancer({
    node: times.node,
    store: times.store,
    maxConcurrent: work.inFlight,
    maxAttemptsPerMinute: NO_LIMIT,
    maxPerChannel: NO_LIMIT,
    maxPerPeer: NO_LIMIT,
    freeSlots: 0,
    // From the cheapest to the dearest, each time: what was learnt would change the order.
    attemptCostMsat: 0n,
    attemptCostPpm: 0,
  });
  const { out, [work.kind]: back } = parts.ends;
  const request = (index: number): RebalanceRequest => ({
    from: out[index % out.length]!,
    to: back[Math.floor(index / out.length) % back.length]!,
    amountMsat: AMOUNT_MSAT,
    maxFeePpm: 10_000,
    maxAttempts: FAILING_CIRCLES,
  });
  // Journal, payments and graph are read once in the life of a process.
  await rebalancer.rebalance({ ...request(0), dryRun: true }).result;
  const rebalancesMs: number[] = [];
  const reports: RebalanceReport[] = [];
  const spent = await everyOneOf(work.rebalances, work, async (index) => {
    const started = performance.now();
    const run = rebalancer.rebalance(request(index));
    reports.push(await run.result);
    rebalancesMs.push(performance.now() - started);
  });
  const outcomes: Record<string, number> = {};
  for (const { outcome } of reports) outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
  const attempts = reports.flatMap((report) => report.attempts);
  const feeTriedMsat = attempts.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
  const feePaidMsat = reports.reduce((sum, report) => sum + report.feePaidMsat, 0n);
  return {
    spent,
    times,
    rebalancesMs,
    attempts: attempts.length,
    feeTriedMsat,
    feePaidMsat,
    outcomes,
  };
}
