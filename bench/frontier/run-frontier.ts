/** The whole benchmark on one network: worlds, tasks, arms, figures. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { type Observed, observe } from './metrics/observed.ts';
import { type Point, points } from './metrics/point.ts';
import { type Resamples, resamples } from './metrics/resamples.ts';
import { type Verdict, verdicts } from './metrics/verdicts.ts';
import { BELIEFS } from './run/run-arm.ts';
import { runUnits } from './run/run-units.ts';
import type { Unit, UnitResult } from './run/unit.ts';
import { type OwnNode, ownNodes } from './tasks/own-nodes.ts';
import { stepsOf, type TaskOptions } from './tasks/task-list.ts';
import { type TrafficFacts, trafficBalances } from './traffic/traffic-balances.ts';
import type { BalanceHistory } from './world/balance-history.ts';
import type { TruthName } from './world/truths.ts';

export interface FrontierTerms {
  readonly truths: readonly TruthName[];
  /** By name; the first one is compared with the others. */
  readonly arms: readonly string[];
  readonly nodes: number;
  readonly tasks: TaskOptions;
  readonly maxAttempts: number;
  readonly seed: string;
  readonly tuning: boolean;
  readonly threads: number;
  readonly samples: number;
  /** Follows the name of each truth in the report. */
  readonly suffix: string;
  /** Payments before the truth `traffic` is taken. @defaultValue as many as make its figures stand still */
  readonly trafficPayments?: number;
  readonly progress: (line: string) => void;
}

export interface FrontierResult {
  readonly nodes: number;
  readonly units: readonly UnitResult[];
  readonly points: readonly Point[];
  readonly verdicts: readonly Verdict[];
  /** `undefined` where that truth was not asked for. */
  readonly traffic: TrafficFacts | undefined;
}

/** @throws Error where the network has no node of the right size. */
export async function runFrontier(
  snapshot: GraphSnapshot,
  terms: FrontierTerms,
): Promise<FrontierResult> {
  const { truths, threads, progress } = terms;
  const nodes = ownNodes(snapshot, terms).slice(0, terms.nodes);
  if (nodes.length === 0) throw new Error('the network has no node of 30 to 150 channels');
  const steps = stepsOf(terms.tasks);
  if (truths.includes('traffic')) progress('simulating traffic');
  const traffic = truths.includes('traffic')
    ? trafficBalances(snapshot, {
        seed: `${terms.seed}/traffic`,
        stretches: nodes.length,
        steps,
        ...(terms.trafficPayments === undefined ? {} : { paymentsBefore: terms.trafficPayments }),
      })
    : undefined;
  const units = truths.flatMap((truth) =>
    nodes.map((own, at) =>
      unitOf(terms, own, {
        truth,
        balances: truth === 'traffic' ? traffic?.stretches[at] : undefined,
      }),
    ),
  );
  const results = await runUnits(snapshot, units, {
    threads,
    progress: (done) => progress(`${done} of ${units.length} nodes done`),
  });
  const samples = resamples(nodes.length, { count: terms.samples, seed: terms.seed });
  const judged = truths.flatMap((truth) => {
    const own = results.filter((unit) => unit.truth === truth);
    return judge(observe(own, truth + terms.suffix), { samples, first: terms.arms[0]! });
  });
  return {
    nodes: nodes.length,
    units: results,
    points: judged.flatMap((one) => one.points),
    verdicts: judged.flatMap((one) => one.verdicts),
    traffic: traffic?.facts,
  };
}

function unitOf(
  { seed, tasks, arms, maxAttempts }: FrontierTerms,
  own: OwnNode,
  at: { truth: TruthName; balances: BalanceHistory | undefined },
): Unit {
  const { truth, balances } = at;
  const unit = { truth, own, seed, tasks, arms, maxAttempts };
  return balances === undefined ? unit : { ...unit, balances };
}

function judge(
  observed: readonly Observed[],
  { samples, first }: { samples: Resamples; first: string },
): { points: Point[]; verdicts: Verdict[] }[] {
  return BELIEFS.map((belief) => {
    const panel = observed.filter((one) => one.belief === belief);
    return { points: points(panel, samples), verdicts: verdicts(panel, first, samples) };
  });
}
