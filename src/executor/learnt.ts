/** What the attempts of one rebalance have taught it. It is forgotten with the rebalance. */
import type { PairCeiling } from '../graph/overlay.ts';
import type { Path } from '../pathfinder/path.ts';
import type { Exclusions, NodePair } from '../pathfinder/request.ts';
import type { ChannelPolicy, ChannelUpdateRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { Blame, RouteLink, Verdict } from './verdict.ts';

export interface Learnt {
  readonly nodes: readonly NodeId[];
  readonly channels: readonly ChannelId[];
  readonly pairs: readonly NodePair[];
  readonly ceilings: readonly PairCeiling[];
  readonly policies: readonly ChannelUpdateRecord[];
  /** Channel directions that had their one chance with other terms, as `channel/from`. */
  readonly repriced: readonly string[];
}

export const NOTHING_LEARNT: Learnt = {
  nodes: [],
  channels: [],
  pairs: [],
  ceilings: [],
  policies: [],
  repriced: [],
};

export interface Lesson {
  readonly learnt: Learnt;
  /** The terms that the next search will reckon with, where the verdict was about terms. */
  readonly repriced: ChannelUpdateRecord | null;
}

/** The request's own exclusions and those learnt. */
export function exclusions(asked: Exclusions, learnt: Learnt): Exclusions {
  return {
    nodes: [...(asked.nodes ?? []), ...learnt.nodes],
    channels: [...(asked.channels ?? []), ...learnt.channels],
    pairs: [...(asked.pairs ?? []), ...learnt.pairs],
  };
}

/**
 * Adds a verdict's lesson. Each one takes something away from the next search, or puts a price on it:
 *
 * - an amount that a pair lacked becomes a ceiling;
 * - terms that differ from those that the path was priced with are believed once for each channel direction; if its
 *   owner is not satisfied then, or named no other terms, the channel is left out;
 * - whoever else is to blame is left out, an own channel too, since its refusals repeat.
 */
export function learn(learnt: Learnt, verdict: Verdict, path: Path): Lesson {
  const taught = withPolicyNews(withCeilings(learnt, verdict), verdict, path);
  const { blame } = verdict;
  if (blame.kind !== 'channel') return { learnt: avoid(taught, blame), repriced: null };
  if (blame.cause === 'liquidity') return { learnt: taught, repriced: null };
  const update = verdict.update.kind === 'usable' ? verdict.update.update : null;
  const direction = `${blame.at.channelId}/${blame.at.from}`;
  if (!verdict.repriceable || update === null || learnt.repriced.includes(direction)) {
    return { learnt: avoid(taught, blame), repriced: null };
  }
  if (!changesTerms(update, path)) {
    return { learnt: avoid(taught, verdict.otherwise ?? blame), repriced: null };
  }
  return {
    learnt: { ...taught, repriced: [...taught.repriced, direction] },
    repriced: update,
  };
}

function withCeilings(learnt: Learnt, verdict: Verdict): Learnt {
  let { ceilings } = learnt;
  for (const fact of verdict.facts) {
    if (fact.kind !== 'lacked') continue;
    const { from, to, amountMsat } = fact;
    const known = ceilings.find((c) => c.from === from && c.to === to);
    if (known !== undefined && known.atLeastMsat <= amountMsat) continue;
    ceilings = [...ceilings.filter((c) => c !== known), { from, to, atLeastMsat: amountMsat }];
  }
  return { ...learnt, ceilings };
}

/** What the failing node encloses about its channel is what it enforces, older timestamp or not. */
function withPolicyNews(learnt: Learnt, verdict: Verdict, path: Path): Learnt {
  if (verdict.update.kind !== 'usable') return learnt;
  const { update } = verdict.update;
  if (!changesTerms(update, path)) return learnt;
  const others = learnt.policies.filter(
    (p) => p.channelId !== update.channelId || p.from !== update.from,
  );
  return { ...learnt, policies: [...others, update] };
}

/** Whether the update says anything that the path was not priced with. */
function changesTerms({ channelId, from, policy }: ChannelUpdateRecord, path: Path): boolean {
  const hop = path.hops.find((h) => h.channelId === channelId);
  if (hop === undefined) return false;
  if (hop.from === from) return hop.policy === null || !sameTerms(hop.policy, policy);
  return (
    hop.inboundFee.inboundFeeBaseMsat !== policy.inboundFeeBaseMsat ||
    hop.inboundFee.inboundFeeRatePpm !== policy.inboundFeeRatePpm
  );
}

const sameTerms = (a: ChannelPolicy, b: ChannelPolicy): boolean =>
  a.feeBaseMsat === b.feeBaseMsat &&
  a.feeRatePpm === b.feeRatePpm &&
  a.timeLockDelta === b.timeLockDelta &&
  a.minHtlcMsat === b.minHtlcMsat &&
  a.maxHtlcMsat === b.maxHtlcMsat &&
  a.disabled === b.disabled;

function avoid(learnt: Learnt, blame: Blame): Learnt {
  switch (blame.kind) {
    case 'own_channel':
      return { ...learnt, channels: [...learnt.channels, blame.channelId] };
    case 'channel':
      return { ...learnt, channels: [...learnt.channels, blame.at.channelId] };
    case 'pair':
      return { ...learnt, pairs: [...learnt.pairs, ...bothWays(blame.at)] };
    case 'node':
      return { ...learnt, nodes: [...learnt.nodes, blame.nodeId] };
    case 'unknown':
      return avoidInterior(learnt, blame.among);
    case 'final':
      return learnt;
  }
}

const bothWays = ({ from, to }: NodePair): NodePair[] => [
  { from, to },
  { from: to, to: from },
];

/**
 * Any of these links may be at fault. Our own first and last ones are what the request asks for, so what lies
 * between is left out: links among other nodes, or, where there are none, the node itself.
 */
function avoidInterior(learnt: Learnt, among: readonly RouteLink[]): Learnt {
  const self = among[0]?.from;
  const interior = among.filter((link) => link.from !== self && link.to !== self);
  if (interior.length > 0) {
    return {
      ...learnt,
      pairs: [...learnt.pairs, ...interior.map(({ from, to }) => ({ from, to }))],
    };
  }
  const nodes = among.map((link) => link.to).filter((nodeId) => nodeId !== self);
  return { ...learnt, nodes: [...learnt.nodes, ...nodes] };
}
