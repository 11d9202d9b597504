/** The checks of a run's options, for callers in plain JavaScript. */
import { DAY_MS } from '../units/time.ts';
import { assertJustInTimeOptions } from './assert-just-in-time-options.ts';
import { assertPlanRequest } from './assert-plan-request.ts';
import { isSignal } from './assert-request.ts';
import type { AdjustableOptions, RunOptions } from './operator-run.ts';

/** Every option; the compiler keeps the list complete. */
const OPTIONS: Readonly<Record<keyof RunOptions, true>> = {
  plan: true,
  intervalMs: true,
  maxMovesPerRound: true,
  dryRun: true,
  planInThread: true,
  watchDemand: true,
  justInTime: true,
  keepBalances: true,
  signal: true,
};
const LEAST_INTERVAL_MS = 1000;
const MOST_MOVES = 1000;

/**
 * @throws TypeError where an option is misspelt or of another type, RangeError where a number is out of range, and
 * PlanRequestError for a plan that cannot be meant.
 */
export function assertRunOptions(options: RunOptions): void {
  const odd = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name));
  if (odd !== undefined) {
    throw new TypeError(
      `a run has no option "${odd}"; there are ${Object.keys(OPTIONS).join(', ')}`,
    );
  }
  const { plan, intervalMs, maxMovesPerRound, justInTime, signal } = options;
  if (justInTime !== undefined && justInTime !== false) assertJustInTimeOptions(justInTime);
  if (plan !== undefined && typeof plan !== 'function') assertPlanRequest(plan);
  if (intervalMs !== undefined && !isBetween(intervalMs, LEAST_INTERVAL_MS, DAY_MS)) {
    throw new RangeError(
      `intervalMs must be a number of milliseconds from ${LEAST_INTERVAL_MS} to ${DAY_MS}, but is ${String(intervalMs)}`,
    );
  }
  const isCount = Number.isInteger(maxMovesPerRound) && isBetween(maxMovesPerRound, 1, MOST_MOVES);
  if (maxMovesPerRound !== undefined && !isCount) {
    throw new RangeError(
      `maxMovesPerRound must be a whole number from 1 to ${MOST_MOVES}, but is ${String(maxMovesPerRound)}`,
    );
  }
  for (const name of ['dryRun', 'planInThread', 'watchDemand', 'keepBalances'] as const) {
    const value = options[name];
    if (value === undefined || typeof value === 'boolean') continue;
    throw new TypeError(`${name} must be true or false, but is ${String(value)}`);
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError('signal must be an AbortSignal');
  }
}

/**
 * The options with what has changed, where it is given.
 *
 * @throws as `assertRunOptions` does.
 */
export function adjusted(options: RunOptions, changed: AdjustableOptions): RunOptions {
  const { plan, intervalMs, maxMovesPerRound } = changed;
  const both = {
    ...options,
    ...(plan === undefined ? {} : { plan }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(maxMovesPerRound === undefined ? {} : { maxMovesPerRound }),
  };
  assertRunOptions(both);
  return both;
}

const isBetween = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;
