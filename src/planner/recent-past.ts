/** What earlier rebalances forbid for a while: moving liquidity back, and trying again what has just failed. */
import type { ChannelId } from '../units/ids.ts';
import type { PastRebalances } from './past-rebalances.ts';

export interface QuietTerms {
  /** After a first failure, ms; twice as long after each further one. */
  readonly quietMs: number;
  readonly maxQuietMs: number;
}

/** Failures without a success in between, and until when nothing is to be tried. */
export interface Quiet {
  readonly failures: number;
  readonly untilMs: number;
}

/** A target is out of reach when it has failed from several sources; a single failure speaks against the pair alone. */
const TARGET_FAILURES = 3;

export class RecentPast {
  readonly #filledAtMs = new Map<ChannelId, number>();
  readonly #drainedAtMs = new Map<ChannelId, number>();
  readonly #pairs = new Map<string, Failures>();
  readonly #targets = new Map<ChannelId, Failures>();
  readonly #terms: QuietTerms;

  constructor({ moves, failures }: PastRebalances, terms: QuietTerms) {
    this.#terms = terms;
    const events = [
      ...moves.map((move) => ({ ...move, failed: false as const })),
      ...failures.map((failure) => ({ ...failure, failed: true as const })),
    ].sort((a, b) => a.atMs - b.atMs);
    for (const event of events) {
      if (event.failed) this.#fail(event);
      else this.#settle(event);
    }
  }

  /** When a rebalance last brought liquidity to the channel; `undefined` where none did. */
  filledAtMs(channelId: ChannelId): number | undefined {
    return this.#filledAtMs.get(channelId);
  }

  /** The same for taking it away. */
  drainedAtMs(channelId: ChannelId): number | undefined {
    return this.#drainedAtMs.get(channelId);
  }

  /** Whether a move is to be left alone for now. */
  quietPair(
    pair: { readonly outChannelId: ChannelId; readonly inChannelId: ChannelId },
    nowMs: number,
  ): Quiet | undefined {
    return this.#quiet(this.#pairs.get(nameOf(pair.outChannelId, pair.inChannelId)), nowMs, 1);
  }

  /** Whether a channel is to be left alone as a target. */
  quietTarget(channelId: ChannelId, nowMs: number): Quiet | undefined {
    return this.#quiet(this.#targets.get(channelId), nowMs, TARGET_FAILURES);
  }

  #settle({ atMs, outChannelId, inChannelId }: PastRebalances['moves'][number]): void {
    this.#filledAtMs.set(inChannelId, atMs);
    this.#drainedAtMs.set(outChannelId, atMs);
    this.#pairs.delete(nameOf(outChannelId, inChannelId));
    this.#targets.delete(inChannelId);
  }

  #fail({ atMs, outChannels, inChannels }: PastRebalances['failures'][number]): void {
    for (const inChannelId of inChannels) {
      count(this.#targets, inChannelId, atMs);
      for (const outChannelId of outChannels) {
        count(this.#pairs, nameOf(outChannelId, inChannelId), atMs);
      }
    }
  }

  #quiet(failed: Failures | undefined, nowMs: number, least: number): Quiet | undefined {
    if (failed === undefined || failed.count < least) return undefined;
    const { quietMs, maxQuietMs } = this.#terms;
    const forMs = Math.min(maxQuietMs, quietMs * 2 ** (failed.count - least));
    const untilMs = failed.lastAtMs + forMs;
    return untilMs > nowMs ? { failures: failed.count, untilMs } : undefined;
  }
}

interface Failures {
  readonly count: number;
  readonly lastAtMs: number;
}

const nameOf = (outChannelId: ChannelId, inChannelId: ChannelId): string =>
  `${outChannelId}>${inChannelId}`;

function count<Key>(failures: Map<Key, Failures>, key: Key, lastAtMs: number): void {
  failures.set(key, { count: (failures.get(key)?.count ?? 0) + 1, lastAtMs });
}
