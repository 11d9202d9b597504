/**
 * The shape of the real network in figures, which the generator draws from.
 *
 * Measured on the snapshot of 3 February 2026 (17,324 nodes, 50,808 channels, 65,809 policies) over its live part: the
 * 33,892 channels with at least one policy and the 6,976 nodes that they join. Quantiles are nearest-rank values of
 * the sorted list; policies count once per direction, traits of nodes (base fee, CLTV delta) once per node with the
 * value that it uses most often, which covers 91 and 93 % of all directions. Fees in this file are the announced ones;
 * the snapshot holds no inbound fees and no disabled flags.
 */

/** Points of a distribution: share of the values at or below, and the value; shares ascend from 0 to 1. */
export type QuantileTable = readonly (readonly [share: number, value: number])[];

/** Values with their shares; what is missing to 1 falls to the first. */
export type ShareTable = readonly (readonly [value: number, share: number])[];

/** Channels per node. Mean 9.72. */
export const DEGREE: QuantileTable = [
  [0, 1],
  [0.45, 1],
  [0.5, 2],
  [0.55, 2],
  [0.6, 3],
  [0.65, 3],
  [0.7, 4],
  [0.75, 5],
  [0.8, 7],
  [0.85, 11],
  [0.9, 17],
  [0.925, 24],
  [0.95, 38],
  [0.97, 57],
  [0.98, 79],
  [0.99, 133],
  [0.995, 207],
  [0.999, 535],
  [1, 1864],
];

/** The largest node's channels as a share of all nodes: 1,864 of 6,976. */
export const MAX_DEGREE_SHARE = 0.267;

/** Capacity in sat. */
export const CAPACITY_SAT: QuantileTable = [
  [0, 10_000],
  [0.02, 20_000],
  [0.05, 34_000],
  [0.1, 200_000],
  [0.15, 500_000],
  [0.2, 1_000_000],
  [0.3, 1_004_000],
  [0.35, 1_972_656],
  [0.4, 2_000_000],
  [0.45, 2_500_000],
  [0.5, 3_000_000],
  [0.55, 4_078_490],
  [0.6, 5_000_000],
  [0.65, 5_000_000],
  [0.7, 7_007_007],
  [0.75, 10_000_000],
  [0.8, 10_000_000],
  [0.85, 15_000_000],
  [0.9, 21_000_000],
  [0.925, 35_000_000],
  [0.95, 50_000_000],
  [0.97, 100_000_000],
  [0.98, 175_000_000],
  [0.99, 300_000_000],
  [0.995, 500_000_000],
  [0.999, 500_000_000],
  [1, 720_000_000],
];

/** Spearman's correlation of a channel's capacity with the smaller degree of its ends. */
export const CAPACITY_DEGREE_CORRELATION = 0.602;

/** Outbound fee rate in ppm. */
export const FEE_RATE_PPM: QuantileTable = [
  [0, 0],
  [0.05, 0],
  [0.1, 1],
  [0.25, 1],
  [0.3, 3],
  [0.35, 10],
  [0.4, 33],
  [0.45, 80],
  [0.5, 100],
  [0.55, 188],
  [0.6, 262],
  [0.65, 428],
  [0.7, 500],
  [0.75, 569],
  [0.8, 960],
  [0.85, 1113],
  [0.9, 2000],
  [0.925, 2500],
  [0.95, 3000],
  [0.97, 4484],
  [0.98, 5000],
  [0.99, 10_000],
  [0.995, 10_000],
  [0.999, 50_000],
  [1, 1_000_000],
];

/** Spearman's correlation of the fee rates of two channels of one node. */
export const FEE_RATE_NODE_CORRELATION = 0.554;

/** Base fee in msat that a node uses most. */
export const FEE_BASE_MSAT: ShareTable = [
  [1000, 0.706],
  [0, 0.202],
  [1, 0.02],
  [100, 0.009],
  [500, 0.009],
  [10_000, 0.008],
  [2000, 0.005],
  [5000, 0.005],
  [10, 0.004],
  [100_000, 0.003],
  [200, 0.002],
  [1_000_000, 0.002],
];

/** CLTV delta in blocks that a node uses most. */
export const TIME_LOCK_DELTA: ShareTable = [
  [80, 0.568],
  [40, 0.216],
  [34, 0.072],
  [100, 0.068],
  [144, 0.048],
  [72, 0.007],
  [18, 0.002],
  [60, 0.002],
  [120, 0.001],
  [140, 0.001],
  [20, 0.001],
  [50, 0.001],
];

/** Smallest HTLC in msat. The topmost 0.1 % (up to 5,940,000,000) are left out: nothing passes there. */
export const MIN_HTLC_MSAT: QuantileTable = [
  [0, 0],
  [0.02, 1],
  [0.1, 1],
  [0.15, 1000],
  [0.9, 1000],
  [0.925, 5000],
  [0.95, 100_000],
  [0.97, 250_000],
  [0.98, 1_000_000],
  [0.995, 1_000_000],
  [0.999, 10_000_000],
  [1, 10_000_000],
];

/** Largest HTLC as a share of the capacity; every policy of the snapshot has one. */
export const MAX_HTLC_SHARE: QuantileTable = [
  [0, 0],
  [0.02, 0.01],
  [0.05, 0.2],
  [0.1, 0.45],
  [0.15, 0.833],
  [0.2, 0.99],
  [0.925, 0.99],
  [0.95, 1],
  [1, 1],
];

/** Live channels with a policy in one direction only: 1,975 of 33,892. The generator disables the other. */
export const ONE_WAY_SHARE = 0.058;

/**
 * Channels with a negative inbound fee. No graph file records inbound fees; this figure is DerEwige's, reported in
 * rust-lightning issue 4285 (December 2025): the record is present on 40 % of channels and negative on 14 %. Positive
 * ones are left out, for lnd refuses to set them unless told otherwise. How large discounts are nobody has published:
 * the generator draws them uniformly up to {@link MOST_INBOUND_DISCOUNT_PPM}, an assumption of ours.
 */
export const INBOUND_DISCOUNT_SHARE = 0.14;
export const MOST_INBOUND_DISCOUNT_PPM = 500;

/** The value at a share of the distribution, straight lines between the points. */
export function valueAt(table: QuantileTable, share: number): number {
  let [lowShare, lowValue] = table[0]!;
  for (const [highShare, highValue] of table) {
    if (share <= highShare) {
      if (highShare === lowShare) return highValue;
      return lowValue + ((share - lowShare) / (highShare - lowShare)) * (highValue - lowValue);
    }
    [lowShare, lowValue] = [highShare, highValue];
  }
  return lowValue;
}

/** The value whose slice of the table a number from [0, 1) falls into. */
export function drawShare(table: ShareTable, unit: number): number {
  let rest = unit;
  for (const [value, share] of table) {
    if (rest < share) return value;
    rest -= share;
  }
  return table[0]![0];
}
