/** What the searches for reliable circles minimise besides the fee. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { Path } from '../../src/pathfinder/path.ts';

/** What it is worth to avoid a route that fails with certainty e^-1. */
export const RELIABILITY_WEIGHT_MSAT: number = 100_000;
const LEAST_PROBABILITY = 1e-3;
/** lnd's default: parts per billion of the amount per block of time lock. */
const TIME_LOCK_RISK_PPB = 15;

export interface CostPrices {
  /** By direction: -ln of the probability that it carries the amount, weighted. */
  readonly reliability: Float64Array;
  readonly timeLockRiskPpb: number;
  /** Both prices of crossing a direction with a time lock delta, in whole msat. */
  priceMsat(direction: number, timeLockDelta: number): number;
}

/** Prices where any balance is as likely as any other: P = (capacity + 1 - amount) / (capacity + 1). */
export function uniformPriorPrices(snapshot: GraphSnapshot, amountMsat: number): CostPrices {
  const perBlock = (amountMsat * TIME_LOCK_RISK_PPB) / 1e9;
  const reliability = new Float64Array(2 * snapshot.channelSlots).map((_, direction) => {
    const capacityMsat = snapshot.columns.capacitySat[direction >> 1]! * 1000;
    const probability = (capacityMsat + 1 - amountMsat) / (capacityMsat + 1);
    return -RELIABILITY_WEIGHT_MSAT * Math.log(Math.max(LEAST_PROBABILITY, probability));
  });
  return {
    reliability,
    timeLockRiskPpb: TIME_LOCK_RISK_PPB,
    priceMsat: (direction, delta) => Math.round(perBlock * delta + reliability[direction]!),
  };
}

/** Fee and prices of a path. */
export function pathCostMsat(snapshot: GraphSnapshot, prices: CostPrices, path: Path): number {
  const [sent, delivered] = [path.hops[0]!.amountInMsat, path.hops.at(-1)!.amountOutMsat];
  return path.hops.reduce(
    (cost, { channelId, from, policy }, i) => {
      const direction = snapshot.directionFrom(channelId, from)!;
      return cost + prices.priceMsat(direction, i === 0 ? 0 : policy!.timeLockDelta);
    },
    Number(sent - delivered),
  );
}
