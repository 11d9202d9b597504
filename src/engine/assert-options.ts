/** The checks of a Rebalancer's options, for callers in plain JavaScript. */
import type { RebalancerOptions } from './rebalancer.ts';
import { MAX_TIMER_MS } from './system-clock.ts';

/**
 * @throws TypeError where node or store is missing.
 * @throws RangeError where a time is none.
 */
export function assertOptions(options: RebalancerOptions): void {
  const { node, store, graphMaxAgeMs, graceMs } = options;
  if (typeof node?.sendToRoute !== 'function') {
    throw new TypeError('node must be a LightningNode; connectLnd gives one, await it first');
  }
  if (typeof store?.commit !== 'function') {
    throw new TypeError('store must be a Store; memoryStore() gives one');
  }
  assertMs('graphMaxAgeMs', graphMaxAgeMs, Number.POSITIVE_INFINITY);
  assertMs('graceMs', graceMs, MAX_TIMER_MS);
}

function assertMs(name: string, value: unknown, most: number): void {
  if (value === undefined) return;
  if (typeof value === 'number' && value >= 0 && value <= most) return;
  throw new RangeError(
    `${name} must be a number of milliseconds from 0 to ${most}, but is ${String(value)}`,
  );
}
