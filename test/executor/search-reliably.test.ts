import { describe, expect, it } from 'vitest';
import { searchReliably } from '../../src/executor/search-reliably.ts';
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import { everyCircle } from '../pathfinder/every-circle.ts';
import { REGIMES, randomCircle } from '../pathfinder/random-circle.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const CASES = 400;
const FREE = { timeLockRiskPpb: 0 };

/** An attempt's -ln P, the same for all channels between two nodes. */
const unlikelihood = (from: number, to: number): number => ((from * 31 + to * 17) % 7) / 3;

describe('the circle that costs least with its failed attempts', () => {
  it('is within a few per cent of the best of all circles, and mostly that', () => {
    const random = new SeededRandom(testSeed(20261121));
    let [found, best] = [0, 0];
    for (let i = 0; i < CASES; i++) {
      const circle = randomCircle(random, REGIMES[0]!);
      const { graph, self, amountMsat } = circle;
      const snapshot = graph.snapshot();
      const attemptCostMsat = Math.max(1_000, Number(amountMsat) * random.pick([1e-4, 1e-3, 1e-2]));
      const values = new Float64Array(2 * snapshot.channelSlots);
      for (let d = 0; d < values.length; d++) {
        values[d] = unlikelihood(snapshot.from(d), snapshot.to(d));
      }
      const result = searchReliably(
        snapshot,
        {
          self,
          amountMsat,
          cost: FREE,
          ...(circle.outChannels && { outChannels: circle.outChannels }),
          ...(circle.inChannels && { inChannels: circle.inChannels }),
        },
        { attemptCostMsat, prices: (weight) => new DirectionPrices(values.map((u) => weight * u)) },
      );
      // Priced at a millionth each, the oracle's cost tells the sum of -ln P apart from the fee.
      const all = everyCircle(circle, {
        finalDelta: 43,
        height: 800_000,
        pricing: {
          siblings: 'named',
          timeLockRiskPpb: 0,
          reliability: (d) => Math.round(values[d]! * 1e6),
        },
      });
      if (result.kind === 'no_route') {
        expect(all).toHaveLength(0);
        continue;
      }
      const total = Number(result.quote.feeMsat) + attemptCostMsat / result.probability;
      const least = Math.min(
        ...all.map(({ sentMsat, costMsat }) => {
          const fee = Number(sentMsat - amountMsat);
          return fee + attemptCostMsat * Math.exp((Number(costMsat) - fee) / 1e6);
        }),
      );
      found++;
      expect(total).toBeGreaterThanOrEqual(least * (1 - 1e-4) - 1);
      if (total <= least * (1 + 1e-4) + 1) best++;
      expect(total).toBeLessThan(least * 1.6);
    }
    expect(found).toBeGreaterThan(CASES / 3);
    expect(best / found).toBeGreaterThan(0.95);
  });
});
