/**
 * One arm against another's points. At a point of the other arm, how many attempts does this one need at the same fee,
 * and what fee does it pay with as many attempts? Attempts are all attempts over successes, failed tasks included; fees
 * are compared on the tasks that both of two points solved.
 */
import { attemptsAtFee, type CurvePoint, feeAtAttempts, monotoneCurve } from './curve.ts';
import type { Observed, ObservedTask } from './observed.ts';
import { feePpmOf } from './point.ts';
import { type NodeCounts, weighted } from './resamples.ts';

/** Of the arm whose curve it is over the other one; `null` where the curve does not reach. */
export interface Ratios {
  /** At equal fee; below 1 is better. */
  readonly attemptsRatio: number | null;
  /** At equal attempts; below 1 is better. */
  readonly feeRatio: number | null;
  /**
   * At equal fee, on the tasks that both solved; below 1 is better. An arm that gives hard tasks up saves their attempts
   * in the first ratio, and here it does not.
   */
  readonly sharedAttemptsRatio: number | null;
  /** Tasks solved at equal fee; above 1 is better. */
  readonly solvedRatio: number | null;
}

const UNKNOWN: Ratios = {
  attemptsRatio: null,
  feeRatio: null,
  sharedAttemptsRatio: null,
  solvedRatio: null,
};

interface Totals {
  readonly attempts: Float64Array;
  readonly successes: Float64Array;
}

/** Of two points on the tasks that both solved, by node. */
interface Shared {
  readonly ownFee: Float64Array;
  readonly otherFee: Float64Array;
  readonly ownAttempts: Float64Array;
  readonly otherAttempts: Float64Array;
}

/** All that comparisons with one point of the other arm need, summed by node once. */
export class PointComparison {
  readonly weight: number;
  readonly #other: Totals;
  readonly #own: readonly { readonly totals: Totals; readonly shared: Shared }[];
  /** Each sample is asked for several times, once for each figure. */
  readonly #known = new WeakMap<NodeCounts, Ratios>();

  /** @param own The arm whose curve it is: its points in the order of their weights. */
  constructor(own: readonly Observed[], other: Observed) {
    this.weight = other.weight;
    this.#other = totals(other);
    this.#own = own.map((point) => ({ totals: totals(point), shared: sharedTasks(point, other) }));
  }

  ratios(counts: NodeCounts): Ratios {
    let ratios = this.#known.get(counts);
    if (ratios === undefined) {
      ratios = this.#compare(counts);
      this.#known.set(counts, ratios);
    }
    return ratios;
  }

  #compare(counts: NodeCounts): Ratios {
    const curves: Record<'all' | 'shared' | 'solved', CurvePoint[]> = {
      all: [],
      shared: [],
      solved: [],
    };
    for (const { totals: own, shared } of this.#own) {
      const attempts = logRatio(perSuccess(own, counts), perSuccess(this.#other, counts));
      const unsolved = logRatio(
        weighted(this.#other.successes, counts),
        weighted(own.successes, counts),
      );
      const sharedAttempts = logRatio(
        weighted(shared.ownAttempts, counts),
        weighted(shared.otherAttempts, counts),
      );
      if (attempts === null || unsolved === null || sharedAttempts === null) return UNKNOWN;
      const fee = logFeeRatio(shared, counts);
      curves.all.push({ fee, attempts });
      curves.shared.push({ fee, attempts: sharedAttempts });
      curves.solved.push({ fee, attempts: unsolved });
    }
    const all = monotoneCurve(curves.all);
    const unsolved = attemptsAtFee(monotoneCurve(curves.solved), 0);
    return {
      attemptsRatio: exponential(attemptsAtFee(all, 0)),
      feeRatio: exponential(feeAtAttempts(all, 0)),
      sharedAttemptsRatio: exponential(attemptsAtFee(monotoneCurve(curves.shared), 0)),
      solvedRatio: exponential(unsolved === null ? null : -unsolved),
    };
  }
}

const exponential = (log: number | null): number | null => (log === null ? null : Math.exp(log));

/**
 * Points that no other point of the same arm beats in both: the arm's own frontier. The others would only make it look
 * worse than it is.
 */
export function efficientPoints(points: readonly Observed[]): Observed[] {
  const counts = new Uint16Array(points[0]?.nodes.length ?? 0).fill(1);
  return points.filter((point) => {
    const attempts = perSuccess(totals(point), counts);
    if (attempts === 0) return false;
    return !points.some((other) => {
      const fewer = perSuccess(totals(other), counts);
      if (other === point || fewer === 0) return false;
      const fee = logFeeRatio(sharedTasks(other, point), counts);
      return fewer <= attempts && fee <= 0 && (fewer < attempts || fee < 0);
    });
  });
}

function totals({ nodes }: Observed): Totals {
  const column = (of: (task: ObservedTask) => number): Float64Array =>
    Float64Array.from(nodes, (tasks) => tasks.reduce((sum, task) => sum + of(task), 0));
  return {
    attempts: column((task) => task.attempts),
    successes: column((task) => (task.feeMsat === null ? 0 : 1)),
  };
}

function sharedTasks(own: Observed, other: Observed): Shared {
  const column = (): Float64Array => new Float64Array(own.nodes.length);
  const [ownFee, otherFee, ownAttempts, otherAttempts] = [column(), column(), column(), column()];
  own.nodes.forEach((tasks, node) => {
    tasks.forEach((task, at) => {
      const others = other.nodes[node]![at]!;
      if (task.feeMsat === null || others.feeMsat === null) return;
      ownFee[node]! += feePpmOf(task);
      otherFee[node]! += feePpmOf(others);
      ownAttempts[node]! += task.attempts;
      otherAttempts[node]! += others.attempts;
    });
  });
  return { ownFee, otherFee, ownAttempts, otherAttempts };
}

/** All attempts over successes; 0 without a success. */
function perSuccess({ attempts, successes }: Totals, counts: NodeCounts): number {
  const solved = weighted(successes, counts);
  return solved === 0 ? 0 : weighted(attempts, counts) / solved;
}

const logRatio = (over: number, under: number): number | null =>
  over === 0 || under === 0 ? null : Math.log(over / under);

/** A millionth of a ppm keeps fees of nothing at all comparable. */
const NOTHING_PPM = 1e-6;

function logFeeRatio({ ownFee, otherFee }: Shared, counts: NodeCounts): number {
  const [own, other] = [weighted(ownFee, counts), weighted(otherFee, counts)];
  return Math.log((own + NOTHING_PPM) / (other + NOTHING_PPM));
}
