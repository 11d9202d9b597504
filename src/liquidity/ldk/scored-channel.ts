/**
 * What LDK knows of one channel: the bounds of its balance now, as distances from both ends, and the history of both.
 * One direction's lower bound is the other one's upper bound (LDK: `scoring.rs`, `ChannelLiquidity`).
 */
import { type BucketRow, emptyRow, fade, note } from './bucket-row.ts';
import { type DirectedHistory, pairWeights } from './history-probability.ts';
import type { LdkDecay } from './parameters.ts';

/** 0: from the lesser node id to the greater one; 1: back. */
export type Way = 0 | 1;

/** A channel's state, as LDK stores it. */
export interface ScoredChannelState {
  /** By way: distance of the lower bound from 0, which is that of the other way's upper bound from the capacity. */
  readonly offsetsMsat: readonly [number, number];
  /** By way: history of that distance. */
  readonly rows: readonly [BucketRow, BucketRow];
  /** When the bounds were last learnt or faded, when the history was, and when anything was last learnt. */
  readonly boundsAtMs: number;
  readonly historyAtMs: number;
  readonly learntAtMs: number;
}

export class ScoredChannel {
  readonly #offsetsMsat: [number, number];
  readonly #rows: readonly [BucketRow, BucketRow];
  #weights: number;
  #boundsAtMs: number;
  #historyAtMs: number;
  #learntAtMs: number;

  constructor(state: ScoredChannelState) {
    this.#offsetsMsat = [...state.offsetsMsat];
    this.#rows = [state.rows[0].slice(), state.rows[1].slice()];
    this.#weights = pairWeights(...this.#rows);
    this.#boundsAtMs = state.boundsAtMs;
    this.#historyAtMs = state.historyAtMs;
    this.#learntAtMs = state.learntAtMs;
  }

  /** A channel that nothing is known of. */
  static fresh(nowMs: number): ScoredChannel {
    return new ScoredChannel({
      offsetsMsat: [0, 0],
      rows: [emptyRow(), emptyRow()],
      boundsAtMs: nowMs,
      historyAtMs: nowMs,
      learntAtMs: nowMs,
    });
  }

  get state(): ScoredChannelState {
    return {
      offsetsMsat: [...this.#offsetsMsat],
      rows: [this.#rows[0].slice(), this.#rows[1].slice()],
      boundsAtMs: this.#boundsAtMs,
      historyAtMs: this.#historyAtMs,
      learntAtMs: this.#learntAtMs,
    };
  }

  minMsat(way: Way): number {
    return this.#offsetsMsat[way];
  }

  maxMsat(way: Way, capacityMsat: number): number {
    return Math.max(0, capacityMsat - this.#offsetsMsat[opposite(way)]);
  }

  history(way: Way): DirectedHistory {
    return {
      lower: this.#rows[way],
      upper: this.#rows[opposite(way)],
      weights: this.#weights,
    };
  }

  // ---- what attempts teach

  /** The amount failed here. */
  lacked(way: Way, at: Seen): void {
    if (at.amountMsat < this.maxMsat(way, at.capacityMsat)) {
      this.#setMax(way, at.amountMsat, at);
    }
    this.#remember(way, 0, at);
  }

  /** The amount passed and came back. */
  carried(way: Way, at: Seen): void {
    if (at.amountMsat > this.minMsat(way)) {
      this.#offsetsMsat[way] = at.amountMsat;
      if (at.amountMsat > this.maxMsat(way, at.capacityMsat)) this.#offsetsMsat[opposite(way)] = 0;
      this.#boundsAtMs = at.nowMs;
    }
    this.#remember(way, 0, at);
  }

  /** The amount went over for good. The history keeps what was there before. */
  moved(way: Way, at: Seen): void {
    const leftMsat = Math.max(0, this.maxMsat(way, at.capacityMsat) - at.amountMsat);
    this.#setMax(way, leftMsat, at);
    this.#remember(way, at.amountMsat, at);
  }

  /** Lets bounds fade, and a history without news for long. @returns Whether anything is known still. */
  pass(nowMs: number, decay: LdkDecay): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#boundsAtMs);
    const share = decay.boundsHalfLifeMs === 0 ? 0 : 0.5 ** (elapsedMs / decay.boundsHalfLifeMs);
    this.#offsetsMsat[0] = Math.floor(this.#offsetsMsat[0] * share);
    this.#offsetsMsat[1] = Math.floor(this.#offsetsMsat[1] * share);
    this.#boundsAtMs = nowMs;
    this.#fadeHistory(nowMs, decay.historyHalfLifeMs);
    return [this.#offsetsMsat, ...this.#rows].some((numbers) => numbers.some((n) => n !== 0));
  }

  #fadeHistory(nowMs: number, halfLifeMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#historyAtMs);
    if (elapsedMs <= halfLifeMs || halfLifeMs === 0) return;
    for (const row of this.#rows) fade(row, elapsedMs / halfLifeMs);
    this.#weights = pairWeights(...this.#rows);
    this.#historyAtMs = nowMs;
  }

  #setMax(way: Way, maxMsat: number, { capacityMsat, nowMs }: Seen): void {
    this.#offsetsMsat[opposite(way)] = Math.max(0, capacityMsat - maxMsat);
    if (maxMsat < this.#offsetsMsat[way]) this.#offsetsMsat[way] = 0;
    this.#boundsAtMs = nowMs;
  }

  #remember(way: Way, movedMsat: number, { capacityMsat, nowMs }: Seen): void {
    const back = opposite(way);
    note(this.#rows[way], this.#offsetsMsat[way] + movedMsat, capacityMsat);
    note(this.#rows[back], Math.max(0, this.#offsetsMsat[back] - movedMsat), capacityMsat);
    this.#weights = pairWeights(...this.#rows);
    this.#historyAtMs = nowMs;
    this.#learntAtMs = nowMs;
  }
}

interface Seen {
  readonly amountMsat: number;
  readonly capacityMsat: number;
  readonly nowMs: number;
}

const opposite = (way: Way): Way => (way === 0 ? 1 : 0);
