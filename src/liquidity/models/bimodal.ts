/**
 * lnd's second estimator: a balance lies near one end of its channel or the other, with density proportional to
 * e^(-x/s) + e^((x-c)/s) + 1/c, cut to what is known of the corridor. Other corridors of the same node count a little
 * (lnd: `routing/probability_bimodal.go`).
 */

import { DAY_MS } from '../../units/time.ts';
import type { Evidence } from '../evidence.ts';
import { ageMs, isKnown, type LndEstimator, largestCapacityMsat } from './lnd-estimator.ts';

/** Defaults are lnd's own. */
export interface BimodalOptions {
  /** How far balances reach from the ends of a channel. @defaultValue 300,000,000 msat */
  readonly scaleMsat?: number;
  /** From 0 to 1: what one result of another corridor of the node counts against this one. @defaultValue 0.2 */
  readonly nodeWeight?: number;
  /** Time in which knowledge shrinks to 1/e. @defaultValue seven days */
  readonly decayMs?: number;
}

type Terms = Required<BimodalOptions>;

const DEFAULTS: Terms = { scaleMsat: 300_000_000, nodeWeight: 0.2, decayMs: 7 * DAY_MS };

/** @throws RangeError for options that lnd would refuse. */
export function bimodalModel(options: BimodalOptions = {}): LndEstimator {
  const terms = { ...DEFAULTS, ...options };
  assertTerms(terms);
  return {
    name: 'bimodal',
    probability: ({ capacitiesMsat, evidence, neighbours }, amountMsat, nowMs) => {
      const direct = directProbability(terms, {
        capacityMsat: largestCapacityMsat(capacitiesMsat),
        evidence,
        amountMsat,
        nowMs,
      });
      return mixWithNode(terms, { direct, evidence, neighbours, nowMs });
    },
    ownProbability: ({ highAtMs }, nowMs) =>
      highAtMs === 0 ? 1 : -Math.expm1(-ageMs(highAtMs, nowMs) / terms.decayMs),
  };
}

function assertTerms({ scaleMsat, nodeWeight, decayMs }: Terms): void {
  if (!(scaleMsat > 0)) throw new RangeError(`scaleMsat must be positive, but is ${scaleMsat}`);
  if (!(decayMs > 0)) throw new RangeError(`decayMs must be positive, but is ${decayMs}`);
  if (!(nodeWeight >= 0 && nodeWeight <= 1)) {
    throw new RangeError(`nodeWeight must lie between 0 and 1, but is ${nodeWeight}`);
  }
}

function directProbability(
  terms: Terms,
  asked: {
    readonly capacityMsat: number;
    readonly evidence: Evidence;
    readonly amountMsat: number;
    readonly nowMs: number;
  },
): number {
  const { capacityMsat, evidence, nowMs } = asked;
  const { decayMs } = terms;
  return bimodalProbability(terms.scaleMsat, {
    capacityMsat,
    amountMsat: asked.amountMsat,
    successMsat:
      evidence.lowAtMs === 0
        ? 0
        : canSendMsat({ msat: evidence.lowMsat, ageMs: ageMs(evidence.lowAtMs, nowMs), decayMs }),
    failMsat:
      evidence.highAtMs === 0
        ? capacityMsat
        : cannotSendMsat({
            msat: evidence.highMsat,
            ageMs: ageMs(evidence.highAtMs, nowMs),
            decayMs,
            capacityMsat,
          }),
  });
}

interface AgedAmount {
  readonly msat: number;
  readonly ageMs: number;
  readonly decayMs: number;
}

/** What of an amount that passed can be counted on still: nothing in the end. */
export const canSendMsat = (passed: AgedAmount): number =>
  Math.floor(Math.exp(-passed.ageMs / passed.decayMs) * passed.msat);

/** What an amount that failed has become: the capacity in the end. */
export function cannotSendMsat(failed: AgedAmount & { readonly capacityMsat: number }): number {
  const { capacityMsat } = failed;
  const room = capacityMsat - Math.min(failed.msat, capacityMsat);
  return capacityMsat - Math.floor(Math.exp(-failed.ageMs / failed.decayMs) * room);
}

export interface BimodalQuestion {
  /** 0 where unknown; nothing can be said then, and lnd takes the corridor as impassable. */
  readonly capacityMsat: number;
  readonly successMsat: number;
  readonly failMsat: number;
  readonly amountMsat: number;
}

/** Probability that a balance known to lie from `successMsat` to below `failMsat` covers the amount. */
export function bimodalProbability(scaleMsat: number, question: BimodalQuestion): number {
  const { capacityMsat, amountMsat } = question;
  if (capacityMsat === 0 || amountMsat > capacityMsat) return 0;
  let { successMsat, failMsat } = question;
  // Evidence that contradicts itself is no evidence.
  if (failMsat <= successMsat) [successMsat, failMsat] = [0, capacityMsat];
  // A larger channel may have been closed since; what remains is taken to be as full as it was.
  if (successMsat >= capacityMsat) [successMsat, failMsat] = [capacityMsat - 1, capacityMsat];
  failMsat = Math.min(failMsat, capacityMsat);
  if (amountMsat >= failMsat) return 0;
  if (amountMsat <= successMsat) return 1;
  const shape = { scaleMsat, capacityMsat };
  const above = mass(shape, amountMsat, failMsat);
  const all = mass(shape, successMsat, failMsat);
  return all === 0 ? 0 : Math.min(1, above / all);
}

/**
 * The density's integral between two amounts, divided by the scale and not normalised. Each of the three terms is
 * positive by itself, so nothing cancels where the exponentials have all but vanished.
 */
function mass(
  { scaleMsat, capacityMsat }: { scaleMsat: number; capacityMsat: number },
  fromMsat: number,
  toMsat: number,
): number {
  const width = (toMsat - fromMsat) / scaleMsat;
  const share = -Math.expm1(-width);
  const emptyEnd = Math.exp(-fromMsat / scaleMsat) * share;
  const fullEnd = Math.exp((toMsat - capacityMsat) / scaleMsat) * share;
  return emptyEnd + fullEnd + width / capacityMsat;
}

/** Other corridors count only where the last news of this one is older than the decay time. */
function mixWithNode(
  { nodeWeight, decayMs }: Terms,
  seen: {
    readonly direct: number;
    readonly evidence: Evidence;
    readonly neighbours: () => Iterable<Evidence>;
    readonly nowMs: number;
  },
): number {
  const { direct, evidence, nowMs } = seen;
  if (nodeWeight === 0) return direct;
  const latestMs = Math.max(evidence.lowAtMs, evidence.highAtMs);
  if (isKnown(evidence) && nowMs - latestMs < decayMs) return direct;
  let [sum, weights] = [direct, 1];
  for (const other of seen.neighbours()) {
    // Not counted: failures of any amount, which lnd books as 0.
    if (other.highAtMs > 0 && other.highMsat > 0) {
      weights += nodeWeight * Math.exp(-ageMs(other.highAtMs, nowMs) / decayMs);
    }
    if (other.lowMsat > 0) {
      const weight = nodeWeight * Math.exp(-ageMs(other.lowAtMs, nowMs) / decayMs);
      sum += weight;
      weights += weight;
    }
  }
  return sum / weights;
}
