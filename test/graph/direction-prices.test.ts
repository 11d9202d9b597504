import { describe, expect, it } from 'vitest';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';

const FEWEST_NOTED = 64;

describe('prices of directions', () => {
  it('begin at nothing, or at a copy of what is given', () => {
    expect([...new DirectionPrices(3).values]).toEqual([0, 0, 0]);
    const given = Float64Array.of(1, 2.5, Number.POSITIVE_INFINITY);
    const prices = new DirectionPrices(given);
    given[0] = 9;
    expect([...prices.values]).toEqual([1, 2.5, Number.POSITIVE_INFINITY]);
    expect([prices.version, prices.directions]).toEqual([0, 3]);
  });

  it('tell what has changed since a version, in the order of the changes', () => {
    const prices = new DirectionPrices(10);
    prices.set(7, 5);
    prices.set(2, 1);
    const between = prices.version;
    prices.set(7, 0);
    prices.set(9, Number.POSITIVE_INFINITY);
    expect(prices.changedSince(0)).toEqual([7, 2, 7, 9]);
    expect(prices.changedSince(between)).toEqual([7, 9]);
    expect(prices.changedSince(prices.version)).toEqual([]);
    expect([...prices.values]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, Number.POSITIVE_INFINITY]);
  });

  it('take the same price again for no change', () => {
    const prices = new DirectionPrices(Float64Array.of(4, Number.POSITIVE_INFINITY));
    prices.set(0, 4);
    prices.set(1, Number.POSITIVE_INFINITY);
    expect(prices.version).toBe(0);
  });

  it('say that all may have changed where it was too much to note', () => {
    const prices = new DirectionPrices(8);
    for (let i = 0; i < FEWEST_NOTED; i++) prices.set(i % 8, i + 1);
    expect(prices.changedSince(0)).toHaveLength(FEWEST_NOTED);
    prices.set(3, 0);
    expect(prices.changedSince(0)).toBe('all');
    expect(prices.changedSince(1)).toHaveLength(FEWEST_NOTED);
    expect(prices.changedSince(prices.version - 2)).toEqual([7, 3]);
  });

  it('note an eighth of the directions where there are many', () => {
    const prices = new DirectionPrices(8000);
    for (let i = 0; i < 1000; i++) prices.set(i, 1);
    expect(prices.changedSince(0)).toHaveLength(1000);
    prices.set(0, 2);
    expect(prices.changedSince(0)).toBe('all');
  });

  it('refuse what is no price, and directions that there are not', () => {
    const prices = new DirectionPrices(2);
    for (const price of [-1, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(() => prices.set(1, price)).toThrow(/price of direction 1 is .*must not be negative/);
      expect(() => new DirectionPrices(Float64Array.of(0, price))).toThrow(/direction 1/);
    }
    for (const direction of [2, -1, 0.5]) {
      expect(() => prices.set(direction, 1)).toThrow(/no direction .* among 2 prices/);
    }
    expect(prices.version).toBe(0);
  });
});
