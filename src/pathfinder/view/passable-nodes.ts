/** The nodes of a snapshot that can forward an amount, numbered without gaps. */
import type { GraphSnapshot } from '../../graph/snapshot.ts';
import { capacityMsat, isWideEnough } from './edge-terms.ts';

export interface PassableNodes {
  readonly nodeCount: number;
  /** By index of the snapshot: a number from 0 to `nodeCount - 1`, or -1. */
  readonly numberOf: Int32Array;
}

/**
 * Nodes with an open direction to leave by and another channel to arrive by. What our own end of a channel announces
 * does not bind us, so for arrivals only its capacity counts.
 */
export function passableNodes(snapshot: GraphSnapshot, amountMsat: number): PassableNodes {
  const { offsets, outgoing } = snapshot.adjacency;
  const numberOf = new Int32Array(snapshot.nodeCount).fill(-1);
  let nodeCount = 0;
  for (let node = 0; node < snapshot.nodeCount; node++) {
    let [channels, leaves] = [0, false];
    for (let i = offsets[node]!; i < offsets[node + 1]! && !(channels >= 2 && leaves); i++) {
      const direction = outgoing[i]!;
      if (capacityMsat(snapshot, direction) < amountMsat) continue;
      channels++;
      leaves ||= isWideEnough(snapshot, direction, amountMsat);
    }
    if (channels >= 2 && leaves) numberOf[node] = nodeCount++;
  }
  return { nodeCount, numberOf };
}
