import { describe, expect, it } from 'vitest';
import { drawBalanceMsat } from '../../src/sim/hidden-balances.ts';
import { drawShare, valueAt } from '../../src/sim/mainnet-shape.ts';
import { SeededRandom } from '../../src/sim/random.ts';

describe('SeededRandom', () => {
  it('is xoshiro128**: known outputs from a known seed never change', () => {
    const random = new SeededRandom(1);
    const first = Array.from({ length: 4 }, () => random.uint32());
    const again = new SeededRandom('1');
    expect(Array.from({ length: 4 }, () => again.uint32())).toEqual(first);
    // Worked out with the published algorithm in another language.
    expect(first).toEqual([350175097, 640680501, 3603964963, 713971460]);
  });

  it('forks into streams that do not disturb each other', () => {
    const random = new SeededRandom(1);
    const fork = random.fork('a').bytes(8);
    random.uint32();
    expect(random.fork('a').bytes(8)).toEqual(fork);
    expect(random.fork('b').bytes(8)).not.toEqual(fork);
  });

  it('is even over its range', () => {
    const random = new SeededRandom(2);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    expect(() => random.below(0)).toThrow(RangeError);
  });

  it('shuffles without losing anything', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = [...items];
    new SeededRandom(3).shuffle(shuffled);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });
});

describe('hidden balances', () => {
  it('are half uniform, half close to one end', () => {
    const random = new SeededRandom(4);
    const capacitySat = 10_000_000n;
    const draws = Array.from({ length: 20_000 }, () =>
      Number(drawBalanceMsat(random, capacitySat)),
    );
    const capacityMsat = 1e10;
    expect(draws.every((balance) => balance >= 0 && balance <= capacityMsat)).toBe(true);
    const near = (share: number) =>
      draws.filter((b) => b < share * capacityMsat).length / draws.length;
    // 0.5 x 3 % uniform + 0.25 x (1 - 1/e) at this end of the bimodal half.
    expect(near(0.03)).toBeCloseTo(0.173, 1);
    expect(near(0.5)).toBeCloseTo(0.5, 1);
    expect(near(0.97) - near(0.03)).toBeCloseTo(0.654, 1);
  });

  it('fit into the smallest channels', () => {
    const random = new SeededRandom(5);
    for (let i = 0; i < 1000; i++) {
      const balance = drawBalanceMsat(random, 1n);
      expect(balance >= 0n && balance <= 1000n).toBe(true);
    }
  });
});

describe('tables', () => {
  it('are read along straight lines and in slices', () => {
    const table = [
      [0, 10],
      [0.5, 20],
      [0.5, 40],
      [1, 60],
    ] as const;
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => valueAt(table, share))).toEqual([
      10, 15, 20, 50, 60,
    ]);
    const shares = [
      [7, 0.25],
      [8, 0.5],
    ] as const;
    expect([0, 0.24, 0.25, 0.74, 0.75].map((unit) => drawShare(shares, unit))).toEqual([
      7, 7, 8, 8, 7,
    ]);
  });
});
