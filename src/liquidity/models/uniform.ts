/**
 * Every balance of a channel as likely as any other, as Pickhardt and Richter assume (arXiv:2107.05322). Forwarding is
 * not strict, so a corridor carries what the fullest of its channels carries.
 */

import { DAY_MS } from '../../units/time.ts';
import type { Evidence } from '../evidence.ts';
import type { LiquidityModel } from '../liquidity-model.ts';
import { ageMs } from './lnd-estimator.ts';

/** How fast `uniformModel` forgets. */
export interface UniformOptions {
  /**
   * Time in which a bound moves half the way back to knowing nothing; Infinity keeps bounds for ever.
   * @defaultValue one day, as eclair's balance estimates have it
   */
  readonly halfLifeMs?: number;
}

const DEFAULT_HALF_LIFE_MS = DAY_MS;

/** @throws RangeError for a half-life that is not positive. */
export function uniformModel(options: UniformOptions = {}): LiquidityModel {
  const halfLifeMs = options.halfLifeMs ?? DEFAULT_HALF_LIFE_MS;
  if (!(halfLifeMs > 0)) throw new RangeError(`halfLifeMs must be positive, but is ${halfLifeMs}`);
  return {
    name: 'uniform',
    probability: ({ capacitiesMsat, evidence }, amountMsat, nowMs) => {
      const bounds = fadedBounds(evidence, {
        topMsat: Math.max(0, ...capacitiesMsat) + 1,
        halfLifeMs,
        nowMs,
      });
      return uniformProbability(capacitiesMsat, bounds, amountMsat);
    },
  };
}

/** This much passes, and this much does not. */
interface Bounds {
  readonly lowMsat: number;
  readonly highMsat: number;
}

/**
 * Probability that the largest balance covers the amount, given that it lies from `lowMsat` to below `highMsat`.
 * Bounds that leave no room between them are ignored.
 */
export function uniformProbability(
  capacitiesMsat: readonly number[],
  bounds: Bounds,
  amountMsat: number,
): number {
  const topMsat = Math.max(0, ...capacitiesMsat) + 1;
  let lowMsat = Math.max(0, bounds.lowMsat);
  let highMsat = Math.min(bounds.highMsat, topMsat);
  if (lowMsat >= highMsat) [lowMsat, highMsat] = [0, topMsat];
  if (amountMsat <= lowMsat) return 1;
  if (amountMsat >= highMsat) return 0;
  // With one channel the shares are lengths, free of rounding near the bounds.
  if (capacitiesMsat.length === 1) return (highMsat - amountMsat) / (highMsat - lowMsat);
  const high = below(capacitiesMsat, highMsat);
  const all = high - below(capacitiesMsat, lowMsat);
  if (!(all > 0)) return (highMsat - amountMsat) / (highMsat - lowMsat);
  return Math.max(0, Math.min(1, (high - below(capacitiesMsat, amountMsat)) / all));
}

/** Probability that every balance is less than the amount; a channel has capacity + 1 balances. */
function below(capacitiesMsat: readonly number[], amountMsat: number): number {
  let product = 1;
  for (const capacity of capacitiesMsat) product *= Math.min(1, amountMsat / (capacity + 1));
  return product;
}

function fadedBounds(
  evidence: Evidence,
  { topMsat, halfLifeMs, nowMs }: { topMsat: number; halfLifeMs: number; nowMs: number },
): Bounds {
  const left = (atMs: number): number => 2 ** (-ageMs(atMs, nowMs) / halfLifeMs);
  const { lowMsat, lowAtMs, highMsat, highAtMs } = evidence;
  return {
    lowMsat: lowAtMs === 0 ? 0 : lowMsat * left(lowAtMs),
    highMsat:
      highAtMs === 0 || highMsat >= topMsat
        ? topMsat
        : topMsat - (topMsat - highMsat) * left(highAtMs),
  };
}
