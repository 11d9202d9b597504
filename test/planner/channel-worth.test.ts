import { describe, expect, it } from 'vitest';
import { ChannelWorth } from '../../src/planner/channel-worth.ts';
import { DAY_MS } from '../../src/units/time.ts';
import { SeededRandom, testSeed } from '../seeded-random.ts';

const FEE = 500 / 1e6;

/** So many payments of a size each day, at 500 ppm. */
const flow = (perDay: number, sizeMsat: number) => ({
  msatPerDay: perDay * sizeMsat,
  squaresPerDay: perDay * sizeMsat * sizeMsat,
  feeMsatPerDay: perDay * sizeMsat * FEE,
});

describe('what a channel can gain', () => {
  it('is no more than all that flows in the time, however few payments there are', () => {
    const seed = testSeed(77_101);
    const random = new SeededRandom(seed);
    for (let i = 0; i < 2000; i++) {
      const size = 1e6 + 1e9 * random.next();
      const [out, into] = [
        flow(10 ** (4 * random.next() - 2), size),
        flow(5 * random.next(), size),
      ];
      const days = 0.1 + 7 * random.next();
      const worth = new ChannelWorth({ out, in: into }, days * DAY_MS);
      const much = 1e15;
      const empty = { localMsat: 0, remoteMsat: 0 };
      expect(worth.localGainMsat(empty, much)).toBeLessThanOrEqual(
        out.feeMsatPerDay * days * 1.000001,
      );
      expect(worth.remoteGainMsat(empty, much)).toBeLessThanOrEqual(
        into.feeMsatPerDay * days * 1.000001,
      );
    }
  });

  it('is less within a shorter time', () => {
    const seed = testSeed(77_102);
    const random = new SeededRandom(seed);
    for (let i = 0; i < 2000; i++) {
      const size = 1e6 + 1e9 * random.next();
      const flows = { out: flow(50 * random.next(), size), in: flow(50 * random.next(), size) };
      const sides = { localMsat: 5e9 * random.next(), remoteMsat: 5e9 * random.next() };
      const amount = 5e9 * random.next();
      const [soon, later] = [DAY_MS / 2, 7 * DAY_MS].map((ms) => new ChannelWorth(flows, ms));
      const gain = soon!.localGainMsat(sides, amount);
      expect(gain).toBeLessThanOrEqual(later!.localGainMsat(sides, amount) + 1e-6 * size);
    }
  });

  it('is that of the motion where payments are many', () => {
    const worth = new ChannelWorth({ out: flow(1000, 1e7), in: flow(1000, 1e7) }, DAY_MS);
    // From an empty balance, what is lost without one is s x sqrt(2 / pi), of the spread s.
    const spread = Math.sqrt(2000) * 1e7;
    expect(worth.localGainMsat({ localMsat: 0, remoteMsat: 0 }, 1e12)).toBeCloseTo(
      FEE * spread * Math.sqrt(2 / Math.PI),
      3,
    );
  });
});
