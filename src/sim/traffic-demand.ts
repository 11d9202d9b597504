/**
 * Who wants to pay whom, how much and when: a seeded sequence that does not depend on what becomes of it, so that two
 * runs meet the same demand.
 *
 * Nobody publishes such figures for the real network. What is drawn here is an assumption: payments arrive
 * independently of each other; amounts are log-normal; a few ends pay or are paid far more often than the rest; every
 * end leans to one side, paying or being paid, by a lasting part and by a wave of one to six days.
 */
import type { NodeId } from '../units/ids.ts';
import { DAY_MS, HOUR_MS } from '../units/time.ts';
import type { SeededRandom } from './random.ts';

/** One who pays and is paid; weights are relative. */
export interface TrafficEnd {
  readonly nodeId: NodeId;
  readonly weight: number;
}

/** Demand from one node to another, on top of what is drawn. */
export interface TrafficFlow {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly paymentsPerDay: number;
  /** Default: that of the other demand. */
  readonly medianSat?: number;
}

export interface DemandOptions {
  readonly ends: readonly TrafficEnd[];
  /** Between the ends; flows come on top. */
  readonly paymentsPerDay: number;
  readonly flows: readonly TrafficFlow[];
  readonly medianSat: number;
  /** Standard deviation of the amount's logarithm. */
  readonly spread: number;
  readonly mostSat: number;
}

export interface DemandedPayment {
  /** Milliseconds since the beginning. */
  readonly atMs: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly amountMsat: bigint;
}

interface LeaningEnd extends TrafficEnd {
  /** From -1, only pays, to 1, is only paid. */
  readonly lasting: number;
  readonly swing: number;
  readonly periodMs: number;
  readonly phase: number;
}

/** How often the weights follow the ends' leanings. */
const DRIFT_STEP_MS = HOUR_MS;
const LASTING_MOST = 0.5;
const SWING_MOST = 0.5;
const LONGEST_PERIOD_DAYS = 6;
/** Of every end's activity: the log-normal factor that makes a few of them large. */
const ACTIVITY_SPREAD = 1.2;

export class TrafficDemand {
  readonly #options: DemandOptions;
  readonly #random: SeededRandom;
  readonly #ends: readonly LeaningEnd[];
  readonly #flows: Weighted<TrafficFlow>;
  readonly #perDay: number;
  #atMs = 0;
  #driftedMs = Number.NEGATIVE_INFINITY;
  #payers: Weighted<LeaningEnd>;
  #payees: Weighted<LeaningEnd>;

  /** @throws RangeError when nobody could pay anybody. */
  constructor(options: DemandOptions, random: SeededRandom) {
    this.#options = options;
    this.#random = random.fork('payments');
    const leanings = random.fork('leanings');
    this.#ends = options.ends.map((end) => lean(end, leanings));
    this.#flows = new Weighted(options.flows, ({ paymentsPerDay }) => paymentsPerDay);
    this.#perDay = options.paymentsPerDay + this.#flows.total;
    if (!(this.#perDay > 0))
      throw new RangeError('the traffic has no payments; say how many a day');
    if (options.paymentsPerDay > 0 && options.ends.length < 2) {
      throw new RangeError('traffic needs two ends at least');
    }
    this.#payers = new Weighted([], () => 0);
    this.#payees = this.#payers;
  }

  next(): DemandedPayment {
    const random = this.#random;
    this.#atMs += (-Math.log(1 - random.unit()) * DAY_MS) / this.#perDay;
    const flow =
      random.unit() * this.#perDay < this.#flows.total ? this.#flows.at(random.unit()) : undefined;
    const { from, to } = flow ?? this.#pair();
    const medianSat = flow?.medianSat ?? this.#options.medianSat;
    const drawnSat = Math.round(medianSat * Math.exp(this.#options.spread * normal(random)));
    const sat = Math.max(1, Math.min(this.#options.mostSat, drawnSat));
    return { atMs: this.#atMs, from, to, amountMsat: BigInt(sat) * 1000n };
  }

  #pair(): { from: NodeId; to: NodeId } {
    this.#drift();
    const from = this.#payers.at(this.#random.unit()).nodeId;
    for (;;) {
      const to = this.#payees.at(this.#random.unit()).nodeId;
      if (to !== from) return { from, to };
    }
  }

  #drift(): void {
    if (this.#atMs - this.#driftedMs < DRIFT_STEP_MS) return;
    this.#driftedMs = this.#atMs;
    const leaningOf = ({ lasting, swing, periodMs, phase }: LeaningEnd): number =>
      lasting + swing * Math.sin(2 * Math.PI * (this.#atMs / periodMs + phase));
    this.#payers = new Weighted(this.#ends, (end) => end.weight * (1 - leaningOf(end)));
    this.#payees = new Weighted(this.#ends, (end) => end.weight * (1 + leaningOf(end)));
  }
}

const lean = (end: TrafficEnd, random: SeededRandom): LeaningEnd => ({
  nodeId: end.nodeId,
  weight: end.weight * Math.exp(ACTIVITY_SPREAD * normal(random)),
  lasting: LASTING_MOST * (2 * random.unit() - 1),
  swing: SWING_MOST * random.unit(),
  periodMs: DAY_MS * (1 + (LONGEST_PERIOD_DAYS - 1) * random.unit()),
  phase: random.unit(),
});

/** Items drawn in proportion to their weights. */
class Weighted<T> {
  readonly #items: readonly T[];
  readonly #sums: Float64Array;

  constructor(items: readonly T[], weightOf: (item: T) => number) {
    this.#items = items;
    this.#sums = new Float64Array(items.length);
    let sum = 0;
    items.forEach((item, i) => {
      sum += weightOf(item);
      this.#sums[i] = sum;
    });
  }

  get total(): number {
    return this.#sums.at(-1) ?? 0;
  }

  /** @param unit From 0 to just below 1. */
  at(unit: number): T {
    const wanted = unit * this.total;
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return this.#items[low]!;
  }
}

/** Normally distributed with mean 0 and deviation 1 (Box and Muller). */
function normal(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
  return radius * Math.cos(2 * Math.PI * random.unit());
}
