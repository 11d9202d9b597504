/** Sums in which older amounts count less. */

/** All are estimates, in msat and msat². */
export interface FlowSums {
  readonly msat: number;
  /** Of the single amounts' squares. */
  readonly squares: number;
  readonly feeMsat: number;
}

export interface Amount {
  readonly msat: number;
  readonly feeMsat: number;
  /** Of a sum of several. @defaultValue the square of a single amount */
  readonly squares?: number;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export class DecayedFlow {
  readonly #halfLifeMs: number;
  #sums: FlowSums = { msat: 0, squares: 0, feeMsat: 0 };
  #atMs = Number.NEGATIVE_INFINITY;

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  /** Amounts may come in any order of time. */
  add({ msat, feeMsat, atMs, squares = msat * msat }: Amount): void {
    const sums = this.at(Math.max(atMs, this.#atMs));
    this.#atMs = Math.max(atMs, this.#atMs);
    const weight = 0.5 ** ((this.#atMs - atMs) / this.#halfLifeMs);
    this.#sums = {
      msat: sums.msat + weight * msat,
      squares: sums.squares + weight * squares,
      feeMsat: sums.feeMsat + weight * feeMsat,
    };
  }

  /** As they stand then; what is dated later counts in full. */
  at(nowMs: number): FlowSums {
    if (this.#atMs === Number.NEGATIVE_INFINITY) return this.#sums;
    const weight = 0.5 ** (Math.max(0, nowMs - this.#atMs) / this.#halfLifeMs);
    return {
      msat: this.#sums.msat * weight,
      squares: this.#sums.squares * weight,
      feeMsat: this.#sums.feeMsat * weight,
    };
  }
}
