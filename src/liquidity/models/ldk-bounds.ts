/**
 * LDK's shape of balances over Ballast's evidence: most of them near the ends of a channel, none of the scale that lnd's
 * bimodal model needs. LDK's own memory, with its history of bounds, is `LdkScorer`.
 */

import { wholeShare } from '../ldk/success-share.ts';
import type { LiquidityModel } from '../liquidity-model.ts';
import { ageMs, largestCapacityMsat } from './lnd-estimator.ts';

export interface LdkBoundsOptions {
  /** Time in which a bound moves half the way back to knowing nothing. @defaultValue 30 minutes, LDK's */
  readonly halfLifeMs?: number;
}

const DEFAULT_HALF_LIFE_MS = 1_800_000;

/** @throws RangeError for a half-life that is not positive. */
export function ldkBoundsModel(options: LdkBoundsOptions = {}): LiquidityModel {
  const halfLifeMs = options.halfLifeMs ?? DEFAULT_HALF_LIFE_MS;
  if (!(halfLifeMs > 0)) throw new RangeError(`halfLifeMs must be positive, but is ${halfLifeMs}`);
  return {
    name: 'ldk-bounds',
    probability: ({ capacitiesMsat, evidence }, amountMsat, nowMs) => {
      const capacityMsat = largestCapacityMsat(capacitiesMsat);
      if (amountMsat > capacityMsat) return 0;
      const left = (atMs: number): number => 2 ** (-ageMs(atMs, nowMs) / halfLifeMs);
      const { lowMsat, lowAtMs, highMsat, highAtMs } = evidence;
      let minMsat = lowAtMs === 0 ? 0 : Math.min(lowMsat, capacityMsat) * left(lowAtMs);
      let maxMsat = capacityMsat;
      if (highAtMs > 0 && highMsat < capacityMsat) {
        maxMsat -= (capacityMsat - highMsat) * left(highAtMs);
      }
      // Of two that contradict each other LDK keeps the one learnt last.
      if (minMsat > maxMsat) {
        if (lowAtMs > highAtMs) maxMsat = capacityMsat;
        else minMsat = 0;
      }
      if (amountMsat <= minMsat) return 1;
      if (amountMsat >= maxMsat) return 0;
      const share = wholeShare({
        minMsat,
        maxMsat,
        capacityMsat,
        amountMsat,
        linear: false,
        zeroIsUnproven: false,
      });
      return Math.min(1, share.numerator / share.denominator);
    },
  };
}
