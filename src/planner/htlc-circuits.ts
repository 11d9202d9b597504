/**
 * What became of forwards, put together from news that may come twice, out of order, or not at all.
 *
 * Forwards are told apart by the HTLC that came in: its id is never given again on that channel. Of each, what is known is
 * a set of facts, and what it comes to follows from the set alone, not from the order in which it was told:
 *
 * - it settled, and its amounts are known: served. lnd tells the end of a forward twice (settle_event, and final_htlc_event
 *   for the side that came in), and either will do;
 * - it failed after it had gone out: failed;
 * - our own node refused it: refused.
 *
 * Amounts are told with the news that it went out and nowhere else: where that is lost, a forward comes to nothing here.
 * The history of forwards has those that settled.
 */
import type { CircuitKey, HtlcEventNews, HtlcRefusal } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';

/** A forward that has come to an end. */
export interface EndedForward {
  readonly end: 'served' | 'failed' | HtlcRefusal;
  readonly inChannelId: ChannelId;
  /** Over which it left; of what was refused, the one that was asked for. */
  readonly outChannelId: ChannelId;
  readonly amountInMsat: number;
  readonly amountOutMsat: number;
  /** When it came to us, as far as that is known. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
}

/** What is kept, so that memory stays bounded whatever is told. */
export interface CircuitLimits {
  /** Forwards under way; the oldest go first. @defaultValue 20,000: more than forty channels can hold */
  readonly mostOpen: number;
  /** @defaultValue 15 days: an HTLC lives for 2016 blocks at most */
  readonly openMs: number;
  /** Forwards that have ended, kept so that what is told again is known; and ends whose beginning is not known. */
  readonly mostEnded: number;
  /** @defaultValue an hour: repetitions come when a connection or a link comes back */
  readonly endedMs: number;
}

const CIRCUIT_LIMITS: CircuitLimits = {
  mostOpen: 20_000,
  openMs: 15 * 24 * HOUR_MS,
  mostEnded: 20_000,
  endedMs: HOUR_MS,
};

type Terms = Pick<EndedForward, 'outChannelId' | 'amountInMsat' | 'amountOutMsat' | 'beganAtMs'>;

/** A forward of which not everything is known. */
interface Circuit {
  readonly seenAtMs: number;
  terms: Terms | null;
  end: { readonly settled: boolean; readonly atMs: number } | null;
}

export class HtlcCircuits {
  readonly #limits: CircuitLimits;
  /** Went out. */
  readonly #open = new Map<string, Circuit>();
  /** Ended, and never known to have gone out. */
  readonly #loose = new Map<string, Circuit>();
  /** Told already; with the time. */
  readonly #ended = new Map<string, { readonly seenAtMs: number }>();

  constructor(limits: Partial<CircuitLimits> = {}) {
    this.#limits = { ...CIRCUIT_LIMITS, ...limits };
  }

  /** What is kept in memory. */
  get size(): number {
    return this.#open.size + this.#loose.size + this.#ended.size;
  }

  /** The forward that has come to its end with this news. Each is told once. */
  observe(news: HtlcEventNews, nowMs: number): EndedForward | undefined {
    this.#forget(nowMs);
    // Payments of our own come in nowhere or leave nowhere.
    if (news.purpose === 'send' || news.purpose === 'receive' || news.in === null) return undefined;
    const name = nameOf(news.in);
    if (this.#ended.has(name)) return undefined;
    if (news.kind === 'refused') return this.#refused(name, news, nowMs);
    const circuit = this.#open.get(name) ??
      this.#loose.get(name) ?? { seenAtMs: nowMs, terms: null, end: null };
    if (news.kind === 'went_out') circuit.terms ??= termsOf(news);
    else circuit.end ??= { settled: hasSettled(news), atMs: news.atMs };
    const { terms, end } = circuit;
    if (terms === null) {
      this.#loose.set(name, circuit);
      return undefined;
    }
    this.#loose.delete(name);
    if (end === null) {
      this.#open.set(name, circuit);
      return undefined;
    }
    this.#close(name, nowMs);
    return {
      ...terms,
      end: end.settled ? 'served' : 'failed',
      inChannelId: news.in.channelId,
      endedAtMs: end.atMs,
    };
  }

  #refused(
    name: string,
    news: Extract<HtlcEventNews, { kind: 'refused' }>,
    nowMs: number,
  ): EndedForward | undefined {
    const terms = termsOf(news);
    if (terms === null || news.in === null) return undefined;
    this.#close(name, nowMs);
    const { refusal: end, atMs } = news;
    return { ...terms, end, inChannelId: news.in.channelId, endedAtMs: atMs };
  }

  #close(name: string, nowMs: number): void {
    this.#open.delete(name);
    this.#loose.delete(name);
    this.#ended.set(name, { seenAtMs: nowMs });
  }

  #forget(nowMs: number): void {
    const { mostOpen, openMs, mostEnded, endedMs } = this.#limits;
    drop(this.#open, { most: mostOpen, sinceMs: nowMs - openMs });
    for (const kept of [this.#loose, this.#ended]) {
      drop<{ readonly seenAtMs: number }>(kept, { most: mostEnded, sinceMs: nowMs - endedMs });
    }
  }
}

const nameOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;

function termsOf(news: Extract<HtlcEventNews, { kind: 'went_out' | 'refused' }>): Terms | null {
  if (news.out === null) return null;
  return {
    outChannelId: news.out.channelId,
    amountInMsat: Number(news.amountInMsat),
    amountOutMsat: Number(news.amountOutMsat),
    beganAtMs: news.atMs,
  };
}

function hasSettled(news: Exclude<HtlcEventNews, { kind: 'went_out' | 'refused' }>): boolean {
  switch (news.kind) {
    case 'settled':
      return true;
    case 'failed_onward':
      return false;
    case 'resolved':
      return news.settled;
  }
}

/** Maps keep the order in which things were put into them: the oldest come first. */
function drop<Kept extends { readonly seenAtMs: number }>(
  kept: Map<string, Kept>,
  limits: { readonly most: number; readonly sinceMs: number },
): void {
  for (const [name, { seenAtMs }] of kept) {
    if (kept.size <= limits.most && seenAtMs >= limits.sinceMs) return;
    kept.delete(name);
  }
}
