/** What a search minimises besides the fee: time lock and unreliability, as prices in msat per channel. */
import { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { SiblingPricing } from './view/edge-terms.ts';

/**
 * Price of using a direction, in msat, not negative, Infinity for one that is not to be used; by direction index of the
 * snapshot. Rounded to whole msat.
 */
export type ReliabilityPrice = DirectionPrices | Float64Array | ((direction: number) => number);

/**
 * What a search minimises besides the fee. All of it adds up in msat, so that the best part of a best way is best.
 */
export interface CostTerms {
  /**
   * Price of locking money, in parts per billion of the delivered amount per block of CLTV delta.
   * @defaultValue 15, lnd's `RiskFactorBillionths`: 1,000,000 sat over 40 blocks count as 600 msat
   */
  readonly timeLockRiskPpb?: number;
  /**
   * What unreliability is worth avoiding, for instance weight x -ln(probability). Prices are kept with what a search
   * prepares for an amount, some ten milliseconds' work. Where they move between searches, pass one `DirectionPrices`
   * and change that: the next search takes over what has changed. An array that is changed must be passed as a new
   * one, and a function that answers otherwise as another. @defaultValue none
   */
  readonly reliability?: ReliabilityPrice;
}

export interface PricingTerms {
  readonly siblings: SiblingPricing;
  readonly timeLockRiskPpb: number;
  readonly reliability: ReliabilityPrice | undefined;
  /** Whether anything but fees counts. */
  readonly priced: boolean;
  /** Price of a direction with a CLTV delta, for an amount. */
  priceOf(amountMsat: number): (direction: number, timeLockDelta: number) => number;
}

const DEFAULT_TIME_LOCK_RISK_PPB = 15;

/** @throws RangeError for a negative risk, or an array that does not fit the snapshot. */
export function pricingTerms(
  snapshot: GraphSnapshot,
  given: { readonly cost?: CostTerms | undefined; readonly siblings?: SiblingPricing | undefined },
): PricingTerms {
  const timeLockRiskPpb = given.cost?.timeLockRiskPpb ?? DEFAULT_TIME_LOCK_RISK_PPB;
  const reliability = given.cost?.reliability;
  if (!(timeLockRiskPpb >= 0 && timeLockRiskPpb <= 1e9)) {
    throw new RangeError(`timeLockRiskPpb must lie between 0 and 1e9, but is ${timeLockRiskPpb}`);
  }
  const covered = directionsCovered(reliability);
  if (covered < 2 * snapshot.channelSlots) {
    throw new RangeError(
      `the reliability prices cover ${covered} directions, the snapshot has ${2 * snapshot.channelSlots}`,
    );
  }
  return {
    siblings: given.siblings ?? 'any',
    timeLockRiskPpb,
    reliability,
    priced: timeLockRiskPpb > 0 || reliability !== undefined,
    priceOf: (amountMsat) => priceFunction({ amountMsat, timeLockRiskPpb, reliability }),
  };
}

function directionsCovered(reliability: ReliabilityPrice | undefined): number {
  if (reliability instanceof DirectionPrices) return reliability.directions;
  return reliability instanceof Float64Array ? reliability.length : Number.POSITIVE_INFINITY;
}

function priceFunction(terms: {
  amountMsat: number;
  timeLockRiskPpb: number;
  reliability: ReliabilityPrice | undefined;
}): (direction: number, timeLockDelta: number) => number {
  const perBlock = (terms.amountMsat * terms.timeLockRiskPpb) / 1e9;
  const unreliability = unreliabilityOf(terms.reliability);
  return (direction, delta) => {
    const price = unreliability(direction);
    if (price >= 0) return Math.round(perBlock * delta + price);
    throw new RangeError(
      `the reliability price of direction ${direction} is ${price}; it must not be negative`,
    );
  };
}

function unreliabilityOf(reliability: ReliabilityPrice | undefined): (direction: number) => number {
  if (reliability === undefined) return () => 0;
  if (typeof reliability === 'function') return reliability;
  const values = reliability instanceof DirectionPrices ? reliability.values : reliability;
  return (direction) => values[direction]!;
}
