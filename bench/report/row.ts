/** One line of the table, and how it comes from measured times and costs. */
import { type Percentiles, percentiles } from '../measure/percentiles.ts';
import {
  type Contender,
  type Timed,
  type TimingOptions,
  timeContenders,
} from '../measure/timing.ts';

/** What `--json` writes of each line. */
export interface BenchmarkRow extends Percentiles {
  readonly suite: string;
  readonly name: string;
  /** Times of the queries that have an answer. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Valid answers; for what answers nothing, how often its time was taken. */
  readonly found: number;
  /** What the found answers cost above the optimum, added up. */
  readonly excessMsat: number;
  /** This row's median divided by that of Ballast's row, the first one of the suite: above 1 is slower than Ballast. */
  readonly ratio: number;
}

export interface SuiteRow extends BenchmarkRow {
  /** Absent from rows that measure something else than searches. */
  readonly search?: {
    readonly asked: number;
    /** Answers that cost more than the optimum. */
    readonly dearer: number;
    /** Answers, routes or none, that are not proven. */
    readonly unproven: number;
    /** Median time of the queries without an answer. */
    readonly noRouteMs: number;
    /** By query; what the hash is taken from. */
    readonly costs: readonly (number | null)[];
  };
}

/** A contender and what it minimises: excess is measured among those with the same aim. */
export interface Entry {
  readonly contender: Contender;
  readonly aim: string;
  /** Independent of Ballast and exact: its costs are the optimum. Without one it is the least that any of them found. */
  readonly isReference?: boolean;
}

/** Rows of one suite; the first entry is Ballast, by whose median all are divided. */
export function contest(
  suite: string,
  entries: readonly Entry[],
  options: TimingOptions,
): SuiteRow[] {
  const timed = timeContenders(
    entries.map(({ contender }) => contender),
    options,
  );
  const unitMs = foundTimes(timed[0]!).medianMs;
  return timed.map((one, i) => {
    const optimum = optimumOf(entries[i]!.aim, entries, timed);
    const { excessMsat, dearer } = comparison(one.costs, optimum);
    const times = foundTimes(one);
    return {
      suite,
      name: one.name,
      ...times,
      found: one.costs.filter((cost) => cost !== null).length,
      excessMsat,
      ratio: quotient(times.medianMs, unitMs),
      search: {
        asked: one.costs.length,
        dearer,
        unproven: one.unproven,
        noRouteMs: percentiles(one.timesMs.filter((_, query) => one.costs[query] === null))
          .medianMs,
        costs: one.costs,
      },
    };
  });
}

/** A row that measures something else than searches: each value is one taking of the time. */
export function measurement(
  suite: string,
  measured: {
    readonly name: string;
    readonly timesMs: readonly number[];
    readonly unitMs?: number;
  },
): SuiteRow {
  const { name, timesMs, unitMs } = measured;
  const times = percentiles(timesMs);
  const ratio = unitMs === undefined ? 1 : quotient(times.medianMs, unitMs);
  return { suite, name, ...times, found: timesMs.length, excessMsat: 0, ratio };
}

const foundTimes = ({ timesMs, costs }: Timed): Percentiles =>
  percentiles(timesMs.filter((_, query) => costs[query] !== null));

const quotient = (value: number, unit: number): number => (unit === 0 ? 0 : value / unit);

type Costs = readonly (number | null)[];

function optimumOf(aim: string, entries: readonly Entry[], timed: readonly Timed[]): Costs {
  const same = entries.flatMap((entry, i) =>
    entry.aim === aim ? [{ ...entry, ...timed[i]! }] : [],
  );
  const reference = same.find(({ isReference }) => isReference === true);
  if (reference !== undefined) return reference.costs;
  return same[0]!.costs.map((_, query) => {
    const costs = same.flatMap((one) => one.costs[query] ?? []);
    return costs.length === 0 ? null : Math.min(...costs);
  });
}

function comparison(costs: Costs, optimum: Costs): { excessMsat: number; dearer: number } {
  let [excessMsat, dearer] = [0, 0];
  costs.forEach((cost, query) => {
    const least = optimum[query];
    if (cost === null || least === null || least === undefined) return;
    excessMsat += cost - least;
    if (cost > least) dearer++;
  });
  return { excessMsat, dearer };
}
