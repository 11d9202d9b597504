/** The beliefs of a Rebalancer: what attempts teach goes into them, and from there into the store. */
import type { HeldLink } from '../executor/claims.ts';
import type { RebalanceCommand } from '../executor/rebalance-state.ts';
import { LiquidityBook } from '../liquidity/liquidity-book.ts';
import type { BeliefState, Log, Store } from '../ports.ts';
import { DAY_MS } from '../units/time.ts';
import { asked, messageOf } from './asked.ts';
import type { SteadyClock } from './steady-clock.ts';

/**
 * Rows that have learnt nothing for so long are dropped when they are read. Balances move within days (lnd's bimodal
 * estimator forgets with a time constant of seven): after sixty, nothing is left of what was known.
 */
const LIFE_MS = 60 * DAY_MS;

export interface BeliefParts {
  readonly store: Store;
  readonly dates: SteadyClock;
  readonly log: Log;
}

/** What changes the book, step by step: the same steps from the same start make the same book elsewhere. */
export type BeliefStep =
  | ({ readonly kind: 'observe'; readonly atMs: number } & Pick<
      Extract<RebalanceCommand, { kind: 'observe' }>,
      'facts' | 'snapshot' | 'self'
    >)
  | { readonly kind: 'hold'; readonly id: string; readonly links: readonly HeldLink[] }
  | { readonly kind: 'release'; readonly id: string };

/** Where a copy of the book begins. Suspicions of nodes are not in it: they fade within hours. */
export interface BeliefStart {
  readonly state: BeliefState;
  readonly held: readonly Extract<BeliefStep, { kind: 'hold' }>[];
}

/** Nothing that goes wrong here reaches a rebalance: without beliefs it only needs more attempts. */
export class KeptBeliefs {
  readonly book: LiquidityBook;
  readonly #parts: BeliefParts;
  /** A caller's own book is the caller's to load and to keep. */
  readonly #keeps: boolean;
  readonly #held = new Map<string, readonly HeldLink[]>();
  #onStep: ((step: BeliefStep) => void) | undefined;

  constructor(parts: BeliefParts, given?: LiquidityBook) {
    this.#parts = parts;
    this.book = given ?? new LiquidityBook();
    this.#keeps = given === undefined;
  }

  /** Whether the book is ours alone, and not a caller's. */
  get isOwn(): boolean {
    return this.#keeps;
  }

  /**
   * Tells each step from now on to one listener, until it is asked to end, and gives where those steps begin. For
   * a book of our own: a caller's may be changed by others, and its model is the caller's to know.
   */
  follow(onStep: (step: BeliefStep) => void): BeliefStart {
    this.#onStep = onStep;
    const held = [...this.#held].map(([id, links]) => ({ kind: 'hold', id, links }) as const);
    return { state: this.book.state(), held };
  }

  unfollow(): void {
    this.#onStep = undefined;
  }

  /** Takes back what earlier processes have learnt. Never rejects. */
  async load(): Promise<void> {
    if (!this.#keeps) return;
    const { store, dates } = this.#parts;
    await this.#trying('forget old beliefs', () =>
      store.forgetBeliefs({ beforeMs: dates.now() - LIFE_MS }),
    );
    await this.#trying('load beliefs', async () => this.book.load(await store.beliefs()));
  }

  /** An attempt has ended. It is dated by when that became known. */
  observe({ facts, snapshot, self }: Extract<RebalanceCommand, { kind: 'observe' }>): void {
    const atMs = this.#parts.dates.now();
    void this.#trying('learn', async () => {
      this.#take({ kind: 'observe', facts, snapshot, self, atMs });
      if (this.#keeps) await this.#parts.store.keepBeliefs(this.book.takeChanged());
    });
  }

  /** An attempt is under way, and takes these amounts until `release`. */
  hold(rebalanceId: string, links: readonly HeldLink[]): void {
    this.#held.set(rebalanceId, links);
    void this.#trying('hold', async () => this.#take({ kind: 'hold', id: rebalanceId, links }));
  }

  release(rebalanceId: string): void {
    this.#held.delete(rebalanceId);
    void this.#trying('release', async () => this.#take({ kind: 'release', id: rebalanceId }));
  }

  #take(step: BeliefStep): void {
    takeStep(this.book, step);
    this.#onStep?.(step);
  }

  /** Begins at once, within the caller's turn. */
  #trying(what: string, work: () => Promise<void>): Promise<void> {
    return asked(work).catch((error: unknown) => {
      this.#parts.log.warn('something learnt from attempts was lost', {
        what,
        reason: messageOf(error),
      });
    });
  }
}

/** One step, in this book or in a copy of it. */
export function takeStep(book: LiquidityBook, step: BeliefStep): void {
  switch (step.kind) {
    case 'observe': {
      const { facts, atMs, snapshot, self } = step;
      book.observe(facts, {
        atMs,
        ...(snapshot === null || self === null ? {} : { snapshot, self }),
      });
      return;
    }
    case 'hold':
      book.hold(step.id, step.links);
      return;
    case 'release':
      book.release(step.id);
  }
}
