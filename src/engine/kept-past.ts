/**
 * What the journal tells of earlier rebalances, for plans. A week of a busy journal takes a second to read, and plans are
 * made again and again: after the first time only what has come since is read.
 */
import { PastLedger, type PastRebalances } from '../planner/past-rebalances.ts';
import type { Store } from '../ports.ts';
import { DAY_MS } from '../units/time.ts';
import { asked } from './asked.ts';
import type { SteadyClock } from './steady-clock.ts';

/**
 * Records are dated before they are written, and another process may write into the same journal by a clock of its own:
 * what is dated so long before the last reading is read again.
 */
const OVERLAP_MS = DAY_MS;

interface Kept {
  readonly ledger: PastLedger;
  /** It holds what is dated since then. */
  sinceMs: number;
  readAtMs: number;
}

export class KeptPast {
  readonly #parts: { readonly store: Store; readonly dates: SteadyClock };
  #kept: Kept | undefined;

  constructor(parts: { readonly store: Store; readonly dates: SteadyClock }) {
    this.#parts = parts;
  }

  /** All since then. Rejects with what the store rejects with, and reads it anew the next time. */
  async load({ sinceMs }: { readonly sinceMs: number }): Promise<PastRebalances> {
    const { store, dates } = this.#parts;
    const kept =
      this.#kept !== undefined && this.#kept.sinceMs <= sinceMs
        ? this.#kept
        : { ledger: new PastLedger(), sinceMs, readAtMs: Number.NEGATIVE_INFINITY };
    const readAtMs = dates.now();
    const fromMs = Math.max(sinceMs, kept.readAtMs - OVERLAP_MS);
    const records = await asked(() => store.records({ sinceMs: fromMs }));
    // Another plan, which looks less far back, has let go of what this one needs.
    if (kept.sinceMs > sinceMs) return this.load({ sinceMs });
    kept.ledger.add(records);
    kept.ledger.forget({ beforeMs: sinceMs });
    kept.sinceMs = Math.max(kept.sinceMs, sinceMs);
    kept.readAtMs = Math.max(kept.readAtMs, readAtMs);
    this.#kept = kept;
    return kept.ledger.past;
  }
}
