/** What one payer remembers of directions that let it down; after a while it tries them again. */

import { HOUR_MS } from '../units/time.ts';
import type { TrafficEdge } from './traffic-graph.ts';

interface Disappointment {
  /** Amounts from here on are not tried. */
  readonly fromMsat: number;
  readonly untilMs: number;
}

/** As long as lnd takes for half of its doubt to fade (`DefaultPenaltyHalfLife`). */
const MEMORY_MS = HOUR_MS;
/** How many directions are remembered before what is over is thrown out. */
const ROOM = 256;

export class TrafficBeliefs {
  readonly #failed = new Map<string, Disappointment>();

  trusts(
    edge: TrafficEdge,
    look: { readonly amountMsat: number; readonly nowMs: number },
  ): boolean {
    const known = this.#failed.get(edge.key);
    return known === undefined || known.untilMs <= look.nowMs || look.amountMsat < known.fromMsat;
  }

  /** @param failure.amountMsat 0 where the direction is of no use at all. */
  failed(
    edge: TrafficEdge,
    failure: { readonly amountMsat: number; readonly nowMs: number },
  ): void {
    const { amountMsat, nowMs } = failure;
    if (this.#failed.size >= ROOM) this.#forget(nowMs);
    this.#failed.set(edge.key, { fromMsat: amountMsat, untilMs: nowMs + MEMORY_MS });
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#failed) if (untilMs <= nowMs) this.#failed.delete(key);
    const oldest = this.#failed.keys().next();
    if (this.#failed.size >= ROOM && oldest.done !== true) this.#failed.delete(oldest.value);
  }
}
