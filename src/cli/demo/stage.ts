/** The demo's stage: a network, and in it a node worth rebalancing. */
import { loadGraphDescription } from '../../graph/load-describe-graph.ts';
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import type { OwnChannel } from '../../ports.ts';
import { generateNetwork, SimulatedNetwork } from '../../sim/index.ts';
import type { NodeId } from '../../units/ids.ts';
import { readGraphFile } from '../graph-file.ts';

export interface StageOptions {
  readonly seed: number;
  /** Size of the generated network; not looked at where a file is given. */
  readonly nodes: number;
  /** A graph file; its balances are drawn from the seed. */
  readonly graphFile?: string;
}

export async function buildNetwork(options: StageOptions): Promise<SimulatedNetwork> {
  const { seed, nodes, graphFile } = options;
  if (graphFile === undefined) return generateNetwork({ nodes, seed });
  const description = await readGraphFile(graphFile, loadGraphDescription);
  return SimulatedNetwork.fromDescription(description, { seed });
}

/** Few enough channels to show in a table, and enough to have a choice. */
const [FEWEST_CHANNELS, MOST_CHANNELS] = [6, 30];

/**
 * Nodes that could play the operator, in an order that the seed decides: those with a handful of channels that are
 * announced from both sides; in a network too small for that, the best connected ones first.
 */
export function candidateNodes(network: SimulatedNetwork, seed: number): NodeId[] {
  const usable = new Map<NodeId, number>();
  for (const { node1, node2, policy1, policy2 } of network.description().channels) {
    if (policy1 === null || policy2 === null || policy1.disabled || policy2.disabled) continue;
    for (const node of [node1, node2]) usable.set(node, (usable.get(node) ?? 0) + 1);
  }
  const counted = [...usable].sort(([left], [right]) => (left < right ? -1 : 1));
  const fitting = counted
    .filter(([, channels]) => channels >= FEWEST_CHANNELS && channels <= MOST_CHANNELS)
    .map(([node]) => node);
  const start = fitting.length === 0 ? 0 : seed % fitting.length;
  const others = counted.sort((left, right) => right[1] - left[1]).map(([node]) => node);
  return [...new Set([...fitting.slice(start), ...fitting.slice(0, start), ...others])];
}

/** A move that would level two channels. */
export interface Move {
  readonly from: OwnChannel;
  readonly to: OwnChannel;
  readonly amountMsat: bigint;
}

/** The smallest move worth showing. */
const LEAST_MSAT = 1_000_000n;

/**
 * Moves from channels full on our side to channels full on the other, the most lopsided first, where the target's
 * peer has announced that it forwards to us. Each moves a quarter of what the two could move at most, which most
 * paths of a real network can carry.
 */
export function levellingMoves(channels: readonly OwnChannel[], snapshot: GraphSnapshot): Move[] {
  const share = (channel: OwnChannel): number =>
    channel.capacitySat === 0n
      ? 0.5
      : Number(channel.localBalanceSat) / Number(channel.capacitySat);
  const active = channels.filter((channel) => channel.active);
  const canReturn = ({ channelId, peer }: OwnChannel): boolean => {
    const direction = snapshot.directionFrom(channelId, peer);
    return direction !== undefined && snapshot.policy(direction)?.disabled === false;
  };
  const moves = active.flatMap((from) =>
    active
      .filter((to) => to.peer !== from.peer && canReturn(to) && share(from) > share(to) + 0.3)
      .map((to): Move => ({ from, to, amountMsat: quarterOfGap(from, to) })),
  );
  return moves
    .filter(({ amountMsat }) => amountMsat >= LEAST_MSAT)
    .sort((left, right) => gap(right) - gap(left));

  function gap({ from, to }: Move): number {
    return share(from) - share(to);
  }
}

function quarterOfGap(from: OwnChannel, to: OwnChannel): bigint {
  const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
  const levels = least(from.spendableMsat, to.receivableMsat) / 4n;
  return (levels / 1000n) * 1000n;
}
