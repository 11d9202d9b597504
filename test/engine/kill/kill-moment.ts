/** When a process is killed: so that over many kills every phase of a rebalance, of recovery and of a start is hit. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { KillWord } from './kill-terms.ts';
import type { Seen } from './network-witness.ts';

/** Something that the process says, or that its node or its channels see. */
export type Sign = Seen | `says ${KillWord['kind']}`;

export interface KillMoment {
  /** `null`: the start of the process. */
  readonly sign: Sign | null;
  /** The how-manieth of these signs it is, from 1. */
  readonly nth: number;
  /** 0: before anything else happens. */
  readonly thenMs: number;
}

/** By how often it is drawn, and the most of these signs that are waited for. */
const SIGNS: readonly (readonly [weight: number, sign: Sign | null, mostAwaited: number])[] = [
  [6, null, 1],
  [2, 'says open', 1],
  [3, 'says resumed', 1],
  [1, 'says reported', 10],
  [2, 'listPayments', 1],
  [3, 'trackPayment', 2],
  [3, 'cancelInvoice', 3],
  [3, 'addInvoice', 10],
  [3, 'addHoldInvoice', 10],
  [6, 'sendToRoute', 12],
  [2, 'subscribeInvoice', 10],
  [3, 'settleInvoice', 3],
  [2, 'lookupInvoice', 5],
  [3, 'left', 12],
  [4, 'came_back', 8],
  [3, 'back_ended', 8],
  [4, 'ended', 10],
];
const LONGEST_LIFE_MS = 800;

/** In a random order, as evenly as the weights allow. */
export function drawKillMoments(random: SeededRandom, count: number): KillMoment[] {
  const bag = SIGNS.flatMap(([weight, sign, most]) =>
    Array.from({ length: weight }, () => ({ sign, most })),
  );
  random.shuffle(bag);
  return Array.from({ length: count }, (_, i) => {
    const { sign, most } = bag[i % bag.length]!;
    const thenMs = sign === null ? random.below(LONGEST_LIFE_MS) : random.pick([0, 0, 1, 2, 4, 12]);
    return { sign, nth: 1 + random.below(most), thenMs };
  });
}

export const shown = ({ sign, nth, thenMs }: KillMoment): string =>
  sign === null ? `${thenMs} ms after its start` : `${thenMs} ms after ${sign} number ${nth}`;
