import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyRow, fade, note } from '../../../src/liquidity/ldk/bucket-row.ts';
import { historyProbability, pairWeights } from '../../../src/liquidity/ldk/history-probability.ts';
import { LDK_DECAY } from '../../../src/liquidity/ldk/parameters.ts';
import {
  BUCKET_STARTS,
  BUCKETS,
  bucketOf,
  TICKS,
  tickOf,
} from '../../../src/liquidity/ldk/positions.ts';
import { ScoredChannel } from '../../../src/liquidity/ldk/scored-channel.ts';
import { testSeed } from '../../seeded-random.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the buckets', () => {
  it('cover the channel, narrow at both ends', () => {
    expect(BUCKET_STARTS[BUCKETS]).toBe(TICKS);
    expect([0, 1, 2, 3, 8192, 16_382, 16_383].map(bucketOf)).toEqual([0, 1, 2, 2, 16, 30, 31]);
    const widths = Array.from(
      { length: BUCKETS },
      (_, i) => BUCKET_STARTS[i + 1]! - BUCKET_STARTS[i]!,
    );
    expect(widths).toEqual(widths.toReversed());
  });

  it("stand where LDK's own test has them, and fade as there", () => {
    // LDK: `scoring.rs`, `historical_liquidity_bucket_decay`.
    const row = emptyRow();
    note(row, 100, 1000);
    expect([...row.entries()].filter(([, times]) => times > 0)).toEqual([[11, 32]]);
    fade(row, 2);
    expect(row[11]).toBe(8);
  });

  it('never overflow', () => {
    const row = emptyRow();
    for (let i = 0; i < 200_000; i++) note(row, 0, 1000);
    // LDK names the point where a further time and the fading balance: 63,457 before it is added.
    expect(row[0]).toBe(63_457 + 32);
  });

  it('place amounts exactly that no double product holds', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 53n - 2n), fc.bigInt(0n, 2n ** 53n - 2n), (one, other) => {
        const [amount, capacity] = one < other ? [one, other] : [other, one];
        const tick = Number((amount * BigInt(TICKS)) / (capacity + 1n));
        expect(tickOf(Number(amount), Number(capacity))).toBe(tick);
      }),
      { seed: testSeed(607) },
    );
  });
});

describe('a channel', () => {
  const at = (amountMsat: number, nowMs = 0) => ({ amountMsat, capacityMsat: 1000, nowMs });

  it("halves its bounds every half-life, as LDK's documentation has it", () => {
    const channel = ScoredChannel.fresh(0);
    channel.carried(0, { amountMsat: 200_000, capacityMsat: 1_000_000, nowMs: 0 });
    channel.lacked(0, { amountMsat: 600_000, capacityMsat: 1_000_000, nowMs: 0 });
    channel.pass(LDK_DECAY.boundsHalfLifeMs, LDK_DECAY);
    expect(channel.minMsat(0)).toBe(100_000);
    expect(channel.maxMsat(0, 1_000_000)).toBe(800_000);
  });

  it('shows the other way what one way learns', () => {
    const channel = ScoredChannel.fresh(0);
    channel.carried(0, at(300));
    expect([channel.minMsat(1), channel.maxMsat(1, 1000)]).toEqual([0, 700]);
    channel.lacked(1, at(600));
    expect([channel.minMsat(0), channel.maxMsat(0, 1000)]).toEqual([400, 1000]);
  });

  it('drops a bound that the newer one contradicts', () => {
    const channel = ScoredChannel.fresh(0);
    channel.carried(0, at(500));
    channel.lacked(0, at(300));
    expect([channel.minMsat(0), channel.maxMsat(0, 1000)]).toEqual([0, 300]);
    channel.carried(0, at(400));
    expect([channel.minMsat(0), channel.maxMsat(0, 1000)]).toEqual([400, 1000]);
  });

  it('moves what was settled to the other side', () => {
    const channel = ScoredChannel.fresh(0);
    channel.moved(0, at(400));
    expect([channel.maxMsat(0, 1000), channel.minMsat(1)]).toEqual([600, 400]);
  });

  it('is forgotten only when its history has faded too', () => {
    const channel = ScoredChannel.fresh(0);
    channel.lacked(0, at(300));
    expect(channel.pass(DAY_MS, LDK_DECAY)).toBe(true);
    expect(channel.state.offsetsMsat).toEqual([0, 0]);
    expect(channel.pass(10 * 14 * DAY_MS, LDK_DECAY)).toBe(false);
  });

  it('comes back from its state as it was', () => {
    const channel = ScoredChannel.fresh(5);
    channel.lacked(0, at(300, 7));
    channel.carried(1, at(100, 9));
    const copy = new ScoredChannel(channel.state);
    expect(copy.state).toEqual(channel.state);
    copy.lacked(0, at(10, 11));
    expect(copy.state).not.toEqual(channel.state);
  });

  it('gives probabilities from 0 to 1 that fall with the amount, whatever its history', () => {
    const row = fc.uint16Array({ minLength: BUCKETS, maxLength: BUCKETS });
    const amount = fc.nat(999_999);
    fc.assert(
      fc.property(row, row, amount, amount, (lower, upper, one, other) => {
        const history = { lower, upper, weights: pairWeights(lower, upper) };
        const [likelier, rarer] = [Math.min(one, other), Math.max(one, other)].map((amountMsat) =>
          historyProbability(history, { amountMsat, capacityMsat: 1_000_000, linear: false }),
        );
        if (likelier === null || rarer === null) return likelier === rarer;
        return rarer! >= 0 && likelier! <= 1 + 1e-9 && rarer! <= likelier! + 1e-9;
      }),
      { seed: testSeed(608), numRuns: 300 },
    );
  });

  it('has no history without a whole time in some pair of buckets', () => {
    const channel = ScoredChannel.fresh(0);
    const asked = { amountMsat: 100, capacityMsat: 1000, linear: false };
    expect(historyProbability(channel.history(0), asked)).toBeNull();
    channel.carried(0, at(500));
    expect(historyProbability(channel.history(0), asked)).toBe(1);
    expect(historyProbability(channel.history(0), { ...asked, amountMsat: 5000 })).toBeNull();
  });
});
