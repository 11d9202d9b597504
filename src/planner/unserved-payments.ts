/**
 * Payments that were not passed on, each counted once, whatever its payer tried for it.
 *
 * lnd's events have no payment hash of what was refused, so attempts are put together by amount and time. Two attempts
 * belong to one payment where
 *
 * - within `retryMs` of each other they ask for the same peer with equal amounts to be sent on, or come over the same channel
 *   with equal amounts: to `tolerance`, for fees further down differ from route to route. Or the later one is a half, a
 *   quarter or an eighth of the earlier one: payers that split do so by halves; or
 * - within `repeatMs` of each other they come in and leave over the same channels with exactly the same amounts: a payer or
 *   a prober that tries the same route again and again.
 *
 * A payment that found another way through us, in whole or in parts, was served after all: a forward that settled counts
 * against one that it belongs to by the first of these rules.
 *
 * What this gets wrong: two payers whose amounts happen to agree count as one. With amounts spread as widely as a
 * log-normal with sigma 1.6, another attempt for the same peer or over the same channel within the minute is taken for the
 * same payment with a chance of about 1 %, and another forward that settles serves it with the same chance; payers that
 * all pay the same round amount count once a minute. A payment that asked for several peers counts for the first of them.
 * Parts that are tried at once, before anything failed, count as one of them; a payer that comes back after `repeatMs`, or
 * by another route after `retryMs`, counts again.
 */
import type { ChannelId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';

export interface UnservedForward {
  readonly inChannelId: ChannelId;
  readonly outChannelId: ChannelId;
  readonly amountInMsat: number;
  readonly amountOutMsat: number;
  readonly beganAtMs: number;
}

export interface RetryTerms {
  /** @defaultValue a minute, lnd's own limit for a payment */
  readonly retryMs: number;
  /** @defaultValue an hour */
  readonly repeatMs: number;
  /** @defaultValue 0.005: fees of routes differ by some thousand ppm at most */
  readonly tolerance: number;
  /** Payments that are remembered; the oldest go first. */
  readonly most: number;
}

const RETRY_TERMS: RetryTerms = {
  retryMs: 60_000,
  repeatMs: HOUR_MS,
  tolerance: 0.005,
  most: 5_000,
};

/** Into how many halves of halves a payment is split at most, less than which nobody splits. */
const MOST_HALVINGS = 3;

/** A payment as its first attempt asked for it. */
export interface UnservedPayment extends UnservedForward {
  /** What of it has found no other way, and is no probe: of `amountOutMsat`. */
  readonly leftMsat: number;
}

interface Kept extends UnservedForward {
  /** What all its attempts asked for, and came over. */
  readonly groups: Set<string>;
  readonly inChannels: Set<ChannelId>;
  leftMsat: number;
  lastAtMs: number;
}

export class UnservedPayments {
  readonly #terms: RetryTerms;
  readonly #ended: (payment: UnservedPayment) => void;
  /** In the order in which they were told. */
  readonly #kept = new Set<Kept>();
  /** Of these, those that may be tried again by another way. */
  #recent: Kept[] = [];
  #newestAtMs = Number.NEGATIVE_INFINITY;
  /** The last of each route with exactly the same amounts. */
  readonly #byRoute = new Map<string, Kept>();

  /** @param ended Called with every payment when nothing can change about it any more. */
  constructor(ended: (payment: UnservedPayment) => void, terms: Partial<RetryTerms> = {}) {
    this.#terms = { ...RETRY_TERMS, ...terms };
    this.#ended = ended;
  }

  /** Of which something is left, oldest first. */
  get payments(): readonly UnservedPayment[] {
    return [...this.#kept].filter(({ leftMsat }) => leftMsat > 0);
  }

  /** @param group All channels that could have carried it. */
  add(forward: UnservedForward, group: string): UnservedPayment {
    this.#keepRecent(forward.beganAtMs);
    const earlier =
      this.#recent.findLast((kept) => this.#isRetry(kept, forward, group)) ??
      this.#repeated(forward);
    const payment = earlier ?? this.#begin(forward);
    payment.groups.add(group);
    payment.inChannels.add(forward.inChannelId);
    payment.lastAtMs = Math.max(payment.lastAtMs, forward.beganAtMs);
    if (!this.#recent.includes(payment)) this.#recent.push(payment);
    return payment;
  }

  /** A forward that settled. */
  serve(forward: UnservedForward, group: string): void {
    const payment = this.#recent.findLast(
      (kept) => kept.leftMsat > 0 && this.#isRetry(kept, forward, group),
    );
    if (payment === undefined) return;
    const left = payment.leftMsat - forward.amountOutMsat;
    payment.leftMsat = left > MOST_ROUNDING * payment.amountOutMsat ? left : 0;
  }

  /** It was none. */
  dismiss(payment: UnservedPayment): void {
    const kept = payment as Kept;
    if (this.#kept.has(kept)) kept.leftMsat = 0;
  }

  /** Lets go of those of which nothing more is to be expected. */
  forget(nowMs: number): void {
    const { repeatMs, most } = this.#terms;
    for (const payment of this.#kept) {
      if (this.#kept.size <= most && payment.beganAtMs >= nowMs - repeatMs) return;
      this.#kept.delete(payment);
      const route = routeOf(payment);
      if (this.#byRoute.get(route) === payment) this.#byRoute.delete(route);
      this.#ended(payment);
    }
  }

  #begin(forward: UnservedForward): Kept {
    const payment: Kept = {
      ...forward,
      groups: new Set(),
      inChannels: new Set(),
      leftMsat: forward.amountOutMsat,
      lastAtMs: forward.beganAtMs,
    };
    this.#kept.add(payment);
    this.#byRoute.set(routeOf(payment), payment);
    return payment;
  }

  /** News may be late: some minutes are kept. */
  #keepRecent(atMs: number): void {
    if (atMs <= this.#newestAtMs) return;
    this.#newestAtMs = atMs;
    const sinceMs = atMs - 4 * this.#terms.retryMs;
    this.#recent = this.#recent.filter(
      (payment) => payment.lastAtMs >= sinceMs && this.#kept.has(payment),
    );
  }

  #repeated(forward: UnservedForward): Kept | undefined {
    const kept = this.#byRoute.get(routeOf(forward));
    if (kept === undefined || !isWithin(forward.beganAtMs, kept, this.#terms.repeatMs)) {
      return undefined;
    }
    return kept;
  }

  #isRetry(kept: Kept, forward: UnservedForward, group: string): boolean {
    return (
      isWithin(forward.beganAtMs, kept, this.#terms.retryMs) &&
      ((kept.groups.has(group) && this.#isPart(forward.amountOutMsat, kept.amountOutMsat)) ||
        (kept.inChannels.has(forward.inChannelId) &&
          this.#isPart(forward.amountInMsat, kept.amountInMsat)))
    );
  }

  #isPart(msat: number, wholeMsat: number): boolean {
    for (let halvings = 0; halvings <= MOST_HALVINGS; halvings++) {
      const partMsat = wholeMsat / 2 ** halvings;
      if (Math.abs(msat - partMsat) <= this.#terms.tolerance * partMsat) return true;
    }
    return false;
  }
}

/** Less is left over from fees and rounding when parts are added up. */
const MOST_ROUNDING = 0.02;

/** News may come out of order: what is dated a little before the first attempt belongs to it as well. */
const isWithin = (
  atMs: number,
  kept: { readonly beganAtMs: number; readonly lastAtMs: number },
  forMs: number,
): boolean => atMs >= kept.beganAtMs - forMs && atMs <= kept.lastAtMs + forMs;

const routeOf = (forward: UnservedForward): string =>
  `${forward.inChannelId}>${forward.outChannelId} ${forward.amountInMsat}>${forward.amountOutMsat}`;
