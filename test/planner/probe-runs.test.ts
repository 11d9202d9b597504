import { describe, expect, it } from 'vitest';
import { ProbeRuns } from '../../src/planner/probe-runs.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { START_MS } from './htlc-stories.ts';

interface Attempt {
  readonly sat: number;
  readonly passed: boolean;
  readonly atMs: number;
}

/** A search for a balance between 0 and `highSat`. */
function search(
  balanceSat: number,
  more: { highSat?: number; steps?: number; everyMs?: number } = {},
) {
  const attempts: Attempt[] = [];
  let [low, high] = [0, more.highSat ?? 8_000_000];
  for (let step = 0; step < (more.steps ?? 10); step++) {
    const sat = Math.round((low + high) / 2);
    const passed = sat <= balanceSat;
    attempts.push({ sat, passed, atMs: START_MS + step * (more.everyMs ?? 2_000) });
    if (passed) low = sat;
    else high = sat;
  }
  return attempts;
}

/** Places of the attempts that were recognised. */
function recognised(attempts: readonly Attempt[], runs = new ProbeRuns<number>()): number[] {
  return attempts
    .flatMap(({ sat, passed, atMs }, payment) =>
      runs.observe('pair', { amountMsat: sat * 1000, atMs, passed, payment }),
    )
    .sort((a, b) => a - b);
}

const every = (count: number): number[] => [...Array(count).keys()];

describe('a search for a balance', () => {
  it.each([0, 5, 1_000_000, 2_600_000, 4_000_000, 5_500_000, 7_990_000, 8_000_000])(
    'is recognised, from its first attempt, at %i sat',
    (balanceSat) => {
      expect(recognised(search(balanceSat))).toEqual(every(10));
    },
  );

  it('is recognised wherever the balance is', () => {
    const random = new SeededRandom('searches');
    for (let n = 0; n < 500; n++) {
      const found = recognised(search(random.below(8_000_001)));
      expect(found).toEqual(every(10));
    }
  });

  it('is recognised with the third middle, and not before', () => {
    expect(recognised(search(5_500_000, { steps: 3 }))).toEqual([]);
    expect(recognised(search(3_500_000, { steps: 4 }))).toEqual(every(4));
  });

  it('is taken for a payer that splits until there are more parts than lnd makes', () => {
    expect(recognised(search(0, { steps: 5 }))).toEqual([]);
    expect(recognised(search(0, { steps: 6 }))).toEqual(every(6));
  });

  it('is not recognised where it pauses for longer than a minute', () => {
    expect(recognised(search(5_500_000, { everyMs: 60_001 }))).toEqual([]);
    expect(recognised(search(5_500_000, { everyMs: 60_000 }))).toEqual(every(10));
  });

  it('is recognised among what others pay meanwhile', () => {
    const [first, second, ...others] = search(2_600_000);
    const payment = { sat: 123_456, passed: true, atMs: START_MS + 3_000 };
    const refused = { sat: 7_000_000, passed: false, atMs: START_MS + 3_500 };
    expect(recognised([first!, second!, payment, refused, ...others])).toEqual(
      every(12).filter((place) => place !== 2 && place !== 3),
    );
  });

  it('is one over two channels; over others it is another one', () => {
    const runs = new ProbeRuns<number>();
    for (const [payment, { sat, passed, atMs }] of search(2_600_000).entries()) {
      const attempt = { amountMsat: sat * 1000, atMs, passed, payment };
      expect(runs.observe(payment % 2 === 0 ? 'one' : 'other', attempt)).toEqual([]);
    }
  });
});

describe('payers', () => {
  it('are taken for a prober once in some hundred busy minutes at most', () => {
    const random = new SeededRandom('payers');
    const normal = (): number => {
      const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
      return radius * Math.cos(2 * Math.PI * random.unit());
    };
    let taken = 0;
    const attempts = 20_000;
    const runs = new ProbeRuns<number>();
    for (let n = 0; n < attempts; n++) {
      const sat = Math.round(20_000 * Math.exp(1.6 * normal()));
      // Ten a minute over the same two channels: large ones are refused, and a third of the others fails further down.
      const passed = sat < 60_000;
      if (passed && random.chance(0.67)) continue;
      const attempt = { amountMsat: sat * 1000, atMs: START_MS + n * 6_000, passed, payment: n };
      taken += runs.observe('pair', attempt).length;
    }
    // The stated error: some in a thousand.
    expect(taken / attempts).toBeLessThan(0.01);
  });
});

describe('memory', () => {
  it('is bounded: what was touched least recently goes', () => {
    const runs = new ProbeRuns<number>({ most: 2 });
    const attempts = search(2_600_000);
    for (const [payment, { sat, passed, atMs }] of attempts.entries()) {
      const attempt = { amountMsat: sat * 1000, atMs, passed, payment };
      for (const pair of ['a', 'b', 'c']) expect(runs.observe(pair, attempt)).toEqual([]);
    }
  });
});
