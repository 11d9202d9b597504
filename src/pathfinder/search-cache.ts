/**
 * Searches that can be used again. A view is costly to make and serves every request for the same snapshot, amount and
 * prices, so the latest are kept with their search's memory. One search runs at a time; nothing here awaits.
 */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { KeptSearcher, type Searcher, type SearcherTerms } from './kept-searcher.ts';
import type { PricingTerms } from './pricing.ts';

/**
 * Views kept for a snapshot and those patched from it: at mainnet size (5 to 7 MB each, less for large amounts) those of
 * five amounts at three weights of reliability.
 */
const MOST_BYTES = 96e6;
/** Small graphs have views so light that there would be too many to look through. */
const MOST_KEPT = 64;

interface Entry {
  readonly snapshot: GraphSnapshot;
  readonly kept: KeptSearcher;
  readonly bytes: number;
}

/** By the snapshot that others are patched from; the entry that was used last comes first. */
const caches = new WeakMap<GraphSnapshot, Entry[]>();
const withDiscounts = new WeakMap<GraphSnapshot, boolean>();

/** A search for this amount whose bounds hold for fees up to the limit at least. */
export function searcherFor(
  snapshot: GraphSnapshot,
  terms: {
    readonly amountMsat: number;
    readonly maxFeeMsat: number;
    readonly pricing: PricingTerms;
  },
): Searcher {
  const { amountMsat, pricing } = terms;
  const limitMsat = hasDiscounts(snapshot) ? limitClass(terms) : MOST_MSAT;
  let entries = caches.get(snapshot.origin);
  if (entries === undefined) {
    entries = [];
    caches.set(snapshot.origin, entries);
  }
  const asked: SearcherTerms = { amountMsat, limitMsat, pricing };
  const at = entries.findIndex((entry) => entry.snapshot === snapshot && entry.kept.isFor(asked));
  const entry = at >= 0 ? entries[at]! : makeEntry(snapshot, asked);
  if (at !== 0) {
    if (at > 0) entries.splice(at, 1);
    entries.unshift(entry);
    if (at < 0) dropOldest(entries);
  }
  return entry.kept.current();
}

function makeEntry(snapshot: GraphSnapshot, terms: SearcherTerms): Entry {
  const kept = new KeptSearcher(snapshot, terms);
  return { snapshot, kept, bytes: kept.bytes };
}

/** Never the latest, however large. */
function dropOldest(entries: Entry[]): void {
  let bytes = 0;
  const end = entries.findIndex((entry, i) => {
    bytes += entry.bytes;
    return i > 0 && (bytes > MOST_BYTES || i >= MOST_KEPT);
  });
  if (end > 0) entries.length = end;
}

const MOST_MSAT = 2 ** 52;
/** The smallest class: 1,000 ppm of the amount, a limit that many use; each further one is four times as large. */
const FIRST_CLASS = 1 / 1000;

/** Discounts are bounded by the amount plus the fee limit; a few classes of limits share their views. */
function limitClass({
  amountMsat,
  maxFeeMsat,
}: {
  amountMsat: number;
  maxFeeMsat: number;
}): number {
  let limitMsat = Math.max(1, amountMsat * FIRST_CLASS);
  while (limitMsat < maxFeeMsat) limitMsat *= 4;
  return Math.min(limitMsat, MOST_MSAT);
}

/** Whether anybody grants a discount; without any, bounds do not depend on the fee limit. */
export function hasDiscounts(snapshot: GraphSnapshot): boolean {
  let known = withDiscounts.get(snapshot);
  if (known === undefined) {
    const { inboundFeeBaseMsat, inboundFeeRatePpm } = snapshot.columns;
    known =
      inboundFeeRatePpm.some((rate) => rate < 0) || inboundFeeBaseMsat.some((base) => base < 0);
    withDiscounts.set(snapshot, known);
  }
  return known;
}
