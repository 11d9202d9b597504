/** The latest versions of a snapshot with other policies, by what was replaced. */
import type { ChannelPolicy, ChannelUpdateRecord } from '../ports.ts';
import type { GraphSnapshot } from './snapshot.ts';

/** Rebalances that run at the same time learn each their own policies; a version takes some 5 MB at mainnet size. */
const MOST_KEPT = 4;

interface Patched {
  /** Copies: what becomes of the caller's list later does not matter. */
  readonly updates: readonly ChannelUpdateRecord[];
  readonly snapshot: GraphSnapshot;
}

export class PatchedVersions {
  /** The one that was asked for last comes first. */
  #kept: readonly Patched[] = [];

  get(updates: readonly ChannelUpdateRecord[], make: () => GraphSnapshot): GraphSnapshot {
    const known = this.#kept.find((patched) => areSame(patched.updates, updates));
    const latest = known ?? { updates: updates.map(copyOf), snapshot: make() };
    const others = this.#kept.filter((patched) => patched !== known);
    this.#kept = [latest, ...others].slice(0, MOST_KEPT);
    return latest.snapshot;
  }
}

const copyOf = (update: ChannelUpdateRecord): ChannelUpdateRecord => ({
  ...update,
  policy: { ...update.policy },
});

const areSame = (
  left: readonly ChannelUpdateRecord[],
  right: readonly ChannelUpdateRecord[],
): boolean =>
  left.length === right.length &&
  left.every(({ channelId, from, policy }, i) => {
    const other = right[i]!;
    return (
      channelId === other.channelId && from === other.from && isSamePolicy(policy, other.policy)
    );
  });

const isSamePolicy = (left: ChannelPolicy, right: ChannelPolicy): boolean =>
  left.feeBaseMsat === right.feeBaseMsat &&
  left.feeRatePpm === right.feeRatePpm &&
  left.timeLockDelta === right.timeLockDelta &&
  left.minHtlcMsat === right.minHtlcMsat &&
  left.maxHtlcMsat === right.maxHtlcMsat &&
  left.disabled === right.disabled &&
  left.inboundFeeBaseMsat === right.inboundFeeBaseMsat &&
  left.inboundFeeRatePpm === right.inboundFeeRatePpm &&
  left.lastUpdate === right.lastUpdate;
