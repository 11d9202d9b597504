/**
 * lnd's default estimator: untried corridors succeed with a fixed probability, those that carried the amount with a
 * high one, and those that failed recover by half-lives. What other corridors of the same node did is mixed in
 * (lnd: `routing/probability_apriori.go`).
 */

import { HOUR_MS } from '../../units/time.ts';
import type { Evidence } from '../evidence.ts';
import { ageMs, isKnown, type LndEstimator, largestCapacityMsat } from './lnd-estimator.ts';

/** Defaults are lnd's own. */
export interface AprioriOptions {
  /** Probability of a corridor that nothing is known of. @defaultValue 0.6 */
  readonly hopProbability?: number;
  /**
   * From 0 to 1: how much that counts against what the node's other corridors did; at 1 nothing else counts.
   * @defaultValue 0.5, as much as one observation
   */
  readonly weight?: number;
  /** Time after which a failure counts half. Successes keep counting. @defaultValue one hour */
  readonly halfLifeMs?: number;
  /** Share of the capacity about which the probability falls; 1 switches that off. @defaultValue 0.9999 */
  readonly capacityFraction?: number;
  /** Probability of a corridor that carried the amount before. @defaultValue 0.95 */
  readonly successProbability?: number;
}

type Terms = Required<AprioriOptions>;

const DEFAULTS: Terms = {
  hopProbability: 0.6,
  weight: 0.5,
  halfLifeMs: HOUR_MS,
  capacityFraction: 0.9999,
  successProbability: 0.95,
};
/** Width of the fall near the capacity, as a share of it, and the share of the probability that it takes. */
const SMEARING = 0.025;
const MOST_TAKEN = 0.5;

/** @throws RangeError for options that lnd would refuse. */
export function aprioriModel(options: AprioriOptions = {}): LndEstimator {
  const terms = { ...DEFAULTS, ...options };
  assertTerms(terms);
  return {
    name: 'apriori',
    probability: ({ capacitiesMsat, evidence, neighbours }, amountMsat, nowMs) => {
      if (carried(evidence, amountMsat)) return terms.successProbability;
      const capacityMsat = largestCapacityMsat(capacitiesMsat);
      const untried =
        terms.hopProbability * capacityFactor(terms.capacityFraction, amountMsat, capacityMsat);
      const node =
        terms.weight === 1
          ? untried
          : nodeProbability(terms, untried, {
              results: withOwn(evidence, neighbours()),
              amountMsat,
              nowMs,
            });
      return afterFailure(terms, node, { evidence, amountMsat, nowMs });
    },
    ownProbability: (evidence, nowMs) =>
      afterFailure(terms, terms.successProbability, {
        evidence,
        amountMsat: Number.MAX_VALUE,
        nowMs,
      }),
  };
}

/**
 * How much of the probability is left near the capacity: 1 far below, 1/2 far above the fraction, 0 beyond the capacity.
 *
 * @param capacityMsat 0 where unknown; the factor is then 1.
 */
export function capacityFactor(
  capacityFraction: number,
  amountMsat: number,
  capacityMsat: number,
): number {
  if (capacityFraction === 1 || capacityMsat === 0) return 1;
  if (amountMsat > capacityMsat) return 0;
  const beyond = (amountMsat - capacityFraction * capacityMsat) / (SMEARING * capacityMsat);
  return 1 - MOST_TAKEN / (1 + Math.exp(-beyond));
}

function assertTerms(terms: Terms): void {
  for (const name of ['hopProbability', 'weight', 'successProbability'] as const) {
    if (!(terms[name] >= 0 && terms[name] <= 1)) {
      throw new RangeError(`${name} must lie between 0 and 1, but is ${terms[name]}`);
    }
  }
  if (!(terms.halfLifeMs > 0)) {
    throw new RangeError(`halfLifeMs must be positive, but is ${terms.halfLifeMs}`);
  }
  if (!(terms.capacityFraction >= 0.75 && terms.capacityFraction <= 1)) {
    throw new RangeError(
      `capacityFraction must lie between 0.75 and 1, but is ${terms.capacityFraction}`,
    );
  }
}

interface Question {
  readonly amountMsat: number;
  readonly nowMs: number;
  readonly evidence: Evidence;
}

const carried = (evidence: Evidence, amountMsat: number): boolean =>
  isKnown(evidence) && amountMsat <= evidence.lowMsat;

const lacked = (evidence: Evidence, amountMsat: number): boolean =>
  evidence.highAtMs > 0 && amountMsat >= evidence.highMsat;

function* withOwn(own: Evidence, neighbours: Iterable<Evidence>): Iterable<Evidence> {
  yield own;
  yield* neighbours;
}

/** Weighted average of the untried probability, successes at their own, and failures at 0 by their age. */
function nodeProbability(
  terms: Terms,
  untried: number,
  seen: { results: Iterable<Evidence>; amountMsat: number; nowMs: number },
): number {
  const prior = 1 / (1 - terms.weight) - 1;
  let [sum, weights] = [untried * prior, prior];
  for (const result of seen.results) {
    if (carried(result, seen.amountMsat)) {
      weights++;
      sum += terms.successProbability;
    } else if (lacked(result, seen.amountMsat)) {
      weights += failureWeight(terms, result, seen.nowMs);
    }
  }
  // With a weight of 0 and no result that bears on the amount there is nothing to average.
  return weights === 0 ? untried : sum / weights;
}

function afterFailure(
  terms: Terms,
  node: number,
  { evidence, amountMsat, nowMs }: Question,
): number {
  if (!lacked(evidence, amountMsat)) return node;
  return node * (1 - failureWeight(terms, evidence, nowMs));
}

const failureWeight = (terms: Terms, evidence: Evidence, nowMs: number): number =>
  2 ** (-ageMs(evidence.highAtMs, nowMs) / terms.halfLifeMs);
