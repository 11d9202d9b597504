/** Prices that move at random, with many ties among them. */
import { DirectionPrices } from '../../src/graph/direction-prices.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { SeededRandom } from '../seeded-random.ts';

const randomPrice = (random: SeededRandom): number =>
  random.pick([
    0,
    0,
    random.between(0, 3),
    random.between(0, 500),
    random.between(0, 5_000_000),
    random.next() * 100,
    Number.POSITIVE_INFINITY,
  ]);

/** Half of them with a price. */
export function randomPrices(snapshot: GraphSnapshot, random: SeededRandom): DirectionPrices {
  const price = (): number => (random.chance(0.5) ? 0 : randomPrice(random));
  return new DirectionPrices(Float64Array.from({ length: 2 * snapshot.channelSlots }, price));
}

export function movePrices(prices: DirectionPrices, changes: number, random: SeededRandom): void {
  for (let i = 0; i < changes; i++) {
    prices.set(random.between(0, prices.directions - 1), randomPrice(random));
  }
}

/** Channels between the same nodes get the price of the first of them. */
export function levelSiblings(prices: DirectionPrices, snapshot: GraphSnapshot): void {
  const known = new Map<string, number>();
  for (let direction = 0; direction < prices.directions; direction++) {
    const pair = `${snapshot.from(direction)} ${snapshot.to(direction)}`;
    const price = known.get(pair) ?? prices.values[direction]!;
    known.set(pair, price);
    prices.set(direction, price);
  }
}
