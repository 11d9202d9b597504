/** Circles that the given network can carry, found by what its nodes themselves list. Nothing of Ballast's search is used. */
import type { RealDirection, RealNetwork, RealNode } from './real-network.ts';

/** Out over the first channel, back over the last. */
export interface Circle {
  readonly self: RealNode;
  readonly hops: readonly RealDirection[];
}

const MOST_HOPS = 5;

/**
 * Circles from three channels on over public, active channels, shortest first and of those the fullest, so that scenario
 * after scenario does not drain the same way; each carries so much more than the network's amount that fees fit too.
 * Between no two of their nodes is there another channel, so that nobody has a choice of way.
 */
export function circles(
  network: RealNetwork,
  { self }: { self?: RealNode } = {},
): readonly Circle[] {
  const needed = Number(network.amountMsat) * 1.1 + 1_000_000;
  return allCircles(network)
    .filter((circle) => self === undefined || circle.self === self)
    .filter(({ hops }) => hops.every(({ usableMsat }) => usableMsat >= needed));
}

/** The same whatever the balances are. */
export function allCircles(network: RealNetwork): readonly Circle[] {
  const open = network.directions.filter(
    ({ channel, active, siblings, disabled }) =>
      active && !channel.private && !disabled && siblings === 1,
  );
  const found: Circle[] = [];
  const extend = (self: RealNode, hops: readonly RealDirection[]): void => {
    const end = hops.at(-1)!.to;
    if (end === self) {
      if (hops.length >= 3) found.push({ self, hops });
      return;
    }
    if (hops.length === MOST_HOPS) return;
    for (const next of open.filter(({ from }) => from === end)) {
      if (hops.some(({ from }) => from === next.to) && next.to !== self) continue;
      if (hops.some(({ scid }) => scid === next.scid)) continue;
      extend(self, [...hops, next]);
    }
  };
  for (const self of network.nodes) {
    for (const first of open.filter(({ from }) => from === self)) extend(self, [first]);
  }
  return found.sort((a, b) => a.hops.length - b.hops.length || leastMsat(b) - leastMsat(a));
}

/** Of what each of its channels can carry. */
const leastMsat = ({ hops }: Circle): number =>
  Math.min(...hops.map(({ usableMsat }) => usableMsat));

export const nameOf = ({ hops }: Circle): string =>
  [...hops.map(({ from }) => from.given.name), hops.at(-1)!.to.given.name].join(' > ');
