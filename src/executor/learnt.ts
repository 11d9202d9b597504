/** What the attempts of one rebalance have taught it. It is forgotten with the rebalance. */
import type { PairCeiling } from '../graph/overlay.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Path } from '../pathfinder/path.ts';
import type { Exclusions, NodePair } from '../pathfinder/request.ts';
import type { ChannelUpdateRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { isNews, refusesPath } from './policy-news.ts';
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
 * - terms that the path does not meet are believed once for each channel direction; if its owner is not satisfied
 *   then, or named no other terms, the channel is left out;
 * - whoever else is to blame is left out, an own channel too, since its refusals repeat.
 */
export function learn(
  learnt: Learnt,
  verdict: Verdict,
  { path, snapshot }: { readonly path: Path; readonly snapshot: GraphSnapshot },
): Lesson {
  const taught = withPolicyNews(withCeilings(learnt, verdict), verdict, snapshot);
  const { blame } = verdict;
  if (blame.kind !== 'channel') return { learnt: avoid(taught, blame, path), repriced: null };
  if (blame.cause === 'liquidity') return { learnt: taught, repriced: null };
  const update = verdict.update.kind === 'usable' ? verdict.update.update : null;
  const direction = `${blame.at.channelId}/${blame.at.from}`;
  if (!verdict.repriceable || update === null || learnt.repriced.includes(direction)) {
    return { learnt: avoid(taught, blame, path), repriced: null };
  }
  if (!refusesPath(update, path)) {
    return { learnt: avoid(taught, verdict.otherwise ?? blame, path), repriced: null };
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
function withPolicyNews(learnt: Learnt, verdict: Verdict, snapshot: GraphSnapshot): Learnt {
  if (verdict.update.kind !== 'usable') return learnt;
  const { update } = verdict.update;
  if (!isNews(update, { snapshot, learnt: learnt.policies })) return learnt;
  const others = learnt.policies.filter(
    (p) => p.channelId !== update.channelId || p.from !== update.from,
  );
  return { ...learnt, policies: [...others, update] };
}

/** Leaves a connection out of further searches, whichever channel. */
export const withoutPair = (learnt: Learnt, pair: NodePair): Learnt => ({
  ...learnt,
  pairs: [...learnt.pairs, pair],
});

function avoid(learnt: Learnt, blame: Blame, path: Path): Learnt {
  switch (blame.kind) {
    case 'own_channel':
      return { ...learnt, channels: [...learnt.channels, blame.channelId] };
    case 'channel':
      return { ...learnt, channels: [...learnt.channels, blame.at.channelId] };
    case 'pair':
      return { ...learnt, pairs: [...learnt.pairs, ...closedWays(blame.at, path)] };
    case 'node':
      return { ...learnt, nodes: [...learnt.nodes, blame.nodeId] };
    case 'unknown':
      return avoidInterior(learnt, blame.among);
    case 'final':
      return learnt;
  }
}

/** Both directions; of our own channels only the one taken, for we know ourselves what the other can do. */
function closedWays({ from, to }: NodePair, path: Path): NodePair[] {
  const self = path.hops[0]?.from;
  return from === self || to === self
    ? [{ from, to }]
    : [
        { from, to },
        { from: to, to: from },
      ];
}

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
