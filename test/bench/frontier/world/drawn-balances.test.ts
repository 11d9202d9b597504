import { describe, expect, it } from 'vitest';
import type { BalanceHistory } from '../../../../bench/frontier/world/balance-history.ts';
import {
  bimodalShare,
  type DrawShare,
  drawnBalances,
  uniformShare,
} from '../../../../bench/frontier/world/drawn-balances.ts';
import { DAY_MS, STEP_MS } from '../../../../bench/frontier/world/sequence.ts';
import { SeededRandom } from '../../../../src/sim/random.ts';
import { testSeed } from '../../../seeded-random.ts';

const CHANNELS = 20_000;
const USABLE_MSAT = 2_000_000_000;
const DAY = DAY_MS / STEP_MS;

function drawn(draw: DrawShare, steps: number): BalanceHistory {
  const usableMsat = new Float64Array(CHANNELS).fill(USABLE_MSAT);
  return drawnBalances({ usableMsat, draw, steps, random: new SeededRandom(testSeed(1)) });
}

function sharesAt(history: BalanceHistory, step: number): number[] {
  const shares = history.shareMsat.slice();
  for (let i = 0; history.eventStep[i]! <= step; i++) {
    shares[history.eventSlot[i]!] = history.eventShareMsat[i]!;
  }
  return Array.from(shares, (share) => share / USABLE_MSAT);
}

const shareOf = (values: readonly number[], holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length;

describe('drawn balances', () => {
  it('are uniform, at the start and after days of drift', () => {
    const history = drawn(uniformShare, 8 * DAY);
    for (const step of [0, 8 * DAY - 1]) {
      const shares = sharesAt(history, step);
      for (const below of [0.1, 0.5, 0.9]) {
        expect(Math.abs(shareOf(shares, (share) => share < below) - below)).toBeLessThan(0.02);
      }
    }
  });

  it('are bimodal: as many near either end as the exponential has', () => {
    const scale = 300_000_000;
    const history = drawn(bimodalShare(scale), 8 * DAY);
    for (const step of [0, 8 * DAY - 1]) {
      const shares = sharesAt(history, step);
      // Half of the channels lie on each side; of those, 1 - e^-1 are within one scale of the end, but for the cut.
      const near = (0.5 * (1 - Math.exp(-1))) / (1 - Math.exp(-USABLE_MSAT / scale));
      expect(Math.abs(shareOf(shares, (share) => share < 0.15) - near)).toBeLessThan(0.02);
      expect(Math.abs(shareOf(shares, (share) => share > 0.85) - near)).toBeLessThan(0.02);
    }
  });

  it('are drawn anew after four days on average', () => {
    const history = drawn(uniformShare, 4 * DAY);
    const renewed = new Set(history.eventSlot);
    expect(Math.abs(renewed.size / CHANNELS - (1 - Math.exp(-1)))).toBeLessThan(0.02);
    expect(history.eventRenews.every((renews) => renews === 1)).toBe(true);
    expect([...history.eventStep]).toEqual([...history.eventStep].sort((a, b) => a - b));
  });

  it('lie within the channel, in whole msat, and follow from the seed', () => {
    const history = drawn(bimodalShare(1_000_000_000), 10);
    for (const share of history.shareMsat) {
      expect(Number.isSafeInteger(share) && share >= 0 && share <= USABLE_MSAT).toBe(true);
    }
    expect(drawn(bimodalShare(1_000_000_000), 10)).toEqual(history);
  });
});
