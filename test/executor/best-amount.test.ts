import { describe, expect, it } from 'vitest';
import { type AmountChoice, amountsToTry, bestAmount } from '../../src/executor/best-amount.ts';
import type { ReliableResult } from '../../src/executor/search-reliably.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const COST_MSAT = 1_000;
const cost = (): number => COST_MSAT;
const choicesOf = (amounts: readonly bigint[]): AmountChoice[] =>
  amounts.map((amountMsat) => ({ amountMsat, maxFeeMsat: amountMsat / 1_000n }));

const best = (amounts: readonly bigint[], resultOf: (amountMsat: bigint) => ReliableResult) =>
  bestAmount(
    choicesOf(amounts),
    ({ amountMsat }) => ({ amountMsat, result: resultOf(amountMsat) }),
    cost,
  );

function route(probability: number, feeMsat: bigint): ReliableResult {
  const quote = {
    amountMsat: 0n,
    sentMsat: 0n,
    feeMsat,
    feePpm: 0,
    cltvBlocks: 0,
    hopCount: 0,
    onionBytes: 0,
  };
  return { kind: 'route', path: { hops: [] }, quote, costMsat: 0, proven: true, probability };
}

const none: ReliableResult = {
  kind: 'no_route',
  reason: { code: 'disconnected' },
  message: 'none',
  probability: 0,
};

describe('the amounts to choose among', () => {
  it('are halves in whole satoshis, and the least', () => {
    expect(amountsToTry(1_000_001n, 100_000n)).toEqual([
      1_000_001n,
      500_000n,
      250_000n,
      125_000n,
      100_000n,
    ]);
    expect(amountsToTry(5_000n, 5_000n)).toEqual([5_000n]);
    expect(amountsToTry(3_000n, 1n)).toEqual([3_000n, 1_000n, 1n]);
    expect(amountsToTry(1n, 1n)).toEqual([1n]);
    expect(amountsToTry(16_000_000n, 1_000n)).toEqual([
      16_000_000n,
      8_000_000n,
      4_000_000n,
      2_000_000n,
      1_000n,
    ]);
  });
});

describe('the best amount', () => {
  it('is the largest where all are certain', () => {
    const chosen = best([8_000_000n, 4_000_000n], () => route(1, 100n));
    expect(chosen.amountMsat).toBe(8_000_000n);
  });

  it('is a smaller one where the larger hardly passes', () => {
    const chances = new Map([
      [8_000_000n, 0.1],
      [4_000_000n, 0.6],
      [2_000_000n, 0.7],
    ]);
    const chosen = best([...chances.keys()], (a) => route(chances.get(a)!, 0n));
    expect(chosen.amountMsat).toBe(4_000_000n);
  });

  it('is the largest where the limit leaves no gain, or is the same for all', () => {
    const amounts = [8_000_000n, 4_000_000n];
    const free = bestAmount(
      amounts.map((amountMsat) => ({ amountMsat, maxFeeMsat: 0n })),
      ({ amountMsat }) => ({ amountMsat, result: route(0.5, 0n) }),
      cost,
    );
    expect(free.amountMsat).toBe(8_000_000n);
    const alike = bestAmount(
      amounts.map((amountMsat) => ({ amountMsat, maxFeeMsat: 9_000n })),
      ({ amountMsat }) => ({ amountMsat, result: route(0.9, amountMsat / 10_000n) }),
      cost,
    );
    expect(alike.amountMsat).toBe(8_000_000n);
  });

  it('names the largest where there is no route at all', () => {
    const chosen = best([8_000_000n, 4_000_000n], () => none);
    expect(chosen).toEqual({ amountMsat: 8_000_000n, result: none });
  });

  it('is what looking at every amount gives, with fewer searches', () => {
    const random = new SeededRandom(testSeed(6));
    let searched = 0;
    for (let round = 0; round < 500; round++) {
      const amounts = amountsToTry(BigInt(random.between(1_000_000, 1e10)), 1_000n);
      const results = new Map(
        amounts.map((amount) => [
          amount,
          random.chance(0.2)
            ? none
            : route(random.next(), BigInt(random.between(0, Number(amount) / 2_000))),
        ]),
      );
      const gainOf = (amount: bigint): number => {
        const result = results.get(amount)!;
        if (result.kind === 'no_route') return Number.NEGATIVE_INFINITY;
        const { probability: p } = result;
        return p * (Number(amount) / 1_000 - Number(result.quote.feeMsat)) - (1 - p) * COST_MSAT;
      };
      const chosen = best(amounts, (amount) => {
        searched++;
        return results.get(amount)!;
      });
      const most = Math.max(...amounts.map(gainOf));
      if (most > 0) expect(gainOf(chosen.amountMsat)).toBeCloseTo(most, -1);
      const routed = amounts.find((amount) => results.get(amount)!.kind === 'route');
      if (most <= 0 && routed !== undefined) expect(chosen.amountMsat).toBe(routed);
    }
    expect(searched).toBeLessThan(500 * 5);
  });
});
