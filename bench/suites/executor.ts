/**
 * Attempts over real gRPC on loopback, beside bare calls to the same server: what Ballast adds to a call, and how many
 * attempts a second it makes with more and more rebalances in flight, with the journal in memory and on disk.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectLnd } from '../../src/node/lnd/index.ts';
import { type BareCalls, makeBareCalls } from '../executor/bare-calls.ts';
import { ExecutorBench, JOURNALS } from '../executor/bench.ts';
import { FAILING_CIRCLES } from '../executor/circles-network.ts';
import type { Spent } from '../executor/in-flight.ts';
import type { RebalancesDone } from '../executor/rebalances.ts';
import { startServing } from '../executor/serving-process.ts';
import { percentiles } from '../measure/percentiles.ts';
import type { Figure, SuiteResult } from '../report/result.ts';
import { measurement, type SuiteRow } from '../report/row.ts';
import type { BenchmarkOptions, Setting } from './setting.ts';

const SUITE = 'executor';
/** Rebalances that settle make one attempt each, so more of them are made. */
const SETTLING_FACTOR = 4;

export async function executorSuite({ options }: Pick<Setting, 'options'>): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
  const { served, close } = await startServing();
  const { address, tlsCertPem, macaroonHex } = served;
  const node = await connectLnd({ address, tlsCert: tlsCertPem, macaroon: macaroonHex });
  try {
    return await measureAll(new ExecutorBench({ served, node, folder }), options);
  } finally {
    await node.close();
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What one number of rebalances in flight contributes. */
interface Measured {
  readonly rows: SuiteRow[];
  readonly figures: Figure[];
  readonly facts: string[];
}

async function measureAll(bench: ExecutorBench, options: BenchmarkOptions): Promise<SuiteResult> {
  const { executorInFlight, executorRebalances } = options;
  const measured: Measured = { rows: [], figures: [], facts: [] };
  await bench.warmUp(executorRebalances);
  for (const inFlight of executorInFlight) {
    const rebalances = Math.max(executorRebalances, 2 * inFlight);
    await measureAttempts(bench, { inFlight, rebalances }, measured);
    await measureSettling(bench, { inFlight, rebalances }, measured);
  }
  return measured;
}

interface Load {
  readonly inFlight: number;
  readonly rebalances: number;
}

/** Rebalances that try one circle after another, all in vain. */
async function measureAttempts(
  bench: ExecutorBench,
  { inFlight, rebalances }: Load,
  { rows, figures, facts }: Measured,
): Promise<void> {
  const at = `${inFlight} in flight`;
  const calls = rebalances * FAILING_CIRCLES;
  const bare = await makeBareCalls(bench.served, { route: bench.route, calls, inFlight });
  const bareRow = measurement(SUITE, { name: `bare SendToRouteV2, ${at}`, timesMs: bare.timesMs });
  rows.push(bareRow);
  facts.push(`${bareRow.name}: ${bare.failed} of ${calls} failed`);
  const rates = [`${rate(calls, bare.spent)} as bare calls`];
  for (const journal of JOURNALS) {
    const done = await bench.rebalance(journal, { kind: 'failing', rebalances, inFlight });
    const name = `attempt, journal in ${journal}, ${at}`;
    const { attemptsMs: timesMs } = done.times;
    rows.push(measurement(SUITE, { name, timesMs, unitMs: bareRow.medianMs }));
    facts.push(`${name}: ${outcomesOf(done)}`);
    rates.push(`${rate(done.attempts, done.spent)} with the journal in ${journal}`);
    // With more in flight, the parts are mostly waiting for one another.
    if (inFlight === 1)
      figures.push({ label: `${name}, above the bare call`, text: parts(done, bare) });
  }
  figures.push({ label: `attempts per second, ${at}`, text: rates.join('; ') });
}

/** Rebalances whose first attempt settles. */
async function measureSettling(
  bench: ExecutorBench,
  { inFlight, rebalances: failing }: Load,
  { rows, figures, facts }: Measured,
): Promise<void> {
  const at = `${inFlight} in flight`;
  const rebalances = failing * SETTLING_FACTOR;
  const rates: string[] = [];
  for (const journal of JOURNALS) {
    const done = await bench.rebalance(journal, { kind: 'settling', rebalances, inFlight });
    const name = `rebalance in one attempt, journal in ${journal}, ${at}`;
    rows.push(measurement(SUITE, { name, timesMs: done.rebalancesMs }));
    facts.push(`${name}: ${outcomesOf(done)}`);
    rates.push(`${rate(done.attempts, done.spent)} with the journal in ${journal}`);
  }
  figures.push({ label: `rebalances per second, ${at}`, text: rates.join('; ') });
}

/** Where the time goes that an attempt takes beyond a bare call: medians, which need not add up. */
function parts({ times }: RebalancesDone, bare: BareCalls): string {
  const median = (timesMs: readonly number[]): number => percentiles(timesMs).medianMs;
  const [whole, call] = [median(times.attemptsMs), median(bare.timesMs)];
  // The outcome of the one attempt, and the intent of the next.
  const journal = 2 * median(times.commitsMs);
  const around = median(times.sendingMs) - call;
  const rest = whole - call - journal - around;
  const ms = (value: number): string => value.toFixed(2);
  return `${ms(whole - call)} ms: ${ms(journal)} journal, ${ms(around)} in the call, ${ms(rest)} search and the rest`;
}

function outcomesOf({ outcomes, attempts, feeTriedMsat, feePaidMsat }: RebalancesDone): string {
  const ends = Object.entries(outcomes).map(([kind, count]) => `${count} ${kind}`);
  return `${ends.join(', ')}, ${attempts} attempts, ${feeTriedMsat} msat tried, ${feePaidMsat} paid`;
}

function rate(count: number, { elapsedMs, processorMs }: Spent): string {
  const perSecond = Math.round((1000 * count) / elapsedMs).toLocaleString('en');
  return `${perSecond} (${(processorMs / count).toFixed(2)} ms of processor each)`;
}
