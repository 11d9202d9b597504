import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EarningsLedger } from '../../src/interceptor/earnings-ledger.ts';
import { testSeed } from '../seeded-random.ts';
import { DAY_MS } from './any-forward.ts';

const TERMS = { stakeMsat: 1000n, earnedShare: 0.5, windowMs: DAY_MS };

describe('EarningsLedger', () => {
  it('gives a stake, and a part of what was earned, within the window', () => {
    const ledger = new EarningsLedger(TERMS);
    expect(ledger.roomMsat(0)).toBe(1000n);
    ledger.risk('a', 700n);
    expect(ledger.roomMsat(0)).toBe(300n);
    ledger.spend('a', 600n, 10);
    expect(ledger.roomMsat(10)).toBe(400n);
    ledger.earn(500n, 20);
    expect(ledger.roomMsat(20)).toBe(650n);
    ledger.risk('b', 2000n);
    expect(ledger.roomMsat(20)).toBe(0n);
    ledger.spend('b', 0n, 30);
    // What was spent a day ago is forgotten, and what was earned a moment later too.
    expect(ledger.roomMsat(10 + DAY_MS)).toBe(1250n);
    expect(ledger.roomMsat(20 + DAY_MS)).toBe(1000n);
  });

  it('expects of forwards what they have done', () => {
    const ledger = new EarningsLedger(TERMS);
    expect(ledger.settledShare).toBeCloseTo(0.8, 9);
    for (let i = 0; i < 200; i++) ledger.miss();
    expect(ledger.settledShare).toBeLessThan(0.02);
    for (let i = 0; i < 200; i++) ledger.earn(1n, i);
    expect(ledger.settledShare).toBeGreaterThan(0.97);
  });

  it('never lets more be spent in a day than the stake and the share of what the day has earned', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: DAY_MS / 4 }),
      wantMsat: fc.bigInt(0n, 3000n),
      fate: fc.constantFrom('saved', 'lost', 'not spent'),
      earnsMsat: fc.bigInt(0n, 4000n),
    });
    let refused = 0;
    const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const ledger = new EarningsLedger(TERMS);
      const spent: [number, bigint][] = [];
      const earned: [number, bigint][] = [];
      const within = (entries: [number, bigint][], nowMs: number): bigint =>
        entries
          .filter(([atMs]) => atMs > nowMs - DAY_MS && atMs <= nowMs)
          .reduce((sum, [, msat]) => sum + msat, 0n);
      let nowMs = 0;
      steps.forEach(({ waitMs, wantMsat, fate, earnsMsat }, i) => {
        nowMs += waitMs;
        const roomMsat = ledger.roomMsat(nowMs);
        if (wantMsat > roomMsat) {
          refused++;
          return;
        }
        ledger.risk(String(i), wantMsat);
        const costMsat = fate === 'not spent' ? 0n : wantMsat;
        ledger.spend(String(i), costMsat, nowMs);
        spent.push([nowMs, costMsat]);
        expect(within(spent, nowMs)).toBeLessThanOrEqual(1000n + within(earned, nowMs) / 2n);
        if (fate === 'saved') {
          ledger.earn(earnsMsat, nowMs);
          earned.push([nowMs, earnsMsat]);
        } else ledger.miss();
      });
    });
    fc.assert(property, { seed: testSeed(77), numRuns: 300 });
    expect(refused).toBeGreaterThan(100);
  });
});
