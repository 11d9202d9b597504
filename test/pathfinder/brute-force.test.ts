import { describe, expect, it } from 'vitest';
import { bestRoute } from '../../src/pathfinder/best-route.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import { resolveRequest } from '../../src/pathfinder/resolve-request.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { type Circle, everyCircle, type Pricing, probabilityOf } from './every-circle.ts';
import { type RandomCircle, REGIMES, randomCircle, STEEP } from './random-circle.ts';

const GRAPHS = 1000;
const FINAL_DELTA = 43;
const HEIGHT = 900_000;

const FEE_ONLY: Pricing = { siblings: 'named', timeLockRiskPpb: 0 };
/** How the search may weigh things: each checked against brute force with the same rule. */
const PRICINGS: readonly { name: string; pricing: Pricing }[] = [
  { name: 'fee only', pricing: FEE_ONLY },
  { name: 'whichever sibling is picked', pricing: { siblings: 'any', timeLockRiskPpb: 0 } },
  {
    name: 'time lock and reliability',
    pricing: { siblings: 'named', timeLockRiskPpb: 100_000, reliability },
  },
];

/** An arbitrary price per direction, some of them zero. */
function reliability(direction: number): number {
  return ((direction * 7919) % 11) * 37;
}

const least = (circles: readonly Circle[]): bigint | undefined =>
  circles.reduce<bigint | undefined>(
    (best, { costMsat }) => (best === undefined || costMsat < best ? costMsat : best),
    undefined,
  );

function ask(circle: RandomCircle, pricing: Pricing, limits: Partial<CircularRouteRequest>) {
  return findCircularRoute(circle.graph.snapshot(), { ...requestFor(circle, pricing), ...limits });
}

function requestFor(circle: RandomCircle, pricing: Pricing): CircularRouteRequest {
  return {
    self: circle.self,
    amountMsat: circle.amountMsat,
    finalCltvDelta: FINAL_DELTA,
    blockHeight: HEIGHT,
    siblings: pricing.siblings,
    cost: {
      timeLockRiskPpb: pricing.timeLockRiskPpb,
      ...(pricing.reliability === undefined ? {} : { reliability: pricing.reliability }),
    },
    ...(circle.outChannels === undefined ? {} : { outChannels: circle.outChannels }),
    ...(circle.inChannels === undefined ? {} : { inChannels: circle.inChannels }),
  };
}

describe.each(PRICINGS)('against every circle of small graphs, $name', ({ pricing }) => {
  it.each(REGIMES)('$name: finds the best, or that there is none', (regime) => {
    const seed = testSeed(20260203);
    let found = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const circle = randomCircle(new SeededRandom(seed + i), regime);
      const best = least(everyCircle(circle, { finalDelta: FINAL_DELTA, height: HEIGHT, pricing }));
      const result = ask(circle, pricing, { maxCltvBlocks: 100_000 });
      const cost = result.kind === 'route' ? BigInt(result.costMsat) : undefined;
      expect(cost, `graph ${seed + i}`).toBe(best);
      if (result.kind === 'route') {
        expect(result.proven, `graph ${seed + i}`).toBe(true);
        found++;
      }
    }
    expect(found).toBeGreaterThan(GRAPHS / 4);
  });

  it.each(REGIMES)('$name: finds the best within limits', (regime) => {
    const seed = testSeed(77_000_000);
    let [found, none] = [0, 0];
    for (let i = 0; i < GRAPHS; i++) {
      const random = new SeededRandom(seed + i);
      const circle = randomCircle(random, regime);
      const all = everyCircle(circle, { finalDelta: FINAL_DELTA, height: HEIGHT, pricing });
      if (all.length === 0) continue;
      const chosen = random.pick(all);
      const limits = {
        maxCltvBlocks: chosen.cltvBlocks - random.between(0, 1),
        maxHops: random.chance(0.5) ? chosen.hops : 27,
        maxFeeMsat: chosen.sentMsat - circle.amountMsat + BigInt(random.between(0, 3) - 1),
      };
      const snapshot = circle.graph.snapshot();
      const probability = (direction: number): number =>
        probabilityOf({ from: snapshot.from(direction), to: snapshot.to(direction) });
      const mostUnlikely = random.chance(0.3)
        ? chosen.unlikelihood - 50_000 * random.between(0, 2)
        : Number.POSITIVE_INFINITY;
      const likely =
        mostUnlikely < 0 || mostUnlikely === Number.POSITIVE_INFINITY
          ? {}
          : { minProbability: Math.exp(-mostUnlikely / 1e6), probability };
      if (limits.maxFeeMsat < 0n || limits.maxCltvBlocks <= FINAL_DELTA) continue;
      const best = least(
        all.filter(
          (c) =>
            c.cltvBlocks <= limits.maxCltvBlocks &&
            c.hops <= limits.maxHops &&
            c.sentMsat - circle.amountMsat <= limits.maxFeeMsat &&
            c.onionBytes <= 1300 &&
            (likely.minProbability === undefined || c.unlikelihood <= mostUnlikely),
        ),
      );
      const result = ask(circle, pricing, { ...limits, ...likely });
      const cost = result.kind === 'route' ? BigInt(result.costMsat) : undefined;
      expect(cost, `graph ${seed + i}`).toBe(best);
      if (best === undefined) none++;
      else found++;
    }
    expect(found).toBeGreaterThan(GRAPHS / 5);
    expect(none).toBeGreaterThan(10);
  });
});

describe('an onion that holds less than all 1,300 bytes', () => {
  it.each(REGIMES)('$name: binds like every other limit', (regime) => {
    const seed = testSeed(88_000_000);
    let [bound, none] = [0, 0];
    for (let i = 0; i < GRAPHS; i++) {
      const random = new SeededRandom(seed + i);
      const circle = randomCircle(random, regime);
      const terms = { finalDelta: FINAL_DELTA, height: HEIGHT, pricing: FEE_ONLY };
      const all = everyCircle(circle, terms);
      if (all.length === 0) continue;
      const maxOnionBytes = random.pick(all).onionBytes - random.between(0, 1);
      const best = least(all.filter(({ onionBytes }) => onionBytes <= maxOnionBytes));
      const snapshot = circle.graph.snapshot();
      const { self, ...request } = requestFor(circle, FEE_ONLY);
      const free = { ...request, from: self, to: self, maxCltvBlocks: 100_000 };
      const resolved = resolveRequest(snapshot, free);
      if (resolved.kind !== 'ok') throw new Error(resolved.reason.code);
      const limits = { ...resolved.task.limits, maxOnionBytes };
      const { found, proven } = bestRoute(snapshot, { ...resolved.task, limits });
      expect(found && BigInt(found.costMsat), `graph ${seed + i}`).toBe(best);
      expect(proven).toBe(true);
      if (best === undefined) none++;
      else if (best !== least(all)) bound++;
    }
    expect(bound).toBeGreaterThan(10);
    expect(none).toBeGreaterThan(10);
  });
});

describe('discounts steeper than 100 % with a base fee', () => {
  it('make some answers unproven, and what is called proven is the best', () => {
    const seed = testSeed(4242);
    let [proven, unproven, dearer] = [0, 0, 0];
    for (let i = 0; i < 2 * GRAPHS; i++) {
      const circle = randomCircle(new SeededRandom(seed + i), STEEP);
      const pricing = FEE_ONLY;
      const best = least(everyCircle(circle, { finalDelta: FINAL_DELTA, height: HEIGHT, pricing }));
      const result = ask(circle, pricing, { maxCltvBlocks: 100_000 });
      if (result.kind === 'no_route') continue;
      if (result.proven) {
        expect(BigInt(result.costMsat), `graph ${seed + i}`).toBe(best);
        proven++;
      } else {
        unproven++;
        if (BigInt(result.costMsat) !== best) dearer++;
      }
    }
    expect(proven).toBeGreaterThan(GRAPHS / 4);
    expect(unproven).toBeGreaterThan(10);
    process.stdout.write(
      `steep discounts: ${proven} proven, ${unproven} unproven, ${dearer} of them dearer\n`,
    );
  });
});
