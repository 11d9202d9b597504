/**
 * Ballast's own model: balances are a mixture of shapes, and attempts teach how common each shape is. It owns no prior
 * that a network could refute for long: where balances are even it becomes uniform, where they cling to the ends bimodal,
 * and where traffic drains the cheaper direction it learns that from the fees.
 */

import { DAY_MS, HOUR_MS } from '../../units/time.ts';
import { type Interval, intervalOf } from '../interval.ts';
import type {
  CorridorQuery,
  CorridorTest,
  LiquidityModel,
  ModelLearning,
} from '../liquidity-model.ts';
import { EVEN, emptyShape, fullShape, SHAPES, shapesBelow } from './balance-shapes.ts';
import { type Ages, FadingShares, type Trust } from './fading-shares.ts';
import { ShapeShares } from './shape-shares.ts';

/** Where a mixture starts, and how fast it moves from there. */
export interface MixtureOptions {
  /**
   * Time constant with which bounds stop being true, ms, of all corridors alike.
   * @defaultValue learnt: a mixture of half an hour, 3 hours, 18 hours and 4.5 days, which start as equally common: a corridor that is
   * believed to fail is not tried, and only what is tried teaches
   */
  readonly fadingMs?: number;
  /** How many tests the shapes' starting shares weigh as much as. */
  readonly firmness?: number;
  /** @defaultValue the shares that did best on networks that no report shows (`npm run bench:frontier`) */
  readonly startingShares?: StartingShares;
}

/** How common each shape of balances is taken to be before anything was learnt. */
export interface StartingShares {
  /** Of balances that may lie anywhere. */
  readonly even: number;
  /** Of those at either end, by scale; half of each is empty and half full where both ways cost the same. */
  readonly ends: readonly number[];
  /** How much more common empty is than full where the way back is far dearer: a factor on the odds, per step of lean. */
  readonly drainOdds: number;
}

interface FadingTerms {
  readonly timesMs: readonly number[];
  /** Share of each; they add up to 1. */
  readonly start: readonly number[];
}

const STEEPEST_LEAN = 2;
/** Shares are sought anew when there are so many more tests than at the last time; all prices change with them. */
const FIRST_EPOCH = 50;
const EPOCH_GROWTH = 1.5;
/** Stored shares weigh as much as the tests behind them, but never so much that a changed network could not show. */
const MOST_STORED_TESTS = 500;
/** Of a narrower interval nothing can be told apart. */
const LEAST_MASS = 1e-12;
const NOTHING_STORED = { shapes: 0, fading: 0 };

export class MixtureModel implements LiquidityModel, ModelLearning {
  readonly name = 'mixture';
  readonly learning: ModelLearning = this;
  readonly #start: { readonly table: Float64Array; readonly firmness: number };
  #shares: ShapeShares;
  readonly #fadingTerms: FadingTerms;
  #fading: FadingShares;
  #stored: { readonly shapes: number; readonly fading: number } = NOTHING_STORED;
  #settledTests = 0;
  #epoch = 0;
  readonly #masses = new Float64Array(SHAPES);

  constructor(options: MixtureOptions = {}) {
    this.#start = {
      table: startingTable(options.startingShares ?? DEFAULTS.startingShares),
      firmness: options.firmness ?? DEFAULTS.firmness,
    };
    this.#shares = new ShapeShares(this.#start.table, this.#start.firmness);
    const { fadingMs } = options;
    this.#fadingTerms = fadingMs === undefined ? FADING : { timesMs: [fadingMs], start: [1] };
    this.#fading = this.#newFading(this.#fadingTerms.start, 0);
  }

  get epoch(): number {
    return this.#epoch;
  }

  probability(query: CorridorQuery, amountMsat: number, nowMs: number): number {
    const interval = intervalOf(query, amountMsat, nowMs);
    return this.#chance(query, amountMsat, interval)(this.#fading.trust(agesOf(interval)));
  }

  /** Probability by how far the bounds are trusted. */
  #chance(
    query: CorridorQuery,
    amountMsat: number,
    { low, high }: Interval,
  ): (trust: Trust) => number {
    const capacityMsat = Math.max(...query.capacitiesMsat);
    const below = this.#below(query, amountMsat);
    const within = (leastMsat: number, mostMsat: number): number => {
      if (amountMsat <= leastMsat) return 1;
      if (amountMsat >= mostMsat) return 0;
      const [least, most] = [this.#below(query, leastMsat), this.#below(query, mostMsat)];
      if (most - least > LEAST_MASS) return (most - below) / (most - least);
      return (mostMsat - amountMsat) / (mostMsat - leastMsat);
    };
    const highMsat = Math.min(high.msat, capacityMsat);
    const lowAlone = within(low.msat, capacityMsat);
    const highAlone = within(0, highMsat);
    const between = within(low.msat, highMsat);
    return (trust) => {
      const { neither, low, high, both } = eitherWay(trust);
      const sum = neither * (1 - below) + low * lowAlone + high * highAlone + both * between;
      return Math.min(1, Math.max(0, sum));
    };
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

  /** Only what is not known already. */
  learn(query: CorridorQuery, { amountMsat, passed }: CorridorTest, nowMs: number): void {
    const interval = intervalOf(query, amountMsat, nowMs);
    const chance = this.#chance(query, amountMsat, interval);
    this.#fading.add(agesOf(interval), (trust) => (passed ? chance(trust) : 1 - chance(trust)));
    this.#learnShape(query, { amountMsat, passed }, interval);
    const tests = this.#shares.tests + this.#fading.tests;
    if (tests >= this.#settledTests * EPOCH_GROWTH + FIRST_EPOCH) this.#settle(tests);
  }

  /** Of a single channel: which of parallel ones was tested is for the peer to know. */
  #learnShape(
    query: CorridorQuery,
    { amountMsat, passed }: CorridorTest,
    interval: Interval,
  ): void {
    const [capacityMsat, lean] = [query.capacitiesMsat[0]!, query.leans[0]!];
    if (query.capacitiesMsat.length !== 1) return;
    const trust = this.#fading.trust(agesOf(interval));
    const leastMsat = trust.low > 0.5 ? interval.low.msat : 0;
    const mostMsat = trust.high > 0.5 ? Math.min(interval.high.msat, capacityMsat) : capacityMsat;
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
  }

  #settle(tests: number): void {
    this.#shares.settle();
    this.#fading.settle();
    this.#settledTests = tests;
    this.#epoch++;
  }

  forget(): void {
    if (this.#settledTests > 0 || this.#stored.shapes > 0 || this.#stored.fading > 0) this.#epoch++;
    this.#stored = NOTHING_STORED;
    this.#settledTests = 0;
    this.#shares = new ShapeShares(this.#start.table, this.#start.firmness);
    this.#fading = this.#newFading(this.#fadingTerms.start, 0);
  }

  /** Tests behind the shapes and their shares; the same for how bounds fade. */
  state(): readonly number[] {
    const { shapes, fading } = this.#stored;
    return [
      shapes + this.#shares.tests,
      ...this.#shares.sought(),
      fading + this.#fading.tests,
      ...this.#fading.sought(),
    ];
  }

  /** Takes a state without a part on fading as well, as earlier versions stored it. */
  restore([shapeTests = Number.NaN, ...rest]: readonly number[]): void {
    const shapes = rest.slice(0, this.#start.table.length);
    const [fadingTests = 0, ...fading] = rest.slice(shapes.length);
    const kinds = this.#fadingTerms.start.length;
    const isState =
      shapes.length === this.#start.table.length &&
      (fading.length === kinds || rest.length === shapes.length) &&
      [shapeTests, fadingTests, ...rest].every((one) => one >= 0 && one < Number.POSITIVE_INFINITY);
    if (!isState) return;
    this.#stored = {
      shapes: Math.min(shapeTests, MOST_STORED_TESTS),
      fading: Math.min(fadingTests, MOST_STORED_TESTS),
    };
    this.#settledTests = 0;
    this.#shares = new ShapeShares(
      Float64Array.from(shapes),
      this.#start.firmness + this.#stored.shapes,
    );
    const start = fading.length === kinds ? fading : this.#fadingTerms.start;
    this.#fading = this.#newFading(start, this.#stored.fading);
    this.#epoch++;
  }

  #newFading(start: readonly number[], tests: number): FadingShares {
    const { timesMs } = this.#fadingTerms;
    return new FadingShares({ timesMs, start, firmness: this.#start.firmness + tests });
  }
}

/** Probabilities that neither bound is true any more, that one alone is, and that both are. */
const eitherWay = ({
  low,
  high,
  both,
}: Trust): Record<'neither' | 'low' | 'high' | 'both', number> => ({
  neither: Math.max(0, 1 - low - high + both),
  low: Math.max(0, low - both),
  high: Math.max(0, high - both),
  both,
});

const agesOf = ({ low, high }: Interval): Ages => ({ lowMs: low.ageMs, highMs: high.ageMs });

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
  firmness: 30,
  // Tuned on networks that no report shows (bench/frontier).
  startingShares: { even: 0.2, ends: [0.2, 0.25, 0.15, 0.2], drainOdds: 1.3 },
};

/** From what LDK takes for a bound's half-life, to some days; each six times the one before. */
const FADING: FadingTerms = {
  timesMs: [0.5 * HOUR_MS, 3 * HOUR_MS, 18 * HOUR_MS, 4.5 * DAY_MS],
  start: [0.25, 0.25, 0.25, 0.25],
};
