/**
 * LDK's penalties for an amount as prices for Ballast's search. Most channels are unknown to a scorer and cost the same
 * for all of them, so arms share one array for each amount and weight, and each puts its own knowledge into it first.
 */
import { DirectionPrices } from '../../../../src/graph/direction-prices.ts';
import type { GraphSnapshot } from '../../../../src/graph/snapshot.ts';
import type { LdkScorer, ScoredHop } from '../../../../src/liquidity/ldk/ldk-scorer.ts';
import type { LdkFees } from '../../../../src/liquidity/ldk/parameters.ts';
import { penaltyMsat, type ScoredUse } from '../../../../src/liquidity/ldk/penalty.ts';

export interface PenaltyTerms {
  readonly amountMsat: number;
  readonly fees: LdkFees;
  /** Multiplies all penalties. */
  readonly weight: number;
}

/** As many as the searches' own memory holds views for. */
const MOST_KEPT = 16;

interface Shared {
  readonly terms: PenaltyTerms;
  readonly prices: DirectionPrices;
  /** Directions that are not as if nothing were known. */
  readonly changed: Set<number>;
}

const kept = new WeakMap<GraphSnapshot, Shared[]>();

/** Prices as the scorer has them now; good until anybody asks again. */
export function penaltyPrices(
  snapshot: GraphSnapshot,
  scorer: LdkScorer,
  terms: PenaltyTerms,
): DirectionPrices {
  const shared = sharedPrices(snapshot, terms);
  const { prices, changed } = shared;
  const known = new Set<number>();
  for (const channelId of scorer.channelIds) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    for (const direction of [2 * slot, 2 * slot + 1]) {
      known.add(direction);
      const use = scoredUse(snapshot, direction, terms.amountMsat);
      const penalty = use === null ? 0 : scorer.penaltyMsat(channelId, use, terms.fees);
      prices.set(direction, terms.weight * penalty);
    }
  }
  for (const direction of changed) {
    if (!known.has(direction)) prices.set(direction, unknownPrice(snapshot, direction, terms));
  }
  changed.clear();
  for (const direction of known) changed.add(direction);
  return prices;
}

/** A direction as LDK's scorer knows it; `null` where it was never announced. */
export function scoredHop(snapshot: GraphSnapshot, direction: number): ScoredHop | null {
  const use = scoredUse(snapshot, direction, 0);
  return use && { channelId: snapshot.channelId(direction >> 1), ...use };
}

function scoredUse(
  snapshot: GraphSnapshot,
  direction: number,
  amountMsat: number,
): ScoredUse | null {
  const { columns } = snapshot;
  const fundedMsat = 1000 * columns.capacitySat[direction >> 1]!;
  const announcedMsat = columns.maxHtlcMsat[direction]!;
  const capacityMsat = fundedMsat || announcedMsat;
  if (!(capacityMsat > 0 && Number.isFinite(capacityMsat))) return null;
  const lesserFirst =
    snapshot.nodeId(snapshot.from(direction)) < snapshot.nodeId(snapshot.to(direction));
  const maxHtlcMsat = Math.min(announcedMsat, capacityMsat);
  return { way: lesserFirst ? 0 : 1, capacityMsat, maxHtlcMsat, amountMsat };
}

function sharedPrices(snapshot: GraphSnapshot, terms: PenaltyTerms): Shared {
  const all = kept.get(snapshot) ?? [];
  kept.set(snapshot, all);
  const { amountMsat, fees, weight } = terms;
  const at = all.findIndex(
    ({ terms: t }) => t.amountMsat === amountMsat && t.fees === fees && t.weight === weight,
  );
  const shared = at >= 0 ? all.splice(at, 1)[0]! : newPrices(snapshot, terms);
  all.unshift(shared);
  if (all.length > MOST_KEPT) all.length = MOST_KEPT;
  return shared;
}

function newPrices(snapshot: GraphSnapshot, terms: PenaltyTerms): Shared {
  const prices = new Float64Array(2 * snapshot.channelSlots);
  for (let direction = 0; direction < prices.length; direction++) {
    prices[direction] = unknownPrice(snapshot, direction, terms);
  }
  return { terms, prices: new DirectionPrices(prices), changed: new Set() };
}

function unknownPrice(snapshot: GraphSnapshot, direction: number, terms: PenaltyTerms): number {
  const use = scoredUse(snapshot, direction, terms.amountMsat);
  return use === null ? 0 : terms.weight * penaltyMsat(undefined, use, terms.fees);
}
