import { describe, expect, it } from 'vitest';
import { LDK_FEES_2024, LDK_FEES_2026 } from '../../../src/liquidity/ldk/parameters.ts';
import { penaltyMsat } from '../../../src/liquidity/ldk/penalty.ts';
import { ScoredChannel } from '../../../src/liquidity/ldk/scored-channel.ts';

/** 100,000 sat over channels of so many msat, before and after the change of defaults. */
const REALISTIC = [
  [950_000_000, 42_252, 211_262],
  [1_950_000_000, 36_005, 180_032],
  [2_950_000_000, 32_851, 164_259],
  [3_950_000_000, 30_832, 154_165],
  [4_950_000_000, 29_886, 149_434],
  [5_950_000_000, 28_939, 144_702],
  [6_950_000_000, 28_435, 142_178],
  [7_450_000_000, 27_993, 139_969],
  [8_950_000_000, 27_488, 137_446],
  [9_950_000_000, 27_047, 135_238],
] as const;

describe('the penalty of a channel', () => {
  const use = { way: 0, maxHtlcMsat: 1000, amountMsat: 100_000_000 } as const;

  it.each(REALISTIC)("is what LDK's own test has for %i msat", (capacityMsat, before, after) => {
    // LDK: `scoring.rs`, `scores_realistic_payments`, and the diff of 687b851b6.
    expect(penaltyMsat(undefined, { ...use, capacityMsat }, LDK_FEES_2024)).toBe(before);
    expect(penaltyMsat(undefined, { ...use, capacityMsat }, LDK_FEES_2026)).toBe(after);
  });

  it('adds a price for channels that are easy to probe', () => {
    const asked = { ...use, capacityMsat: 950_000_000 };
    const easy = penaltyMsat(undefined, { ...asked, maxHtlcMsat: 475_000_000 }, LDK_FEES_2026);
    expect(easy - penaltyMsat(undefined, asked, LDK_FEES_2026)).toBe(1250);
  });

  it('keeps an amount that is known to be too large for the last resort', () => {
    const capacityMsat = 1_000_000_000;
    const channel = ScoredChannel.fresh(0);
    channel.lacked(0, { amountMsat: 50_000_000, capacityMsat, nowMs: 0 });
    const penalty = (amountMsat: number, fees = LDK_FEES_2026): number =>
      penaltyMsat(channel, { ...use, capacityMsat, amountMsat }, fees);
    expect(penalty(50_000_001)).toBeGreaterThan(1e11);
    expect(penalty(50_000_000)).toBeLessThan(1e9);
    expect(penalty(50_000_000, LDK_FEES_2024)).toBeGreaterThan(1e11);
  });

  it('counts our own payments under way', () => {
    const asked = { ...use, capacityMsat: 950_000_000 };
    const alone = penaltyMsat(undefined, asked, LDK_FEES_2026);
    const beside = penaltyMsat(undefined, { ...asked, inFlightMsat: 500_000_000 }, LDK_FEES_2026);
    expect(beside).toBeGreaterThan(alone);
  });

  it('grows with the amount without rounding errors, up to amounts that no double product holds', () => {
    const capacityMsat = 2 ** 50;
    const fees = { ...LDK_FEES_2026, historicalPenaltyMultiplierMsat: 0 };
    const amountMsat = 2 ** 47 + 12_345;
    const steps = penaltyMsat(
      undefined,
      { ...use, capacityMsat, amountMsat: capacityMsat },
      { ...fees, basePenaltyAmountMultiplierMsat: 0, basePenaltyMsat: 0 },
    );
    const most = (BigInt(2 * 2048 * 6250) * BigInt(capacityMsat)) >> 31n;
    expect(BigInt(steps)).toBe(most);
    const base = penaltyMsat(
      undefined,
      { ...use, capacityMsat, amountMsat },
      { ...fees, basePenaltyMsat: 0, historicalPenaltyAmountMultiplierMsat: 0 },
    );
    expect(BigInt(base)).toBe((BigInt(655_360) * BigInt(amountMsat)) >> 30n);
  });
});
