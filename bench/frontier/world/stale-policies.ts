/** Policies that changed while the sender's graph still holds the old ones. */
import { DISABLED, HAS_POLICY } from '../../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { ChannelPolicy, ChannelUpdateRecord } from '../../../src/ports.ts';
import type { SeededRandom } from '../../../src/sim/random.ts';
import { stepTimeMs } from './sequence.ts';

/** Share of directions whose announced policy is not the one enforced. */
export const STALE_SHARE = 0.02;
/** What changed: of the stale ones. The rest has a lower fee, which refuses nobody. */
const RAISED_FEE = 0.5;
const RAISED_DELTA = 0.15;
const DISABLED_NOW = 0.15;
const LEAST_RAISE_PPM = 10;
const MOST_RAISE_PPM = 500;
const RAISED_DELTAS: readonly number[] = [20, 40, 60, 64];

/** What is truly enforced, where it differs from the snapshot. */
export function stalePolicies(
  snapshot: GraphSnapshot,
  random: SeededRandom,
): readonly ChannelUpdateRecord[] {
  const updates: ChannelUpdateRecord[] = [];
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    const flags = snapshot.columns.flags[direction]!;
    if ((flags & (HAS_POLICY | DISABLED)) !== HAS_POLICY || !random.chance(STALE_SHARE)) continue;
    updates.push({
      channelId: snapshot.channelId(direction >> 1),
      from: snapshot.nodeId(snapshot.from(direction)),
      policy: changed(snapshot.policy(direction)!, random),
    });
  }
  return updates;
}

function changed(announced: ChannelPolicy, random: SeededRandom): ChannelPolicy {
  const policy = { ...announced, lastUpdate: stepTimeMs(0) / 1000 };
  const lot = random.unit();
  if (lot < RAISED_FEE) {
    const raise = LEAST_RAISE_PPM + random.below(MOST_RAISE_PPM - LEAST_RAISE_PPM + 1);
    return { ...policy, feeRatePpm: announced.feeRatePpm + raise };
  }
  if (lot < RAISED_FEE + RAISED_DELTA) {
    return { ...policy, timeLockDelta: announced.timeLockDelta + random.pick(RAISED_DELTAS) };
  }
  if (lot < RAISED_FEE + RAISED_DELTA + DISABLED_NOW) return { ...policy, disabled: true };
  return { ...policy, feeRatePpm: Math.floor(announced.feeRatePpm * random.unit()) };
}
