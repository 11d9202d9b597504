import { describe, expect, it } from 'vitest';
import { efficientPoints, PointComparison } from '../../../../bench/frontier/metrics/compare.ts';
import type { Observed, ObservedTask } from '../../../../bench/frontier/metrics/observed.ts';
import { resamples } from '../../../../bench/frontier/metrics/resamples.ts';
import { verdicts } from '../../../../bench/frontier/metrics/verdicts.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { testSeed } from '../../../seeded-random.ts';
import { observed, task } from './made-up.ts';

const NODES = 30;
const SAMPLES = resamples(NODES, { count: 200, seed: 'verdicts' });
const ONCE = SAMPLES.observed;

/** Tasks whose difficulty all arms share, and which this one solves with so much more attempts and fee. */
function arm(
  name: string,
  points: readonly { weight: number; attempts: number; fee: number }[],
): Observed[] {
  return points.map(({ weight, attempts, fee }) => {
    const random = new SeededRandom(`tasks ${seed}`);
    const nodes = Array.from({ length: NODES }, () =>
      Array.from({ length: 12 }, (): ObservedTask => {
        const hard = 1 + random.below(6);
        const dear = 50 + random.below(500);
        return random.chance(0.1) ? task(20, null) : task(hard * attempts, dear * fee);
      }),
    );
    return observed(nodes, { arm: name, weight });
  });
}

const seed = testSeed(5);
const BALLAST = arm('ballast', [
  { weight: 0.1, attempts: 6, fee: 1 },
  { weight: 1, attempts: 3, fee: 2 },
  { weight: 10, attempts: 2, fee: 4 },
]);

const SAME = { attemptsRatio: 1, feeRatio: 1, sharedAttemptsRatio: 1, solvedRatio: 1 };

describe('the comparison with a point', () => {
  it('of an arm with itself is exactly 1', () => {
    for (const point of BALLAST) {
      const alone = new PointComparison([point], point);
      expect(alone.ratios(ONCE)).toEqual(SAME);
      for (const counts of SAMPLES.drawn.slice(0, 20)) {
        expect(alone.ratios(counts)).toEqual(SAME);
      }
      expect(new PointComparison(BALLAST, point).ratios(ONCE)).toEqual(SAME);
    }
  });

  it('finds how many attempts fewer, and how much less fee', () => {
    const [half] = arm('other', [{ weight: 1, attempts: 6, fee: 2 }]);
    const { attemptsRatio, feeRatio } = new PointComparison(BALLAST, half!).ratios(ONCE);
    const [own, other] = [BALLAST[1]!, half!].map(({ nodes }) =>
      nodes.flat().reduce((sum, one) => sum + one.attempts, 0),
    );
    expect(attemptsRatio).toBeCloseTo(own! / other!, 9);
    expect(attemptsRatio).toBeLessThan(0.65);
    expect(feeRatio).toBeCloseTo(0.5, 9);
  });

  it('compares fees on the tasks that both solved only', () => {
    const own = observed([[task(1, 100), task(1, 10_000)]]);
    const other = observed([[task(1, 200), task(1, null)]]);
    const { feeRatio } = new PointComparison([own], other).ratios(new Uint16Array([1]));
    expect(feeRatio).toBeCloseTo(0.5, 6);
  });

  it('sees through an arm that saves attempts by giving hard tasks up', () => {
    const thorough = observed([[task(2, 100), task(10, 100)]]);
    const quitter = observed([[task(4, 100), task(0, null)]]);
    const ratios = new PointComparison([thorough], quitter).ratios(new Uint16Array([1]));
    expect(ratios.attemptsRatio).toBeCloseTo(6 / 4, 9);
    expect(ratios.sharedAttemptsRatio).toBeCloseTo(0.5, 9);
    expect(ratios.solvedRatio).toBeCloseTo(2, 9);
  });

  it('says where the curve does not reach', () => {
    const [cheap] = arm('other', [{ weight: 1, attempts: 12, fee: 0.5 }]);
    const ratios = new PointComparison(BALLAST, cheap!).ratios(ONCE);
    expect(ratios.attemptsRatio).toBeNull();
    expect(ratios.feeRatio).toBeCloseTo(2, 9);
  });
});

describe("an arm's own frontier", () => {
  it('leaves out points that another one beats in both', () => {
    const points = arm('other', [
      { weight: 1, attempts: 4, fee: 2 },
      { weight: 2, attempts: 5, fee: 3 },
      { weight: 3, attempts: 3, fee: 3 },
    ]);
    expect(efficientPoints(points).map(({ weight }) => weight)).toEqual([1, 3]);
  });
});

describe('verdicts', () => {
  it('are one for each other arm, without the oracle', () => {
    const others = ['better', 'oracle', 'worse'].flatMap((name) =>
      arm(name, [{ weight: 1, attempts: 3, fee: 1 }]),
    );
    const found = verdicts([...BALLAST, ...others], 'ballast', SAMPLES);
    expect(found.map((verdict) => verdict.arm)).toEqual(['better', 'worse']);
    expect(verdicts(others, 'ballast', SAMPLES)).toEqual([]);
  });

  it('see a frontier that lies below, and one that does not', () => {
    const worse = arm('worse', [
      { weight: 0.5, attempts: 8, fee: 1.5 },
      { weight: 2, attempts: 5, fee: 3 },
    ]);
    const better = arm('better', [{ weight: 1, attempts: 1, fee: 1 }]);
    const [above, below] = verdicts([...BALLAST, ...worse, ...better], 'ballast', SAMPLES);
    expect(above).toMatchObject({ arm: 'worse', dominated: true });
    expect(above!.interval![1]).toBeLessThan(1);
    expect(above!.feeInterval![1]).toBeLessThan(1);
    expect(above!.points.map(({ weight }) => weight)).toEqual([0.5, 2]);
    expect(below).toMatchObject({ arm: 'better', dominated: false });
    expect(below!.attemptsRatio).toBeGreaterThan(1);
  });

  it('call nothing dominated that loses a single point, or only ties', () => {
    const mixed = arm('mixed', [
      { weight: 1, attempts: 60, fee: 1.01 },
      { weight: 2, attempts: 2, fee: 3 },
    ]);
    const twin = BALLAST.map((point) => ({ ...point, arm: 'twin' }));
    const [first, second] = verdicts([...BALLAST, ...mixed, ...twin], 'ballast', SAMPLES);
    expect(first).toMatchObject({ arm: 'mixed', dominated: false });
    expect(first!.attemptsRatio).toBeLessThan(1);
    expect(second).toMatchObject({
      arm: 'twin',
      dominated: false,
      attemptsRatio: 1,
      feeRatio: 1,
      interval: [1, 1],
      feeInterval: [1, 1],
    });
  });
});
