import { describe, expect, it } from 'vitest';
import { percentiles } from '../../bench/measure/percentiles.ts';
import { type Contender, timeContenders } from '../../bench/measure/timing.ts';
import { contest } from '../../bench/report/row.ts';

const OPTIONS = { queries: 30, repetitions: 3, warmUpMs: 0 };

/** Answers a query with its number plus `more`, except where it finds nothing. */
function contender(name: string, more: number, nothing: readonly number[] = []) {
  const asked: number[] = [];
  const made: Contender<number | null> = {
    name,
    find: (query) => {
      asked.push(query);
      return nothing.includes(query) ? null : query + more;
    },
    cost: (answer) => answer,
  };
  return { ...made, asked };
}

describe('percentiles', () => {
  it('are those of the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentiles(hundred)).toEqual({ medianMs: 50, p95Ms: 95, p99Ms: 99 });
    expect(percentiles([3, 1, 2])).toEqual({ medianMs: 2, p95Ms: 3, p99Ms: 3 });
  });

  it('are 0 of nothing', () => {
    expect(percentiles([])).toEqual({ medianMs: 0, p95Ms: 0, p99Ms: 0 });
  });
});

describe('timeContenders', () => {
  it('asks everybody everything, in every repetition', () => {
    const [left, right] = [contender('left', 0), contender('right', 1)];
    const timed = timeContenders([left, right], OPTIONS);
    for (const { asked } of [left, right]) {
      for (let query = 0; query < OPTIONS.queries; query++) {
        expect(asked.filter((one) => one === query).length).toBeGreaterThanOrEqual(3);
      }
    }
    expect(timed.map(({ costs }) => costs[7])).toEqual([7, 8]);
    expect(timed[0]!.timesMs).toHaveLength(OPTIONS.queries);
  });
});

describe('contest', () => {
  it('adds up what answers cost above the reference, and counts what is found', () => {
    const rows = contest(
      'suite',
      [
        { contender: contender('first', 2, [4, 5]), aim: 'same' },
        { contender: contender('reference', 1), aim: 'same', isReference: true },
        { contender: contender('too cheap', 0), aim: 'same' },
        { contender: contender('alone', 9), aim: 'other' },
      ],
      OPTIONS,
    );
    expect(rows.map(({ found, excessMsat }) => [found, excessMsat])).toEqual([
      [28, 28],
      [30, 0],
      [30, -30],
      [30, 0],
    ]);
    expect(rows.map(({ search }) => search!.dearer)).toEqual([28, 0, 0, 0]);
    expect(rows[0]!.ratio).toBe(1);
  });

  it('takes the least that anybody found where there is no reference', () => {
    const rows = contest(
      'suite',
      [
        { contender: contender('first', 2), aim: 'same' },
        { contender: contender('second', 0, [0]), aim: 'same' },
      ],
      OPTIONS,
    );
    expect(rows.map(({ excessMsat }) => excessMsat)).toEqual([58, 0]);
  });
});
