import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareWithSplice, splicePrice } from '../../src/planner/splice-price.ts';

describe('two splices', () => {
  it('cost their sizes at the fee rate, and say that this is an estimate', () => {
    expect(splicePrice(10)).toEqual({
      outFeeMsat: 1_900_000n,
      inFeeMsat: 2_500_000n,
      feeMsat: 4_400_000n,
      estimate: true,
    });
  });

  it('are rounded up to whole satoshis', () => {
    expect(splicePrice(1.001)).toMatchObject({ outFeeMsat: 191_000n, inFeeMsat: 251_000n });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('have no price at %s sat/vB', (rate) => {
    expect(() => splicePrice(rate)).toThrow(RangeError);
  });
});

describe('against a circle', () => {
  // 500 ppm of 5,000,000 sat are 2,500 sat; at 10 sat/vB both splices take 4,400.
  const circular = { amountMsat: 5_000_000_000n, feeMsat: 2_500_000n };

  it('cost more for little and less for much, with the break-even between', () => {
    const compared = compareWithSplice(circular, 10);
    expect(compared).toMatchObject({ cheaper: 'circular', breakEvenMsat: 8_800_000_000n });
    const more = { amountMsat: 10_000_000_000n, feeMsat: 5_000_000n };
    expect(compareWithSplice(more, 10)).toMatchObject({
      cheaper: 'splice',
      breakEvenMsat: 8_800_000_000n,
    });
    const even = { amountMsat: 8_800_000_000n, feeMsat: 4_400_000n };
    expect(compareWithSplice(even, 10).cheaper).toBe('same');
  });

  it('never pay off where the circle is free', () => {
    const free = { amountMsat: 5_000n, feeMsat: 0n };
    expect(compareWithSplice(free, 1)).toMatchObject({ cheaper: 'circular', breakEvenMsat: null });
  });

  it('are not compared with a move of nothing', () => {
    expect(() => compareWithSplice({ amountMsat: 0n, feeMsat: 1n }, 1)).toThrow(RangeError);
    expect(() => compareWithSplice({ amountMsat: 1n, feeMsat: -1n }, 1)).toThrow(RangeError);
  });

  it('break even at the least amount whose share of the circular fee pays for them', () => {
    const move = fc.record({
      amountMsat: fc.bigInt({ min: 1n, max: 10n ** 12n }),
      feeMsat: fc.bigInt({ min: 1n, max: 10n ** 10n }),
      rate: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
    });
    fc.assert(
      fc.property(move, ({ amountMsat, feeMsat, rate }) => {
        const { splice, breakEvenMsat } = compareWithSplice({ amountMsat, feeMsat }, rate);
        const pays = (amount: bigint): boolean => amount * feeMsat >= splice.feeMsat * amountMsat;
        expect(pays(breakEvenMsat!)).toBe(true);
        expect(pays(breakEvenMsat! - 1n)).toBe(false);
      }),
      { seed: 20_261_124, numRuns: 500 },
    );
  });
});
