import { describe, expect, it } from 'vitest';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { LiquidityBook } from '../../src/liquidity/liquidity-book.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import { graphOf, nodeIdOf } from '../graph/make-graph.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const NODES = 8;
const SELF = nodeIdOf(1);
const START_MS = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;
const HOUR = 60 * 60 * 1000;

function randomSnapshot(random: SeededRandom): GraphSnapshot {
  const channels = Array.from({ length: 24 }, (_, i) => {
    const from = random.between(1, NODES);
    const to = ((from + random.between(1, NODES - 1) - 1) % NODES) + 1;
    return {
      id: i + 1,
      ends: [from, to] as const,
      capacitySat: BigInt(random.pick([500_000, 2_000_000, 5_000_000])),
      policy1: random.chance(0.1) ? null : { feeRatePpm: random.between(0, 1_000) },
      policy2: { feeRatePpm: random.between(0, 1_000), disabled: random.chance(0.1) },
    };
  });
  return graphOf(channels).snapshot();
}

function randomFact(random: SeededRandom): LiquidityFact {
  const from = random.between(1, NODES);
  const to = ((from + random.between(1, NODES - 1) - 1) % NODES) + 1;
  const pair = { from: nodeIdOf(from), to: nodeIdOf(to) };
  const kind = random.pick(['carried', 'lacked', 'moved', 'suspect'] as const);
  const amountMsat = BigInt(random.between(1, 3_000)) * 1_000_000n;
  return kind === 'suspect' ? { kind, ...pair } : { kind, ...pair, amountMsat };
}

describe('prices kept up to date', () => {
  it('are those of a book that was asked only now, whatever has happened', () => {
    const random = new SeededRandom(testSeed(51));
    for (let round = 0; round < 20; round++) {
      const snapshot = randomSnapshot(random);
      const book = new LiquidityBook();
      const asked = {
        snapshot,
        self: SELF,
        amountMsat: random.pick([1e8, 1e9]),
        weightMsat: 10_000,
      };
      let nowMs = START_MS;
      for (let step = 0; step < 40; step++) {
        nowMs += random.pick([1_000, HOUR]);
        const event = random.between(0, 9);
        if (event === 0)
          book.hold('one', [{ from: nodeIdOf(2), to: nodeIdOf(3), amountMsat: 300_000_000n }]);
        else if (event === 1) book.release('one');
        else if (event === 2 && random.chance(0.1)) book.forget();
        else book.observe([randomFact(random), randomFact(random)], { atMs: nowMs, snapshot });
        const kept = book.prices({ ...asked, nowMs });
        for (let direction = 0; direction < kept.directions; direction++) {
          const [from, to] = [snapshot.from(direction), snapshot.to(direction)].map((node) => {
            return snapshot.nodeId(node);
          });
          const price = kept.values[direction]!;
          if (from === SELF || to === SELF) {
            expect(price).toBe(0);
            continue;
          }
          // Evidence fades by the minute.
          const [then, now] = [nowMs - MINUTE_MS, nowMs].map((atMs) =>
            book.probability(
              {
                from: from!,
                to: to!,
                amountMsat: BigInt(asked.amountMsat),
                channelId: snapshot.channelId(direction >> 1),
              },
              { snapshot, nowMs: atMs },
            ),
          );
          // Nothing could forward there, so nothing is priced.
          if (now === 0 && Math.abs(price - asked.weightMsat * Math.LN2) < 1) continue;
          const [one, other] = [then!, now!].map(
            (p) => -asked.weightMsat * Math.log(Math.max(1e-3, p)),
          );
          expect(price).toBeGreaterThan(Math.min(one!, other!) - 1e-3 * asked.weightMsat);
          expect(price).toBeLessThan(Math.max(one!, other!) + 1e-3 * asked.weightMsat);
        }
      }
    }
  });

  it('change in place where little was learnt, so that a search can follow', () => {
    const snapshot = randomSnapshot(new SeededRandom(1));
    const book = new LiquidityBook();
    const asked = { snapshot, self: SELF, amountMsat: 1e8, weightMsat: 10_000, nowMs: START_MS };
    const prices = book.prices(asked);
    const before = prices.version;
    const [from, to] = [snapshot.nodeId(snapshot.from(0)), snapshot.nodeId(snapshot.to(0))];
    book.observe([{ kind: 'lacked', from, to, amountMsat: 1_000n }], { atMs: START_MS });
    expect(book.prices(asked)).toBe(prices);
    if (from !== SELF && to !== SELF) expect(prices.version).toBeGreaterThan(before);
  });
});
