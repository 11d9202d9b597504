/** What rebalances into each channel have come to lately, so that what has just failed is not tried for every forward. */
import type { ChannelId } from '../units/ids.ts';

interface Memory {
  /** It is not tried before then... */
  readonly untilMs: number;
  /** ...unless it may cost at least this; `null`: whatever it may cost. */
  readonly cheapestPpm: number | null;
  readonly failures: number;
}

/** Prices of circles last for minutes: policies change rarely, but balances along the way do. */
const PRICE_LASTS_MS = 300_000;
const FIRST_QUIET_MS = 30_000;
const MOST_QUIET_MS = 1_800_000;

export class TargetMemory {
  readonly #memories = new Map<ChannelId, Memory>();

  /** Whether a rebalance into the channel that may cost so much is worth an attempt. */
  mayTry(channelId: ChannelId, maxPpm: number, nowMs: number): boolean {
    const memory = this.#memories.get(channelId);
    if (memory === undefined || nowMs >= memory.untilMs) return true;
    return memory.cheapestPpm !== null && maxPpm >= memory.cheapestPpm;
  }

  /** There are routes, but only dearer ones. */
  tooDear(channelId: ChannelId, cheapestPpm: number, nowMs: number): void {
    const failures = this.#memories.get(channelId)?.failures ?? 0;
    this.#memories.set(channelId, { untilMs: nowMs + PRICE_LASTS_MS, cheapestPpm, failures });
  }

  failed(channelId: ChannelId, nowMs: number): void {
    const failures = (this.#memories.get(channelId)?.failures ?? 0) + 1;
    const quietMs = Math.min(MOST_QUIET_MS, FIRST_QUIET_MS * 2 ** (failures - 1));
    this.#memories.set(channelId, { untilMs: nowMs + quietMs, cheapestPpm: null, failures });
  }

  succeeded(channelId: ChannelId): void {
    this.#memories.delete(channelId);
  }
}
