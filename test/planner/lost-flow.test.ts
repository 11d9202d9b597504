import { describe, expect, it } from 'vitest';
import { chanceOfLoss, expectedLossMsat, type NetFlow } from '../../src/planner/lost-flow.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const flow = (driftMsat: number, spreadMsat: number): NetFlow => ({ driftMsat, spreadMsat });

describe('a steady outflow', () => {
  it('loses what the balance does not cover', () => {
    expect(expectedLossMsat(flow(700, 0), 200)).toBe(500);
    expect(expectedLossMsat(flow(700, 0), 700)).toBe(0);
    expect(expectedLossMsat(flow(-700, 0), 0)).toBe(0);
    expect(expectedLossMsat(flow(700, 0), -50)).toBe(700);
  });

  it('makes the last unit worth all or nothing', () => {
    expect(chanceOfLoss(flow(700, 0), 699)).toBe(1);
    expect(chanceOfLoss(flow(700, 0), 700)).toBe(0);
  });
});

describe('an outflow with chance in it', () => {
  it('without drift loses 2 s (density - z tail), by hand', () => {
    // From 0 the highest point is as large as the end: the mean of its size, s x sqrt(2 / pi).
    expect(expectedLossMsat(flow(0, 100), 0)).toBeCloseTo(100 * Math.sqrt(2 / Math.PI), 9);
    // At one spread: 2 x 100 x (0.24197 - 0.15866).
    expect(expectedLossMsat(flow(0, 100), 100)).toBeCloseTo(16.663, 3);
    expect(chanceOfLoss(flow(0, 100), 100)).toBeCloseTo(0.31731, 5);
  });

  it('comes to the steady one as the spread shrinks', () => {
    for (const drift of [-700, 700]) {
      const steady = expectedLossMsat(flow(drift, 0), 300);
      expect(expectedLossMsat(flow(drift, 1e-3), 300)).toBeCloseTo(steady, 6);
    }
  });

  it('passes smoothly from no drift to a little', () => {
    const at = (drift: number): number => expectedLossMsat(flow(drift, 1), 0.7);
    expect(at(0.99e-5)).toBeCloseTo(at(1.01e-5), 4);
    expect(at(-0.99e-5)).toBeCloseTo(at(-1.01e-5), 4);
  });

  it('is worth ever less balance, never nothing to lose, and the slope is the chance', () => {
    const seed = testSeed(77_001);
    const random = new SeededRandom(seed);
    for (let i = 0; i < 2000; i++) {
      const spread = 10 ** (6 * random.next());
      const some = flow((random.next() - 0.5) * 20 * spread, spread);
      const balance = random.next() * 10 * spread;
      const step = spread * 1e-4;
      const [a, b, c] = [0, step, 2 * step].map((more) => expectedLossMsat(some, balance + more));
      const tiny = 1e-9 * (spread + Math.abs(some.driftMsat));
      expect(a).toBeGreaterThanOrEqual(0);
      expect(b).toBeLessThanOrEqual(a! + tiny);
      expect(a! - b!).toBeGreaterThanOrEqual(b! - c! - tiny);
      expect((a! - c!) / (2 * step)).toBeCloseTo(chanceOfLoss(some, balance + step), 3);
    }
  });

  it('agrees with a channel that payments run through, one by one', () => {
    const seed = testSeed(77_002);
    const cases = [
      { out: 400, in: 400, balance: 30 },
      { out: 460, in: 400, balance: 40 },
      { out: 400, in: 460, balance: 10 },
    ];
    for (const { out, in: back, balance } of cases) {
      const random = new SeededRandom(seed);
      const runs = 4000;
      let lost = 0;
      for (let run = 0; run < runs; run++) lost += lostIn(random, { out, back, balance });
      const spread = Math.sqrt(out + back);
      const expected = expectedLossMsat(flow(out - back, spread), balance);
      // Payments have a size, which motion has not: it loses up to half a payment more or less.
      expect(Math.abs(lost / runs - expected)).toBeLessThan(0.06 * expected + 0.8);
    }
  });
});

/** Payments of 1, as many out and in as drawn, in any order; those that find the balance empty are lost. */
function lostIn(
  random: SeededRandom,
  terms: { readonly out: number; readonly back: number; readonly balance: number },
): number {
  const { out, back } = terms;
  let [balance, lost] = [terms.balance, 0];
  let time = 0;
  for (;;) {
    time += -Math.log(1 - random.next()) / (out + back);
    if (time > 1) return lost;
    if (!random.chance(out / (out + back))) balance++;
    else if (balance > 0) balance--;
    else lost++;
  }
}
