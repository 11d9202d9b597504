/** Ballast while beliefs move: before each search some directions get another price, as each attempt teaches some. */
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { type CostPrices, RELIABILITY_WEIGHT_MSAT } from '../network/reliability-prices.ts';
import { type BallastContender, ballastCircles } from './ballast.ts';

/** Six channels in both directions. */
const CHANGES = 12;
/** Drawn before, so that the clock does not run meanwhile; a prime, so that the same query meets others. */
const DRAWN = 9973;
const LEAST_PROBABILITY = 0.01;

/**
 * The changes fall on directions that the requests' circles run over, and on their opposites: those are what attempts
 * teach about. New prices are those of probabilities that are drawn evenly, far larger steps than beliefs take.
 */
export function movingBeliefs(options: {
  readonly snapshot: GraphSnapshot;
  readonly requests: readonly CircularRouteRequest[];
  readonly prices: CostPrices;
  readonly seed: number;
}): BallastContender {
  const { snapshot, requests, prices } = options;
  const { timeLockRiskPpb } = prices;
  const moving = new DirectionPrices(prices.reliability);
  const priced = requests.map((request) => {
    return { ...request, cost: { reliability: moving, timeLockRiskPpb } };
  });
  const used = directionsUsed(snapshot, priced);
  const random = new SeededRandom(options.seed).fork('moving beliefs');
  const changes = Array.from({ length: used.length === 0 ? 0 : DRAWN }, () => ({
    direction: random.pick(used),
    price: RELIABILITY_WEIGHT_MSAT * -Math.log(Math.max(LEAST_PROBABILITY, random.unit())),
  }));
  let next = 0;
  const contender = ballastCircles({
    name: `Ballast, beliefs moving between searches: ${CHANGES} directions change before each search`,
    snapshot,
    requests: priced,
  });
  const move = (): void => {
    for (let i = 0; i < CHANGES && changes.length > 0; i++) {
      const { direction, price } = changes[next]!;
      next = (next + 1) % changes.length;
      moving.set(direction, price);
    }
  };
  return {
    ...contender,
    find: (query) => {
      move();
      return contender.find(query);
    },
  };
}

function directionsUsed(
  snapshot: GraphSnapshot,
  requests: readonly CircularRouteRequest[],
): readonly number[] {
  const used = new Set<number>();
  for (const request of requests) {
    const result = findCircularRoute(snapshot, request);
    if (result.kind === 'no_route') continue;
    for (const { channelId, from } of result.path.hops.slice(1, -1)) {
      const direction = snapshot.directionFrom(channelId, from)!;
      used.add(direction).add(direction ^ 1);
    }
  }
  return [...used];
}
