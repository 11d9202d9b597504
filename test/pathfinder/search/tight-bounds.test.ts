import { describe, expect, it } from 'vitest';
import { bestRoute } from '../../../src/pathfinder/best-route.ts';
import { resolveRequest } from '../../../src/pathfinder/resolve-request.ts';
import { RequestEdges } from '../../../src/pathfinder/search/request-edges.ts';
import { RequestSpace } from '../../../src/pathfinder/search/request-space.ts';
import { searcherFor } from '../../../src/pathfinder/search-cache.ts';
import { SeededRandom, testSeed } from '../../seeded-random.ts';
import { randomPrices } from '../moving-prices.ts';
import { REGIMES, randomCircle } from '../random-circle.ts';

const GRAPHS = 300;

/** The cost of the best circle by tight bounds from the beginning, and by the usual course. */
function bothWays(random: SeededRandom, regime: (typeof REGIMES)[number]) {
  const circle = randomCircle(random, regime);
  const snapshot = circle.graph.snapshot();
  const { self, amountMsat, outChannels, inChannels } = circle;
  const resolved = resolveRequest(snapshot, {
    ...{ from: self, to: self, amountMsat },
    ...{ siblings: random.pick(['any', 'named'] as const), maxCltvBlocks: 100_000 },
    cost: { timeLockRiskPpb: 0, reliability: randomPrices(snapshot, random) },
    ...(outChannels === undefined ? {} : { outChannels }),
    ...(inChannels === undefined ? {} : { inChannels }),
  });
  if (resolved.kind !== 'ok') throw new Error('the random request is refused');
  const { task } = resolved;
  const { pricing, limits, finalCltvDelta, blockHeight, labelBudget } = task;
  const terms = { amountMsat: task.amountMsat, maxFeeMsat: limits.maxFeeMsat, pricing };
  const { view, bounds, tight, exact } = searcherFor(snapshot, terms);
  const request = new RequestEdges(new RequestSpace(view, task));
  bounds.run(request, Number.POSITIVE_INFINITY);
  const { maxFeeMsat } = limits;
  const passed = tight.run(request, {
    ...{ rough: bounds, belowMsat: Number.POSITIVE_INFINITY, maxFeeMsat },
    unlimited: true,
  });
  const distances = Array.from({ length: view.nodeCount }, (_, node) => tight.distanceTo(node));
  const belowMsat = Math.floor(passed?.costMsat ?? Number.POSITIVE_INFINITY);
  const { best } = exact.run({
    ...{ request, bounds: tight, limits, mode: 'ignored', meeting: undefined, belowMsat },
    ...{ finalCltvDelta, blockHeight, labelBudget },
  });
  const tightly = (best ?? passed)?.costMsat;
  return {
    distances,
    tightly: tightly === undefined ? undefined : Math.floor(tightly),
    usually: bestRoute(snapshot, task).found?.costMsat,
  };
}

describe('tight bounds', () => {
  it.each(REGIMES)('$name: hold where prices are large, or infinite', (regime) => {
    const seed = testSeed(64_000);
    let found = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const { distances, tightly, usually } = bothWays(new SeededRandom(seed + i), regime);
      expect(distances.some(Number.isNaN), `graph ${seed + i}`).toBe(false);
      expect(tightly, `graph ${seed + i}`).toBe(usually);
      if (usually !== undefined) found++;
    }
    expect(found).toBeGreaterThan(GRAPHS / 8);
  });
});
