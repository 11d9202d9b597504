/**
 * Balances for channels of which only the announcement is known.
 *
 * Nobody outside can know how real channels are filled, so two models that others use are mixed half and half. Uniform
 * over the capacity is what Pickhardt and Richter's work and LDK's first scorer assume. Bimodal, nearly all on one
 * side, is what lnd's bimodal estimator assumes: the distance of the balance from either end falls off exponentially
 * with lnd's default scale of 300,000 sat. A router that is tuned to one of them still meets the other.
 */
import type { SeededRandom } from './random.ts';

const BIMODAL_SHARE = 0.5;
const BIMODAL_SCALE_MSAT = 300_000_000;

/** node1's share in msat, from 0 to the capacity. */
export function drawBalanceMsat(random: SeededRandom, capacitySat: bigint): bigint {
  const capacityMsat = Number(capacitySat) * 1000;
  if (!random.chance(BIMODAL_SHARE)) return BigInt(Math.floor(random.unit() * capacityMsat));
  // Cut off at the middle, so that a small channel's two ends do not overlap.
  const tail = 1 - Math.exp(-capacityMsat / 2 / BIMODAL_SCALE_MSAT);
  const distance = -BIMODAL_SCALE_MSAT * Math.log(1 - random.unit() * tail);
  const fromEnd = BigInt(Math.floor(Math.min(distance, capacityMsat / 2)));
  return random.chance(0.5) ? fromEnd : capacitySat * 1000n - fromEnd;
}
