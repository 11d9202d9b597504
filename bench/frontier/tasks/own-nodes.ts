/** The nodes whose liquidity is moved, and those of their channels that take part. */
import { DISABLED, HAS_POLICY } from '../../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { SeededRandom } from '../../../src/sim/random.ts';

export interface OwnNode {
  readonly node: number;
  /** Directions that leave over channels of its own; the peer at their end has no other channel with it. */
  readonly leaving: readonly number[];
}

const LEAST_DEGREE = 30;
const MOST_DEGREE = 150;
/** Channels with single peers that a node needs, so that there are pairs to choose from. */
const LEAST_SINGLE = 8;

/**
 * Nodes of medium size, shuffled. Those for tuning and those for reporting are two different halves, told apart by their
 * keys, so that no seed can mix them.
 */
export function ownNodes(
  snapshot: GraphSnapshot,
  options: { readonly seed: string; readonly tuning: boolean },
): OwnNode[] {
  const nodes: OwnNode[] = [];
  for (let node = 0; node < snapshot.nodeCount; node++) {
    if (isForTuning(snapshot.nodeId(node)) !== options.tuning) continue;
    const live = liveDirections(snapshot, node);
    if (live.length < LEAST_DEGREE || live.length > MOST_DEGREE) continue;
    const leaving = toSinglePeers(snapshot, live);
    if (leaving.length >= LEAST_SINGLE) nodes.push({ node, leaving });
  }
  nodes.sort((a, b) => (snapshot.nodeId(a.node) < snapshot.nodeId(b.node) ? -1 : 1));
  new SeededRandom(options.seed).fork('own nodes').shuffle(nodes);
  return nodes;
}

const isForTuning = (nodeId: string): boolean => Number.parseInt(nodeId.slice(-1), 16) % 2 === 1;

/** Of channels for which at least one end has announced a policy. */
function liveDirections({ adjacency, columns }: GraphSnapshot, node: number): number[] {
  const { offsets, outgoing } = adjacency;
  return [...outgoing.subarray(offsets[node]!, offsets[node + 1]!)].filter(
    (direction) => ((columns.flags[direction]! | columns.flags[direction ^ 1]!) & HAS_POLICY) !== 0,
  );
}

/** A payment that returns over such a peer can only arrive on the channel that was asked for. */
function toSinglePeers(snapshot: GraphSnapshot, directions: readonly number[]): number[] {
  const channels = new Map<number, number>();
  for (const direction of directions) {
    const peer = snapshot.to(direction);
    channels.set(peer, (channels.get(peer) ?? 0) + 1);
  }
  return directions.filter((direction) => channels.get(snapshot.to(direction)) === 1);
}

/** Whether the peer at its end would forward the amount back to the node over this channel. */
export function returnsAmount(
  { columns }: GraphSnapshot,
  leaving: number,
  amountMsat: number,
): boolean {
  const back = leaving ^ 1;
  return (
    (columns.flags[back]! & (HAS_POLICY | DISABLED)) === HAS_POLICY &&
    columns.maxHtlcMsat[back]! >= amountMsat &&
    columns.minHtlcMsat[back]! <= amountMsat
  );
}
