/**
 * Ballast's own model: balances are a mixture of shapes, and attempts teach how common each shape is. It owns no prior
 * that a network could refute for long: where balances are even it becomes uniform, where they cling to the ends bimodal,
 * and where traffic drains the cheaper direction it learns that from the fees.
 */

import { DAY_MS } from '../../units/time.ts';
import { type FadingTerms, type Interval, intervalOf } from '../interval.ts';
import type {
  CorridorQuery,
  CorridorTest,
  LiquidityModel,
  ModelLearning,
} from '../liquidity-model.ts';
import { EVEN, emptyShape, fullShape, SHAPES, shapesBelow } from './balance-shapes.ts';
import { ShapeShares } from './shape-shares.ts';

export interface MixtureOptions {
  /** Time constant with which a bound stops being true, ms. */
  readonly fadingMs?: number;
  /** How many tests the shapes' starting shares weigh as much as. */
  readonly firmness?: number;
  readonly startingShares?: StartingShares;
}

interface StartingShares {
  /** Of balances that may lie anywhere. */
  readonly even: number;
  /** Of those at either end, by scale; half of each is empty and half full where both ways cost the same. */
  readonly ends: readonly number[];
  /** How much more common empty is than full where the way back is far dearer: a factor on the odds, per step of lean. */
  readonly drainOdds: number;
}

const STEEPEST_LEAN = 2;
/** Shares are sought anew when there are so many more tests than at the last time; all prices change with them. */
const FIRST_EPOCH = 50;
const EPOCH_GROWTH = 1.5;
/** Stored shares weigh as much as the tests behind them, but never so much that a changed network could not show. */
const MOST_STORED_TESTS = 500;
/** Of a narrower interval nothing can be told apart. */
const LEAST_MASS = 1e-12;

export class MixtureModel implements LiquidityModel, ModelLearning {
  readonly name = 'mixture';
  readonly learning: ModelLearning = this;
  readonly #fadingMs: number;
  readonly #start: { readonly table: Float64Array; readonly firmness: number };
  #shares: ShapeShares;
  #storedTests = 0;
  #settledTests = 0;
  #epoch = 0;
  readonly #masses = new Float64Array(SHAPES);

  constructor(options: MixtureOptions = {}) {
    this.#fadingMs = options.fadingMs ?? DEFAULTS.fadingMs;
    this.#start = {
      table: startingTable(options.startingShares ?? DEFAULTS.startingShares),
      firmness: options.firmness ?? DEFAULTS.firmness,
    };
    this.#shares = new ShapeShares(this.#start.table, this.#start.firmness);
  }

  get epoch(): number {
    return this.#epoch;
  }

  probability(query: CorridorQuery, amountMsat: number, nowMs: number): number {
    const { low, high } = this.#interval(query, amountMsat, nowMs);
    const capacityMsat = Math.max(...query.capacitiesMsat);
    const below = this.#below(query, amountMsat);
    const within = (leastMsat: number, mostMsat: number): number => {
      if (amountMsat <= leastMsat) return 1;
      if (amountMsat >= mostMsat) return 0;
      const [least, most] = [this.#below(query, leastMsat), this.#below(query, mostMsat)];
      if (most - least > LEAST_MASS) return (most - below) / (most - least);
      return (mostMsat - amountMsat) / (mostMsat - leastMsat);
    };
    const [l, h] = [low.trust, high.trust];
    const highMsat = Math.min(high.msat, capacityMsat);
    const probability =
      (1 - l) * (1 - h) * (1 - below) +
      l * (1 - h) * within(low.msat, capacityMsat) +
      (1 - l) * h * within(0, highMsat) +
      l * h * within(low.msat, highMsat);
    return Math.min(1, probability);
  }

  #interval(query: CorridorQuery, amountMsat: number, nowMs: number): Interval {
    const terms: FadingTerms = { nowMs, fadingMs: this.#fadingMs };
    return intervalOf(query, amountMsat, terms);
  }

  /** Probability that none of the channels has the amount. */
  #below(query: CorridorQuery, msat: number): number {
    let all = 1;
    for (let i = 0; i < query.capacitiesMsat.length; i++) {
      shapesBelow(msat, query.capacitiesMsat[i]!, this.#masses);
      let channel = 0;
      for (let shape = 0; shape < SHAPES; shape++) {
        channel += this.#shares.share(shape, query.leans[i]!) * this.#masses[shape]!;
      }
      all *= channel;
    }
    return all;
  }

  /** Only what is not known already, and of a single channel: which of parallel ones was tested is for the peer to know. */
  learn(query: CorridorQuery, { amountMsat, passed }: CorridorTest, nowMs: number): void {
    const [capacityMsat, lean] = [query.capacitiesMsat[0]!, query.leans[0]!];
    if (query.capacitiesMsat.length !== 1) return;
    const { low, high } = this.#interval(query, amountMsat, nowMs);
    const leastMsat = low.trust > 0.5 ? low.msat : 0;
    const mostMsat = high.trust > 0.5 ? Math.min(high.msat, capacityMsat) : capacityMsat;
    if (amountMsat <= leastMsat || amountMsat >= mostMsat) return;
    const mass = (fromMsat: number, toMsat: number): Float64Array => {
      const masses = new Float64Array(SHAPES);
      shapesBelow(toMsat, capacityMsat, masses);
      shapesBelow(fromMsat, capacityMsat, this.#masses);
      return masses.map((all, shape) => all - this.#masses[shape]!);
    };
    const before = mass(leastMsat, mostMsat);
    const after = passed ? mass(amountMsat, mostMsat) : mass(leastMsat, amountMsat);
    this.#shares.add({ lean, before, after });
    if (this.#shares.tests >= this.#settledTests * EPOCH_GROWTH + FIRST_EPOCH) this.#settle();
  }

  #settle(): void {
    this.#shares.settle();
    this.#settledTests = this.#shares.tests;
    this.#epoch++;
  }

  forget(): void {
    if (this.#settledTests > 0 || this.#storedTests > 0) this.#epoch++;
    this.#storedTests = 0;
    this.#settledTests = 0;
    this.#shares = new ShapeShares(this.#start.table, this.#start.firmness);
  }

  state(): readonly number[] {
    return [this.#storedTests + this.#shares.tests, ...this.#shares.sought()];
  }

  restore([tests = Number.NaN, ...shares]: readonly number[]): void {
    const isTable = shares.length === this.#start.table.length && shares.every((s) => s >= 0);
    if (!(tests >= 0) || !isTable) return;
    this.#storedTests = Math.min(tests, MOST_STORED_TESTS);
    this.#settledTests = 0;
    this.#shares = new ShapeShares(
      Float64Array.from(shares),
      this.#start.firmness + this.#storedTests,
    );
    this.#epoch++;
  }
}

/** By lean from 0 up, and shape. */
function startingTable({ even, ends, drainOdds }: StartingShares): Float64Array {
  const table = new Float64Array((STEEPEST_LEAN + 1) * SHAPES);
  for (let lean = 0; lean <= STEEPEST_LEAN; lean++) {
    const odds = drainOdds ** lean;
    const full = odds / (1 + odds);
    const row = lean * SHAPES;
    table[row + EVEN] = even;
    ends.forEach((share, scale) => {
      table[row + emptyShape(scale)] = share * (1 - full);
      table[row + fullShape(scale)] = share * full;
    });
  }
  return table;
}

const DEFAULTS = {
  fadingMs: 3 * DAY_MS,
  firmness: 30,
  // Tuned on networks that no report shows (bench/frontier).
  startingShares: { even: 0.2, ends: [0.2, 0.25, 0.15, 0.2], drainOdds: 1.3 },
};
