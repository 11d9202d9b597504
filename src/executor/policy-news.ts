/** What a policy that came with a failure says beyond what the search knew, and beyond what the route offered. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Path } from '../pathfinder/path.ts';
import type { ChannelPolicy, ChannelUpdateRecord } from '../ports.ts';
import { forwardingFeeMsat } from '../units/fee.ts';

/**
 * Whether it differs from the graph's policy, or from one learnt since. A path is no measure for that: the terms in it
 * may be those of a dearer parallel channel.
 */
export function isNews(
  { channelId, from, policy }: ChannelUpdateRecord,
  known: { readonly snapshot: GraphSnapshot; readonly learnt: readonly ChannelUpdateRecord[] },
): boolean {
  const { snapshot, learnt } = known;
  const direction = snapshot.directionFrom(channelId, from);
  const before =
    learnt.find((update) => update.channelId === channelId && update.from === from)?.policy ??
    (direction === undefined ? null : snapshot.policy(direction));
  return before === null || !sameTerms(before, policy);
}

const sameTerms = (a: ChannelPolicy, b: ChannelPolicy): boolean =>
  a.feeBaseMsat === b.feeBaseMsat &&
  a.feeRatePpm === b.feeRatePpm &&
  a.inboundFeeBaseMsat === b.inboundFeeBaseMsat &&
  a.inboundFeeRatePpm === b.inboundFeeRatePpm &&
  a.timeLockDelta === b.timeLockDelta &&
  a.minHtlcMsat === b.minHtlcMsat &&
  a.maxHtlcMsat === b.maxHtlcMsat &&
  a.disabled === b.disabled;

/** Whether a node with this policy has to refuse the path as it was priced: too little, too short, or out of bounds. */
export function refusesPath({ channelId, from, policy }: ChannelUpdateRecord, path: Path): boolean {
  const at = path.hops.findIndex((hop) => hop.channelId === channelId);
  const named = path.hops[at];
  if (named === undefined) return false;
  const leaves = named.from === from;
  if (leaves && isOutOfBounds(policy, named.amountInMsat)) return true;
  const [arriving, leaving] = leaves ? [path.hops[at - 1], named] : [named, path.hops[at + 1]];
  const outbound = leaves ? policy : leaving?.policy;
  if (arriving === undefined || outbound === undefined || outbound === null) return false;
  const dueMsat = forwardingFeeMsat({
    outbound,
    inbound: leaves ? arriving.inboundFee : policy,
    amountOutMsat: arriving.amountOutMsat,
  });
  return (
    arriving.amountInMsat - arriving.amountOutMsat < dueMsat ||
    arriving.cltvInBlocks - arriving.cltvOutBlocks < outbound.timeLockDelta
  );
}

const isOutOfBounds = (policy: ChannelPolicy, amountMsat: bigint): boolean =>
  policy.disabled ||
  amountMsat < policy.minHtlcMsat ||
  (policy.maxHtlcMsat !== null && amountMsat > policy.maxHtlcMsat);
