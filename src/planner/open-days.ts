/**
 * How long a balance was there to be used. What a dry channel was asked for in vain leaves no forward behind, so the
 * forwards that it has are those of the time in which it was not dry, and so for room. Balances of the past follow from
 * the present one and all that was moved since.
 */
import { DAY_MS } from '../units/time.ts';

/**
 * A channel that has hardly ever been open tells little about a whole day: what it served counts as that of a quarter of
 * the time at least.
 */
const LEAST_OPEN_SHARE = 0.25;

/** Something that was moved over our channels with a peer. */
export interface BalanceChange {
  readonly atMs: number;
  /** Towards us; negative for what left. */
  readonly msat: number;
}

/** For each direction, msat. */
export interface BothWays {
  readonly out: number;
  readonly in: number;
}

/**
 * Days on which there was balance for what leaves, and room for what comes in, each counted by the weight of what was
 * forwarded on it.
 *
 * @param changes In any order.
 * @param past.sizes Of a usual payment: with less than that a channel is as good as dry.
 */
export function openDays(
  changes: readonly BalanceChange[],
  past: {
    readonly localMsat: number;
    readonly remoteMsat: number;
    readonly sizes: BothWays;
    readonly sinceMs: number;
    readonly nowMs: number;
    readonly halfLifeMs: number;
  },
): BothWays {
  const { sizes, sinceMs, nowMs, halfLifeMs } = past;
  const lifeMs = halfLifeMs / Math.LN2;
  const weightFrom = (atMs: number): number => Math.exp((Math.min(atMs, nowMs) - nowMs) / lifeMs);
  let { localMsat, remoteMsat } = past;
  let [open, close] = [0, 0];
  let until = 1;
  const pass = (fromMs: number): void => {
    const from = weightFrom(fromMs);
    const isKnown = localMsat >= 0 && remoteMsat >= 0;
    if (!isKnown || localMsat >= sizes.out) open += until - from;
    if (!isKnown || remoteMsat >= sizes.in) close += until - from;
    until = from;
  };
  const known = changes.filter(({ atMs }) => atMs >= sinceMs).sort((a, b) => b.atMs - a.atMs);
  for (const { atMs, msat } of known) {
    pass(atMs);
    // Something else has moved balance since, so nothing is known of what lies before.
    if (localMsat < 0 || remoteMsat < 0) break;
    localMsat -= msat;
    remoteMsat += msat;
  }
  pass(sinceMs);
  const whole = 1 - weightFrom(sinceMs);
  const days = (sum: number): number => (Math.max(sum, LEAST_OPEN_SHARE * whole) * lifeMs) / DAY_MS;
  return { out: days(open), in: days(close) };
}
