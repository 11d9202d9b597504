/** What senders count when they look for the cheapest way: announced terms, and what kind of wallet they have. */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { SeededRandom } from '../../../src/sim/random.ts';
import { normal } from './demand.ts';

/** Ways are looked up for these amounts, and used for those next to them on a logarithmic scale. */
export const CLASSES_MSAT: readonly number[] = [50_000_000, 800_000_000];
/** Counted for each channel besides its fee: wallets prefer short ways. */
const HOP_MSAT = 1000;
const HOP_PPM = 50;
/** lnd's default, parts per billion of the amount per block. */
const TIME_LOCK_PPB = 15;
/** Kinds of wallets: each multiplies costs by log-normal numbers of its own. */
const KINDS = 8;
const SIGMA = 0.5;

export class Tastes {
  /** By class and kind; by direction. */
  readonly #costs: readonly Float64Array[][];

  constructor(snapshot: GraphSnapshot, random: SeededRandom) {
    const { feeBaseMsat, feeRatePpm, timeLockDelta } = snapshot.columns;
    const kinds = Array.from({ length: KINDS }, () =>
      Float64Array.from({ length: 2 * snapshot.channelSlots }, () =>
        Math.exp(SIGMA * normal(random)),
      ),
    );
    this.#costs = CLASSES_MSAT.map((amount) => {
      const perBlock = (amount * TIME_LOCK_PPB) / 1e9;
      return kinds.map((factors) =>
        factors.map((factor, direction) => {
          const fee = feeBaseMsat[direction]! + (amount * feeRatePpm[direction]!) / 1e6;
          return factor * (fee + perBlock * timeLockDelta[direction]! + hopCost(amount));
        }),
      );
    });
  }

  /** By direction, for payments of a class to a receiver, whose payers all have the same kind of wallet. */
  costs(receiver: number, size: number): Float64Array {
    return this.#costs[size]![receiver % KINDS]!;
  }
}

export const hopCost = (amountMsat: number): number => HOP_MSAT + (amountMsat * HOP_PPM) / 1e6;

/** Index of the class that an amount belongs to. */
export function classOf(amountMsat: number): number {
  let nearest = 0;
  for (let i = 1; i < CLASSES_MSAT.length; i++) {
    const limit = Math.sqrt(CLASSES_MSAT[i - 1]! * CLASSES_MSAT[i]!);
    if (amountMsat >= limit) nearest = i;
  }
  return nearest;
}
