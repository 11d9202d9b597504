/** Whether Ballast's frontier lies below another arm's. */
import type { Belief } from '../run/run-arm.ts';
import { efficientPoints, PointComparison, type Ratios } from './compare.ts';
import type { Observed } from './observed.ts';
import {
  type Estimate,
  estimate,
  type Interval,
  type NodeCounts,
  type Resamples,
} from './resamples.ts';

export interface Verdict {
  readonly truth: string;
  readonly belief: Belief;
  readonly arm: string;
  /**
   * True where, over the arm's own frontier, both intervals lie below 1 as a whole, and no single point of it is lost:
   * none where an interval lies above 1 as a whole.
   */
  readonly dominated: boolean;
  /** Attempts per success at the arm's fee, over the arm's own: geometric mean over the points of its frontier. */
  readonly attemptsRatio: number | null;
  /** Fee with the arm's attempts, over the arm's own: the same mean. */
  readonly feeRatio: number | null;
  /** 95 % interval of `attemptsRatio`. */
  readonly interval: Interval | null;
  /** 95 % interval of `feeRatio`. */
  readonly feeInterval: Interval | null;
  /** Attempts at equal fee on the tasks that both solved, so that nobody gains by giving up; the same mean. */
  readonly sharedAttemptsRatio: number | null;
  readonly sharedAttemptsInterval: Interval | null;
  /** Tasks solved at equal fee, over those that the arm solved; the same mean. Above 1 is better. */
  readonly solvedRatio: number | null;
  readonly solvedInterval: Interval | null;
  /** The points of the arm's frontier one by one. */
  readonly points: readonly PointVerdict[];
}

interface PointVerdict {
  readonly weight: number;
  /** No value where Ballast's weights do not reach so low a fee, or so few attempts. */
  readonly attemptsRatio: Estimate;
  readonly feeRatio: Estimate;
  readonly sharedAttemptsRatio: Estimate;
  readonly solvedRatio: Estimate;
}

/** The oracle is a bound, and no arm that anybody could run. */
const NOT_JUDGED = 'oracle';

/**
 * @param observed All points of one truth and belief.
 * @param own Name of the arm that the others are compared with.
 */
export function verdicts(
  observed: readonly Observed[],
  own: string,
  samples: Resamples,
): Verdict[] {
  const byArm = Map.groupBy(observed, ({ arm }) => arm);
  const curve = byArm.get(own);
  if (curve === undefined) return [];
  const ordered = curve.toSorted((a, b) => a.weight - b.weight);
  return [...byArm]
    .filter(([arm]) => arm !== own && arm !== NOT_JUDGED)
    .map(([arm, points]) => verdict(arm, { curve: ordered, points, samples }));
}

function verdict(
  arm: string,
  given: {
    readonly curve: readonly Observed[];
    readonly points: readonly Observed[];
    readonly samples: Resamples;
  },
): Verdict {
  const { curve, points, samples } = given;
  const { truth, belief } = curve[0]!;
  const comparisons = efficientPoints(points).map((point) => new PointComparison(curve, point));
  const mean = (of: keyof Ratios): Estimate =>
    estimate(samples, (counts) => geometricMean(comparisons, counts, of));
  const each = comparisons.map((comparison): PointVerdict => {
    const single = (of: keyof Ratios): Estimate =>
      estimate(samples, (counts) => comparison.ratios(counts)[of]);
    const { weight } = comparison;
    return {
      weight,
      attemptsRatio: single('attemptsRatio'),
      feeRatio: single('feeRatio'),
      sharedAttemptsRatio: single('sharedAttemptsRatio'),
      solvedRatio: single('solvedRatio'),
    };
  });
  const [attempts, fee] = [mean('attemptsRatio'), mean('feeRatio')];
  const [shared, solved] = [mean('sharedAttemptsRatio'), mean('solvedRatio')];
  const lost = each.some(
    (point) => isAboveOne(point.attemptsRatio.interval) || isAboveOne(point.feeRatio.interval),
  );
  return {
    truth,
    belief,
    arm,
    dominated: isBelowOne(attempts.interval) && isBelowOne(fee.interval) && !lost,
    attemptsRatio: attempts.value,
    feeRatio: fee.value,
    interval: attempts.interval,
    feeInterval: fee.interval,
    sharedAttemptsRatio: shared.value,
    sharedAttemptsInterval: shared.interval,
    solvedRatio: solved.value,
    solvedInterval: solved.interval,
    points: each,
  };
}

/** Over the points that the curve reaches; `null` where it reaches none. */
function geometricMean(
  comparisons: readonly PointComparison[],
  counts: NodeCounts,
  of: keyof Ratios,
): number | null {
  let [sum, reached] = [0, 0];
  for (const comparison of comparisons) {
    const ratio = comparison.ratios(counts)[of];
    if (ratio === null) continue;
    sum += Math.log(ratio);
    reached++;
  }
  return reached === 0 ? null : Math.exp(sum / reached);
}

const isBelowOne = (interval: Interval | null): boolean => interval !== null && interval[1] < 1;
const isAboveOne = (interval: Interval | null): boolean => interval !== null && interval[0] > 1;
