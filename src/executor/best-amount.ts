/**
 * How much to try with the next attempt. An attempt of amount `a` moves it with probability P(a), and then gains what the
 * move is worth less its fee; it costs an attempt either way. Of the amounts that are allowed, the one is taken whose
 *
 *     P(a) x (worth(a) - fee(a)) - attemptCost
 *
 * is greatest. What a move is worth is its fee limit, unless the caller knows better: nobody allows more. With certain
 * balances the largest amount wins; where the balances on the way are unknown, a smaller one that is likely to pass.
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
  for (let half = mostMsat / 2n; amounts.length < MOST_AMOUNTS; half /= 2n) {
    const inSat = half - (half % 1000n);
    if (inSat <= leastMsat) break;
    amounts.push(inSat);
  }
  if (amounts.length < MOST_AMOUNTS && leastMsat < mostMsat) amounts.push(leastMsat);
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
    const costMsat = attemptCostMsat(choice.amountMsat);
    const worthMsat = Number(choice.maxFeeMsat);
    // This amount gains so much at most, if it is certain and free, and those after it no more.
    if (worthMsat <= bestGainMsat) break;
    const found = search(choice);
    first ??= found;
    const { result } = found;
    if (result.kind === 'no_route') continue;
    const keptMsat = worthMsat - Number(result.quote.feeMsat);
    const gainMsat = result.probability * keptMsat - costMsat;
    if (gainMsat <= bestGainMsat) continue;
    bestGainMsat = gainMsat;
    best = found;
  }
  const chosen = best ?? first;
  if (chosen === undefined) throw new RangeError('there must be an amount to choose');
  return chosen;
}
