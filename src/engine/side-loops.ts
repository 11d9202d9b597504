/** What goes on beside the rounds of a run: demand is watched, and forwards wait for rebalances. */

import type { Shortage } from '../planner/shortage.ts';
import type { Clock, Log } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import { asked, messageOf } from './asked.ts';
import type { DemandWatch } from './demand-watch.ts';
import type { JustInTime } from './just-in-time.ts';
import type {
  JustInTimeEvent,
  JustInTimeFigures,
  JustInTimeOptions,
} from './just-in-time-options.ts';
import { isClosed } from './node-streams.ts';

export interface SideLoopParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly demand: DemandWatch;
  justInTime(options: JustInTimeOptions): JustInTime;
  /** How our channels stand goes into the store. */
  keepBalances(): Promise<void>;
}

export interface SideLoopTerms {
  readonly watchDemand: boolean;
  readonly justInTime: JustInTimeOptions | false;
  readonly keepsBalances: boolean;
  readonly onShortage: (shortage: Shortage) => void;
  readonly onJustInTime: (event: JustInTimeEvent) => void;
  readonly onFailure: (failure: { readonly message: string; readonly retryAtMs: number }) => void;
}

/** After just-in-time rebalancing has broken off; twice as long each time, up to a day. */
const FIRST_RETRY_MS = 60_000;
/** One that has gone on for so long has not failed at once. */
const LONG_MS = 600_000;

export class SideLoops {
  readonly #parts: SideLoopParts;
  readonly #terms: SideLoopTerms;
  /** The present one, and what those before it have done. */
  #waiting: JustInTime | undefined;
  #before: JustInTimeFigures | undefined;
  #worth: ReadonlyMap<ChannelId, number> = new Map();

  constructor(parts: SideLoopParts, terms: SideLoopTerms) {
    this.#parts = parts;
    this.#terms = terms;
  }

  get figures(): JustInTimeFigures | undefined {
    const now = this.#waiting?.figures;
    return now === undefined || this.#before === undefined
      ? (now ?? this.#before)
      : sumOf(this.#before, now);
  }

  /** With each round; nothing depends on it. */
  keepBalances(): void {
    if (!this.#terms.keepsBalances) return;
    asked(() => this.#parts.keepBalances()).catch((error: unknown) =>
      this.#parts.log.warn('balances were not kept', { reason: messageOf(error) }),
    );
  }

  /** What the last plan reckons that a satoshi of ours is worth on each channel, in ppm. */
  reckon(worth: ReadonlyMap<ChannelId, number>): void {
    this.#worth = worth;
  }

  /** Until the signal aborts and nothing waits any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#watchDemand(signal), this.#letWait(signal)]);
  }

  async #watchDemand(signal: AbortSignal): Promise<void> {
    if (!this.#terms.watchDemand) return;
    const { demand } = this.#parts;
    const end = demand.onShortage(this.#terms.onShortage);
    await demand.start(signal);
    end();
  }

  async #letWait(signal: AbortSignal): Promise<void> {
    const { justInTime } = this.#terms;
    if (justInTime === false) return;
    const { clock, log } = this.#parts;
    const worthPpm = (channelId: ChannelId): number => this.#worth.get(channelId) ?? 0;
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; ) {
      const beganAtMs = clock.now();
      this.#waiting = this.#parts.justInTime({ worthPpm, ...justInTime });
      const error = await this.#follow(this.#waiting, signal);
      if (signal.aborted || isClosed(error)) return;
      if (clock.now() - beganAtMs > LONG_MS) retryMs = FIRST_RETRY_MS;
      const message = messageOf(error ?? new Error('it has ended'));
      log.warn('forwards do not wait for rebalances', { reason: message, retryMs });
      this.#terms.onFailure({ message, retryAtMs: clock.now() + retryMs });
      this.#before = this.figures;
      this.#waiting = undefined;
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(DAY_MS, 2 * retryMs);
    }
  }

  /** What it ended with, where that was an error. */
  async #follow(waiting: JustInTime, signal: AbortSignal): Promise<unknown> {
    const ended = waiting.run(signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    for await (const event of waiting.events) this.#terms.onJustInTime(event);
    return ended;
  }
}

const sumOf = (one: JustInTimeFigures, other: JustInTimeFigures): JustInTimeFigures => ({
  offered: one.offered + other.offered,
  held: one.held + other.held,
  holding: other.holding,
  saved: one.saved + other.saved,
  lost: one.lost + other.lost,
  earnedMsat: one.earnedMsat + other.earnedMsat,
  spentMsat: one.spentMsat + other.spentMsat,
  longestHoldMs: Math.max(one.longestHoldMs, other.longestHoldMs),
});
