/** Probabilities as sums: -ln p in millionths, rounded to whole numbers, so that the order of adding does not matter. */
import type { UnlikelihoodLimit } from './search/search-task.ts';

/** Probability that a direction carries the amount, from 0 to 1, by direction index of the snapshot. */
export type SuccessProbability = Float64Array | ((direction: number) => number);

/** @throws RangeError for a probability outside 0 to 1. */
export function unlikelihoodLimit(given: {
  readonly minProbability: number;
  readonly probability: SuccessProbability;
}): UnlikelihoodLimit {
  const { minProbability, probability } = given;
  const of = (direction: number): number =>
    millionths(
      probability instanceof Float64Array ? probability[direction]! : probability(direction),
      `direction ${direction}`,
    );
  return { max: millionths(minProbability, 'minProbability'), of };
}

export const unlikelihoodOf = (directions: readonly number[], limit: UnlikelihoodLimit): number =>
  directions.reduce((sum, direction) => sum + limit.of(direction), 0);

/** The probability that a sum stands for. */
export const probabilityOf = (unlikelihood: number): number => Math.exp(-unlikelihood / 1e6);

function millionths(probability: number, name: string): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`the probability of ${name} must lie between 0 and 1, not ${probability}`);
  }
  return Math.round(-Math.log(probability) * 1e6);
}
