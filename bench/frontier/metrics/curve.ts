/** An arm's frontier as a curve through the points of its weights, in logarithms. */

/** In the order of the weights: more weight should mean a higher fee and fewer attempts. */
export interface CurvePoint {
  readonly fee: number;
  readonly attempts: number;
}

/**
 * Makes both coordinates monotone: where neighbours are out of order they are averaged. To take the lowest point instead
 * would choose among points by their luck, and the curve would lie lower than the arm does.
 */
export function monotoneCurve(points: readonly CurvePoint[]): CurvePoint[] {
  const fees = risingMeans(points.map(({ fee }) => fee));
  const attempts = risingMeans(points.map((point) => -point.attempts));
  return points.map((_, i) => ({ fee: fees[i]!, attempts: -attempts[i]! }));
}

/** The rising sequence nearest to the values by least squares: neighbours that fall are pooled. */
function risingMeans(values: readonly number[]): number[] {
  const blocks: { sum: number; size: number }[] = [];
  for (const value of values) {
    let block = { sum: value, size: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.size <= block.sum / block.size) break;
      blocks.pop();
      block = { sum: last.sum + block.sum, size: last.size + block.size };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, size }) => new Array<number>(size).fill(sum / size));
}

/** A curve whose end is missed by no more than this is said to reach: 1 %. */
const NEARLY = Math.log(1.01);

/**
 * Attempts where the curve has this fee: straight lines between points. Beyond the dear end it has the attempts of that
 * end, for a cheaper point does as well; `null` before the cheap end, where the curve does not reach.
 */
export function attemptsAtFee(curve: readonly CurvePoint[], fee: number): number | null {
  return valueAt(
    curve.map((point) => [point.fee, point.attempts] as const),
    fee,
  );
}

/** Fee where the curve has so many attempts; `null` for fewer than it reaches. */
export function feeAtAttempts(curve: readonly CurvePoint[], attempts: number): number | null {
  return valueAt(curve.map((point) => [point.attempts, point.fee] as const).reverse(), attempts);
}

/** @param line From left to right, not rising. */
function valueAt(line: readonly (readonly [x: number, y: number])[], x: number): number | null {
  const [first, last] = [line[0], line.at(-1)];
  if (first === undefined || last === undefined || x < first[0] - NEARLY) return null;
  // Of several points at one place, the lowest is the last.
  for (let i = line.length - 1; i >= 0; i--) {
    const [x0, y0] = line[i]!;
    if (x0 > x) continue;
    const next = line[i + 1];
    if (next === undefined) return y0;
    return y0 + ((x - x0) / (next[0] - x0)) * (next[1] - y0);
  }
  return first[1];
}
