/**
 * How common each shape of balance is, learnt from tests whose results are in. A test says that of all balances that
 * were possible (`before`) those in a part (`after`) were met; the shares are sought under which that is likeliest, by
 * the multiplicative steps of expectation maximisation for such conditional mixtures. What they start from counts as
 * some tests of its own.
 */
import { EVEN, mirrored, SHAPES } from './balance-shapes.ts';

/** The latest so many tests count: what the network was like months ago is no matter. */
const TESTS_KEPT = 2048;
const STEPS = 20;
const LEAST_SHARE = 1e-6;
/** Leans from 0 to 2; a negative one is the positive one seen from the other side. */
const ROWS = 3;
/** A lean shares so many tests' worth of what all leans together have shown. */
const BORROWED_TESTS = 20;

export interface ShapeTest {
  readonly lean: number;
  /** Mass of each shape within what was possible, and within what the result leaves of it. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

export class ShapeShares {
  readonly #start: Float64Array;
  readonly #firmness: number;
  /** By row and shape. */
  #shares: Float64Array;
  readonly #before = new Float64Array(TESTS_KEPT * SHAPES);
  readonly #after = new Float64Array(TESTS_KEPT * SHAPES);
  readonly #row = new Uint8Array(TESTS_KEPT);
  #count = 0;

  /** @param start By row and shape; each row adds up to 1. */
  constructor(start: Float64Array, firmness: number) {
    this.#start = start;
    this.#firmness = firmness;
    this.#shares = start.slice();
  }

  /** Tests ever added. */
  get tests(): number {
    return this.#count;
  }

  share(shape: number, lean: number): number {
    return this.#shares[Math.abs(lean) * SHAPES + (lean < 0 ? mirrored(shape) : shape)]!;
  }

  add({ lean, before, after }: ShapeTest): void {
    const slot = this.#count++ % TESTS_KEPT;
    this.#row[slot] = Math.abs(lean);
    for (let shape = 0; shape < SHAPES; shape++) {
      const at = slot * SHAPES + (lean < 0 ? mirrored(shape) : shape);
      this.#before[at] = before[shape]!;
      this.#after[at] = after[shape]!;
    }
  }

  /** Finds the shares anew. */
  settle(): void {
    this.#shares = this.sought();
  }

  /** What the shares would be now. */
  sought(): Float64Array {
    const pooled = this.#climb({ row: -1, start: this.#pooledStart(), firmness: this.#firmness });
    const shares = new Float64Array(ROWS * SHAPES);
    for (let row = 0; row < ROWS; row++) {
      const own = this.#start.subarray(row * SHAPES, (row + 1) * SHAPES);
      const weight = this.#firmness / (this.#firmness + BORROWED_TESTS);
      const start = own.map((share, shape) => weight * share + (1 - weight) * pooled[shape]!);
      const firmness = this.#firmness + BORROWED_TESTS;
      shares.set(this.#climb({ row, start, firmness }), row * SHAPES);
    }
    return shares;
  }

  #pooledStart(): Float64Array {
    return this.#start.slice(0, SHAPES);
  }

  #climb(from: { row: number; start: Float64Array; firmness: number }): Float64Array {
    const { row, start, firmness } = from;
    const kept = Math.min(this.#count, TESTS_KEPT);
    // Without a lean both ways are alike, and so are they for all leans together.
    const symmetric = row <= 0;
    let shares: Float64Array = start.slice();
    if (symmetric) shares = evened(shares);
    for (let step = 0; step < STEPS; step++) {
      const gained = start.map((share) => firmness * share);
      const expected = shares.map((share) => firmness * share);
      for (let slot = 0; slot < kept; slot++) {
        if (row >= 0 && this.#row[slot] !== row) continue;
        this.#addTest(slot, { shares, gained, expected });
      }
      for (let shape = 0; shape < SHAPES; shape++) {
        const ratio = expected[shape]! > 0 ? gained[shape]! / expected[shape]! : 1;
        shares[shape] = Math.max(LEAST_SHARE, shares[shape]! * ratio);
      }
      if (symmetric) shares = evened(shares);
      const sum = shares.reduce((all, share) => all + share, 0);
      shares = shares.map((share) => share / sum);
    }
    return shares;
  }

  #addTest(
    slot: number,
    sums: { shares: Float64Array; gained: Float64Array; expected: Float64Array },
  ): void {
    const { shares, gained, expected } = sums;
    const at = slot * SHAPES;
    let [before, after] = [0, 0];
    for (let shape = 0; shape < SHAPES; shape++) {
      before += shares[shape]! * this.#before[at + shape]!;
      after += shares[shape]! * this.#after[at + shape]!;
    }
    if (!(before > 0 && after > 0)) return;
    for (let shape = 0; shape < SHAPES; shape++) {
      gained[shape]! += (shares[shape]! * this.#after[at + shape]!) / after;
      expected[shape]! += (shares[shape]! * this.#before[at + shape]!) / before;
    }
  }
}

function evened(shares: Float64Array): Float64Array {
  return shares.map((share, shape) =>
    shape === EVEN ? share : (share + shares[mirrored(shape)]!) / 2,
  );
}
