import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EVIDENCE } from '../../../src/liquidity/evidence.ts';
import type { CorridorQuery } from '../../../src/liquidity/liquidity-model.ts';
import { MixtureModel } from '../../../src/liquidity/models/mixture.ts';
import { HOUR_MS } from '../../../src/units/time.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { corridor, fallsWithAmount } from '../any-evidence.ts';
import { NOW_MS } from '../lnd-vectors.ts';

const CAPACITY_MSAT = 4e9;
const SCALES = 4;
const ends = (share: number): number[] => Array.from({ length: SCALES }, () => share / SCALES);
const evenModel = () =>
  new MixtureModel({ startingShares: { even: 1, ends: ends(0), drainOdds: 1 } });

const one = (evidence = NO_EVIDENCE): CorridorQuery =>
  corridor({ capacitiesSat: [CAPACITY_MSAT / 1000], evidence });
const now = (low: number, high: number) => ({
  lowMsat: low,
  lowAtMs: low > 0 ? NOW_MS : 0,
  highMsat: high,
  highAtMs: Number.isFinite(high) ? NOW_MS : 0,
});

describe('a mixture of shapes', () => {
  it('of even balances alone is uniform between its bounds', () => {
    const model = evenModel();
    expect(model.probability(one(), 1e9, NOW_MS)).toBeCloseTo(0.75, 12);
    expect(model.probability(one(now(1e9, 3e9)), 2e9, NOW_MS)).toBeCloseTo(0.5, 12);
    expect(model.probability(one(now(1e9, 3e9)), 1e9, NOW_MS)).toBe(1);
    expect(model.probability(one(now(1e9, 3e9)), 3e9, NOW_MS)).toBe(0);
  });

  it('takes what the way back lacks for what this way has', () => {
    const reverse = now(0, 1e9);
    const query = { ...one(), reverse };
    // 3e9 less both reserves is here for certain.
    expect(evenModel().probability(query, 2.9e9, NOW_MS)).toBe(1);
    expect(evenModel().probability({ ...one(), reverse: now(1e9, Infinity) }, 3.1e9, NOW_MS)).toBe(
      0,
    );
  });

  it('asks all parallel channels', () => {
    const query = corridor({ capacitiesSat: [4e6, 4e6] });
    expect(evenModel().probability(query, 1e9, NOW_MS)).toBeCloseTo(1 - 0.25 ** 2, 12);
  });

  it('forgets as time passes', () => {
    const model = new MixtureModel({ fadingMs: 1_000 });
    const query = one(now(0, 1e8));
    const prior = model.probability(one(), 1e9, NOW_MS);
    expect(model.probability(query, 1e9, NOW_MS)).toBe(0);
    expect(model.probability(query, 1e9, NOW_MS + 1_000)).toBeCloseTo(
      prior * (1 - Math.exp(-1)),
      12,
    );
    expect(model.probability(query, 1e9, NOW_MS + 1e6)).toBeCloseTo(prior, 12);
  });

  it('never says that more passes more easily', () => {
    fc.assert(fallsWithAmount(new MixtureModel()), { seed: 20261121, numRuns: 2_000 });
  });
});

/** Draws balances from the shapes themselves, not from their formulas. */
function drawBalance(random: SeededRandom, shares: { even: number; scaleMsat: number }): number {
  if (random.chance(shares.even)) return random.next() * CAPACITY_MSAT;
  for (;;) {
    const off = -shares.scaleMsat * Math.log(1 - random.next());
    if (off < CAPACITY_MSAT) return random.chance(0.5) ? off : CAPACITY_MSAT - off;
  }
}

describe('against draws', () => {
  it('gives the share of balances that pass, given what is known', () => {
    const random = new SeededRandom(testSeed(41));
    const model = new MixtureModel({
      startingShares: { even: 0.4, ends: [0, 0.6, 0, 0], drainOdds: 1 },
    });
    const drawn = Array.from({ length: 200_000 }, () =>
      drawBalance(random, { even: 0.4, scaleMsat: 3e8 }),
    );
    for (const [low, high] of [
      [0, Infinity],
      [2e8, Infinity],
      [0, 1e9],
      [5e8, 3.5e9],
    ] as const) {
      const within = drawn.filter((balance) => balance >= low && balance < high);
      for (const amount of [2.5e8, 6e8, 9e8]) {
        const share = within.filter((balance) => balance >= amount).length / within.length;
        const p = model.probability(one(now(low, high)), amount, NOW_MS);
        expect(Math.abs(p - share)).toBeLessThan(0.015);
      }
    }
  });

  it('learns from attempts which shapes there are', () => {
    for (const even of [1, 0]) {
      const random = new SeededRandom(testSeed(42));
      const model = new MixtureModel();
      for (let i = 0; i < 3_000; i++) {
        const balance = drawBalance(random, { even, scaleMsat: 1e8 });
        const amountMsat = random.next() * CAPACITY_MSAT;
        model.learn(one(), { amountMsat, passed: balance >= amountMsat }, NOW_MS);
      }
      const [few, most] = [0.2, 0.8].map((part) =>
        model.probability(one(), CAPACITY_MSAT * part, NOW_MS),
      );
      // Even balances: 0.8 and 0.2. At the ends: a half each.
      if (even === 1) expect(few! - most!).toBeGreaterThan(0.4);
      else expect(few! - most!).toBeLessThan(0.15);
    }
  });

  it('learns that the cheaper way is drained, and the dearer one full', () => {
    const random = new SeededRandom(testSeed(43));
    const model = new MixtureModel();
    const leaning = (lean: number) => ({ ...one(), leans: [lean] });
    for (let i = 0; i < 1_000; i++) {
      const passed = random.chance(0.1);
      model.learn(leaning(-2), { amountMsat: 1e9, passed }, NOW_MS);
    }
    expect(model.probability(leaning(-2), 1e9, NOW_MS)).toBeLessThan(0.2);
    expect(model.probability(leaning(2), 1e9, NOW_MS)).toBeGreaterThan(0.6);
    const before = new MixtureModel().probability(leaning(0), 1e9, NOW_MS);
    expect(Math.abs(model.probability(leaning(0), 1e9, NOW_MS) - before)).toBeLessThan(0.1);
  });

  it('learns how fast bounds stop being true', () => {
    for (const [minutes, isStale] of [
      [20, true],
      [20_000, false],
    ] as const) {
      const random = new SeededRandom(testSeed(44));
      const model = new MixtureModel();
      const failed = one(now(0, 1e8));
      for (let i = 0; i < 1_000; i++) {
        const ageMs = random.next() * 6 * HOUR_MS;
        const isAnother = random.next() >= Math.exp(-ageMs / (minutes * 60_000));
        const balance = isAnother ? drawBalance(random, { even: 1, scaleMsat: 1e8 }) : 0;
        model.learn(failed, { amountMsat: 5e8, passed: balance >= 5e8 }, NOW_MS + ageMs);
      }
      const later = model.probability(failed, 5e8, NOW_MS + 2 * HOUR_MS);
      if (isStale) expect(later).toBeGreaterThan(0.6);
      else expect(later).toBeLessThan(0.15);
      const again = new MixtureModel();
      again.restore(model.state());
      expect(again.probability(failed, 5e8, NOW_MS + 2 * HOUR_MS)).toBeCloseTo(later, 1);
    }
  });

  it('takes a state that was stored before fading was learnt', () => {
    const model = new MixtureModel();
    for (let i = 0; i < 200; i++) model.learn(one(), { amountMsat: 1e9, passed: true }, NOW_MS);
    const shapes = model.state().slice(0, -5);
    const other = new MixtureModel();
    other.restore(shapes);
    expect(other.probability(one(), 1e9, NOW_MS)).toBeGreaterThan(0.63);
    const failed = one(now(0, 1e8));
    expect(other.probability(failed, 1e8, NOW_MS + HOUR_MS)).toBeCloseTo(
      new MixtureModel().probability(failed, 1e8, NOW_MS + HOUR_MS),
      1,
    );
  });

  it('is the same after it was stored, and refuses what it did not store', () => {
    const model = new MixtureModel();
    for (let i = 0; i < 200; i++) model.learn(one(), { amountMsat: 1e9, passed: true }, NOW_MS);
    const other = new MixtureModel();
    other.restore([1, 2, 3]);
    expect(other.probability(one(), 1e9, NOW_MS)).toBe(
      new MixtureModel().probability(one(), 1e9, NOW_MS),
    );
    other.restore(model.state());
    const again = new MixtureModel();
    again.restore(other.state());
    expect(again.probability(one(), 1e9, NOW_MS)).toBe(other.probability(one(), 1e9, NOW_MS));
    expect(other.probability(one(), 1e9, NOW_MS)).toBeGreaterThan(0.63);
    again.forget();
    expect(again.probability(one(), 1e9, NOW_MS)).toBe(
      new MixtureModel().probability(one(), 1e9, NOW_MS),
    );
  });
});
