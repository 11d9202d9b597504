import { describe, expect, it } from 'vitest';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';
import { type Circle, everyCircle } from './every-circle.ts';
import { REGIMES, randomCircle } from './random-circle.ts';

const GRAPHS = 1500;
const FINAL_DELTA = 43;
const HEIGHT = 900_000;

const least = (circles: readonly Circle[]): bigint | undefined =>
  circles.reduce<bigint | undefined>(
    (best, { sentMsat }) => (best === undefined || sentMsat < best ? sentMsat : best),
    undefined,
  );

describe.each(REGIMES)('against every circle of small graphs: $name', (regime) => {
  it('finds the cheapest, or that there is none', () => {
    const seed = testSeed(20260203);
    let found = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const circle = randomCircle(new SeededRandom(seed + i), regime);
      const best = least(everyCircle(circle, FINAL_DELTA, HEIGHT));
      const result = findCircularRoute(circle.graph.snapshot(), {
        ...circleRequest(circle),
        maxCltvBlocks: 100_000,
      });
      const sent = result.kind === 'route' ? result.quote.sentMsat : undefined;
      expect(sent, `graph ${seed + i}`).toBe(best);
      if (result.kind === 'route') {
        expect(result.proven, `graph ${seed + i}`).toBe(true);
        found++;
      }
    }
    expect(found).toBeGreaterThan(GRAPHS / 4);
  });

  it('finds the cheapest within limits on fee, time lock, hops and onion bytes', () => {
    const seed = testSeed(77_000_000);
    let [found, none] = [0, 0];
    for (let i = 0; i < GRAPHS; i++) {
      const random = new SeededRandom(seed + i);
      const circle = randomCircle(random, regime);
      const all = everyCircle(circle, FINAL_DELTA, HEIGHT);
      if (all.length === 0) continue;
      const chosen = random.pick(all);
      const limits = {
        maxCltvBlocks: chosen.cltvBlocks - random.between(0, 1),
        maxHops: random.chance(0.5) ? chosen.hops : 27,
        maxFeeMsat: chosen.sentMsat - circle.amountMsat + BigInt(random.between(0, 3) - 1),
      };
      if (limits.maxFeeMsat < 0n || limits.maxCltvBlocks <= FINAL_DELTA) continue;
      const best = least(
        all.filter(
          (c) =>
            c.cltvBlocks <= limits.maxCltvBlocks &&
            c.hops <= limits.maxHops &&
            c.sentMsat - circle.amountMsat <= limits.maxFeeMsat &&
            c.onionBytes <= 1300,
        ),
      );
      const result = findCircularRoute(circle.graph.snapshot(), {
        ...circleRequest(circle),
        ...limits,
      });
      expect(result.kind === 'route' ? result.quote.sentMsat : undefined, `graph ${seed + i}`).toBe(
        best,
      );
      if (best === undefined) none++;
      else found++;
    }
    expect(found).toBeGreaterThan(GRAPHS / 5);
    expect(none).toBeGreaterThan(10);
  });
});

function circleRequest(circle: ReturnType<typeof randomCircle>) {
  return {
    self: circle.self,
    amountMsat: circle.amountMsat,
    finalCltvDelta: FINAL_DELTA,
    blockHeight: HEIGHT,
    ...(circle.outChannels === undefined ? {} : { outChannels: circle.outChannels }),
    ...(circle.inChannels === undefined ? {} : { inChannels: circle.inChannels }),
  };
}
