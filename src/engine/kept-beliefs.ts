/** The beliefs of a Rebalancer: what attempts teach goes into them, and from there into the store. */
import type { HeldLink } from '../executor/claims.ts';
import type { RebalanceCommand } from '../executor/rebalance-state.ts';
import { LiquidityBook } from '../liquidity/liquidity-book.ts';
import type { Log, Store } from '../ports.ts';
import { asked, messageOf } from './asked.ts';
import type { SteadyClock } from './steady-clock.ts';

/**
 * Rows that have learnt nothing for so long are dropped when they are read. Balances move within days (lnd's bimodal
 * estimator forgets with a time constant of seven): after sixty, nothing is left of what was known.
 */
const LIFE_MS = 60 * 24 * 60 * 60 * 1000;

export interface BeliefParts {
  readonly store: Store;
  readonly dates: SteadyClock;
  readonly log: Log;
}

/** Nothing that goes wrong here reaches a rebalance: without beliefs it only needs more attempts. */
export class KeptBeliefs {
  readonly book: LiquidityBook;
  readonly #parts: BeliefParts;
  /** A caller's own book is the caller's to load and to keep. */
  readonly #keeps: boolean;

  constructor(parts: BeliefParts, given?: LiquidityBook) {
    this.#parts = parts;
    this.book = given ?? new LiquidityBook();
    this.#keeps = given === undefined;
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
      const taught = snapshot === null || self === null ? {} : { snapshot, self };
      this.book.observe(facts, { atMs, ...taught });
      if (this.#keeps) await this.#parts.store.keepBeliefs(this.book.takeChanged());
    });
  }

  /** An attempt is under way, and takes these amounts until `release`. */
  hold(rebalanceId: string, links: readonly HeldLink[]): void {
    void this.#trying('hold', async () => this.book.hold(rebalanceId, links));
  }

  release(rebalanceId: string): void {
    void this.#trying('release', async () => this.book.release(rebalanceId));
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
