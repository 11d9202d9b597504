/** Excluding one of several parallel channels: the pair stays usable, but another channel must name it. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { ChannelUpdateRecord } from '../ports.ts';
import type { RouteTask } from './best-route.ts';
import { carriesAmount } from './view/edge-terms.ts';

/**
 * The snapshot, with those excluded channels disabled that have a usable sibling. Where siblings are priced together
 * the view has one edge for all of them, and closing it would close the pair.
 */
export function renamedWithin(snapshot: GraphSnapshot, task: RouteTask): GraphSnapshot {
  const excluded = task.exclude?.channels;
  if (excluded === undefined || excluded.length === 0 || task.siblings === 'named') return snapshot;
  const disabled: ChannelUpdateRecord[] = [];
  for (const channelId of excluded) {
    const slot = snapshot.channelSlot(channelId);
    if (slot === undefined) continue;
    for (const direction of [2 * slot, 2 * slot + 1]) {
      const policy = snapshot.policy(direction);
      if (policy === null || !hasSibling(snapshot, direction, task.amountMsat)) continue;
      const from = snapshot.nodeId(snapshot.from(direction));
      disabled.push({ channelId, from, policy: { ...policy, disabled: true } });
    }
  }
  return snapshot.withPolicies(disabled);
}

function hasSibling(snapshot: GraphSnapshot, direction: number, amountMsat: number): boolean {
  const { offsets, outgoing } = snapshot.adjacency;
  const [from, to] = [snapshot.from(direction), snapshot.to(direction)];
  for (let i = offsets[from]!; i < offsets[from + 1]!; i++) {
    const other = outgoing[i]!;
    if (other === direction || snapshot.to(other) !== to) continue;
    if (carriesAmount(snapshot, other, amountMsat)) return true;
  }
  return false;
}
