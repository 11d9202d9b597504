/** The checks of a Rebalancer's options, for callers in plain JavaScript. */
import type { FeeLimits } from '../executor/fee-ledger.ts';
import type { RebalancerOptions } from './rebalancer-options.ts';
import { MAX_TIMER_MS } from './system-clock.ts';

/** Every option; the compiler keeps the list complete. */
const OPTIONS: Readonly<Record<keyof RebalancerOptions, true>> = {
  node: true,
  store: true,
  beliefs: true,
  attemptCostMsat: true,
  attemptCostPpm: true,
  graph: true,
  graphMaxAgeMs: true,
  graceMs: true,
  budget: true,
  maxConcurrent: true,
  maxAttemptsPerMinute: true,
  maxPerChannel: true,
  maxPerPeer: true,
  freeSlots: true,
  cleanUp: true,
  clock: true,
  entropy: true,
  log: true,
};
const SPANS = ['ever', 'perDay'];
const LIMITS: Readonly<Record<keyof FeeLimits, true>> = {
  allMsat: true,
  perChannelMsat: true,
  perPairMsat: true,
};

/**
 * @throws TypeError where node or store is missing, or an option is misspelt: a limit that does not hold costs money.
 * @throws RangeError where a number, a time or a limit is none.
 */
export function assertOptions(options: RebalancerOptions): void {
  const { node, store, graphMaxAgeMs, graceMs, budget } = options;
  if (typeof node?.sendToRoute !== 'function') {
    throw new TypeError('node must be a LightningNode; connectLnd gives one, await it first');
  }
  if (typeof store?.commit !== 'function') {
    throw new TypeError('store must be a Store; memoryStore() gives one');
  }
  assertNames('a Rebalancer', options, Object.keys(OPTIONS));
  assertMs('graphMaxAgeMs', graphMaxAgeMs, Number.POSITIVE_INFINITY);
  assertMs('graceMs', graceMs, MAX_TIMER_MS);
  assertCount('maxConcurrent', options.maxConcurrent, 1);
  assertCount('maxAttemptsPerMinute', options.maxAttemptsPerMinute, 1);
  assertCount('maxPerChannel', options.maxPerChannel, 1);
  assertCount('maxPerPeer', options.maxPerPeer, 1);
  assertCount('freeSlots', options.freeSlots, 0);
  const { attemptCostMsat, attemptCostPpm, beliefs } = options;
  if (beliefs !== undefined && typeof beliefs?.observe !== 'function') {
    throw new TypeError('beliefs must be a LiquidityBook; leave it out to have one made');
  }
  if (attemptCostMsat !== undefined && !isAttemptCost(attemptCostMsat)) {
    throw new RangeError(
      `attemptCostMsat must be a bigint of msat from 0 to ${MOST_ATTEMPT_COST_MSAT}, but is ${String(attemptCostMsat)}`,
    );
  }
  if (attemptCostPpm !== undefined && !isAttemptCostPpm(attemptCostPpm)) {
    throw new RangeError(
      `attemptCostPpm must be a number from 0 to 1,000,000, but is ${String(attemptCostPpm)}`,
    );
  }
  if (options.cleanUp !== undefined && typeof options.cleanUp !== 'boolean') {
    throw new TypeError(`cleanUp must be true or false, but is ${String(options.cleanUp)}`);
  }
  if (budget !== undefined) assertBudget(budget);
}

/** 0.1 bitcoin: nobody values an attempt as highly. */
const MOST_ATTEMPT_COST_MSAT = 10_000_000_000n;

export const isAttemptCost = (value: unknown): value is bigint =>
  typeof value === 'bigint' && value >= 0n && value <= MOST_ATTEMPT_COST_MSAT;

export const isAttemptCostPpm = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1e6;

/** @throws as `assertOptions` does */
export function assertBudget(budget: object): void {
  assertNames('budget', budget, SPANS);
  for (const [span, limits] of Object.entries(budget)) {
    if (limits === undefined) continue;
    assertNames(`budget.${span}`, limits, Object.keys(LIMITS));
    for (const [name, value] of Object.entries(limits)) {
      if (value === undefined || (typeof value === 'bigint' && value >= 0n)) continue;
      throw new RangeError(
        `budget.${span}.${name} must be a bigint of msat that is not negative, but is ${String(value)}`,
      );
    }
  }
}

function assertNames(what: string, value: unknown, names: readonly string[]): void {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${what} must be an object with ${names.join(', ')}`);
  }
  const odd = Object.keys(value).find((name) => !names.includes(name));
  if (odd === undefined) return;
  throw new TypeError(`${what} has no option "${odd}"; there are ${names.join(', ')}`);
}

/** Far beyond what a node could do; `Infinity` would be no limit. */
const MOST = 1_000_000;

function assertCount(name: string, value: unknown, least: number): void {
  if (value === undefined) return;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST)
    return;
  throw new RangeError(
    `${name} must be a whole number from ${least} to ${MOST}, but is ${String(value)}`,
  );
}

function assertMs(name: string, value: unknown, most: number): void {
  if (value === undefined) return;
  if (typeof value === 'number' && value >= 0 && value <= most) return;
  throw new RangeError(
    `${name} must be a number of milliseconds from 0 to ${most}, but is ${String(value)}`,
  );
}
