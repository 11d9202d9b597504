/**
 * How much to try with the next attempt. An attempt of amount `a` moves it with probability P(a), and then gains what the
 * move is worth less its fee; otherwise it costs an attempt. Of the amounts that are allowed, the one is taken whose
 *
 *     P(a) x (worth(a) - fee(a)) - (1 - P(a)) x attemptCost(a)
 *
 * is greatest. What a move is worth is its fee limit, for nobody allows more, and half the amount is worth half at most.
 * With certain balances the largest amount wins; where those on the way are unknown, a smaller one that is likely to pass.
 * Where none gains anything, the largest is taken: the user has asked for it.
 */
import type { ReliableResult } from './search-reliably.ts';

/** An amount, and the most that may be paid for moving it: what that is worth. It never falls as the amount grows. */
export interface AmountChoice {
  readonly amountMsat: bigint;
  readonly maxFeeMsat: bigint;
}

/** Halves from the largest amount down; half is the best guess where nothing is known (see `shrinkAmount`). */
const MOST_AMOUNTS = 5;

/** The amounts to choose among, largest first: halves in whole satoshis, and the least one allowed. */
export function amountsToTry(mostMsat: bigint, leastMsat: bigint): readonly bigint[] {
  const amounts = [mostMsat];
  for (let half = mostMsat / 2n; amounts.length < MOST_AMOUNTS - 1; half /= 2n) {
    const inSat = half - (half % 1000n);
    if (inSat <= leastMsat) break;
    amounts.push(inSat);
  }
  if (leastMsat < mostMsat) amounts.push(leastMsat);
  return amounts;
}

/** What was found for a choice: the result is compared, the rest comes along. */
export interface Searched {
  readonly result: ReliableResult;
}

/**
 * The answer for the best of some choices, given largest first; where none has a route, that for the largest.
 *
 * @param attemptCostMsat What an attempt of an amount costs; it never falls as the amount grows either.
 */
export function bestAmount<Found extends Searched>(
  choices: readonly AmountChoice[],
  search: (choice: AmountChoice) => Found,
  attemptCostMsat: (amountMsat: bigint) => number,
): Found {
  let best: Found | undefined;
  let bestGainMsat = Number.NEGATIVE_INFINITY;
  let first: Found | undefined;
  for (const choice of choices) {
    const worthMsat = worthOf(choice, choices[0]!);
    // This amount gains so much at most, if it is certain and free, and those after it no more.
    if (best !== undefined && worthMsat <= Math.max(0, bestGainMsat)) break;
    const found = search(choice);
    first ??= found;
    const { result } = found;
    if (result.kind === 'no_route') continue;
    const failing = (1 - result.probability) * attemptCostMsat(choice.amountMsat);
    const kept = result.probability * (worthMsat - Number(result.quote.feeMsat));
    const gainMsat = kept - failing;
    if (best !== undefined && gainMsat <= Math.max(0, bestGainMsat)) continue;
    bestGainMsat = gainMsat;
    best = found;
  }
  const chosen = best ?? first;
  if (chosen === undefined) throw new RangeError('there must be an amount to choose');
  return chosen;
}

function worthOf({ amountMsat, maxFeeMsat }: AmountChoice, largest: AmountChoice): number {
  const share = Number(amountMsat) / Number(largest.amountMsat);
  return Math.min(Number(maxFeeMsat), Number(largest.maxFeeMsat) * share);
}
