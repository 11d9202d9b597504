/** A plan for people: the moves, what their channels are worth, and why others are left out. */
import type {
  ChannelOutlook,
  LeftOutChannel,
  LeftOutReason,
  PlannedMove,
  RebalancePlan,
} from '../../engine/index.ts';
import type { NoRouteReason } from '../../pathfinder/request.ts';
import type { ChannelId } from '../../units/ids.ts';
import { HOUR_MS } from '../../units/time.ts';
import { grouped, nodeName, ratio, satFromMsat } from './figures.ts';
import { table } from './table.ts';

export function movesTable({ moves, channels }: RebalancePlan): readonly string[] {
  const named = namesOf(channels);
  return table(
    [
      '',
      'from',
      'to',
      'sat',
      'fee, ppm',
      'at most, ppm',
      'earns, sat',
      'forgoes, sat',
      'chance',
      'net, sat',
    ],
    ['right', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    moves.map((move, i) => [
      String(i + 1),
      named(move.outChannelId),
      named(move.inChannelId),
      satFromMsat(move.amountMsat),
      ratio(move.feePpm),
      ratio(ppmOf(move.maxFeeMsat, move)),
      sats(move.earnedMsat + move.roomMsat),
      sats(move.forgoneMsat),
      `${(100 * move.probability).toFixed(0)} %`,
      sats(move.netMsat),
    ]),
  );
}

/** Every channel that is in no move, and why. */
export function leftOutLines({ leftOut, channels }: RebalancePlan): readonly string[] {
  if (leftOut.length === 0) return [];
  const named = namesOf(channels);
  const outlooks = new Map(channels.map((outlook) => [outlook.channelId, outlook]));
  return [
    'Left out:',
    ...table(
      ['channel', 'local', 'as source', 'as target'],
      ['left', 'right', 'left', 'left'],
      leftOut.map((channel) => [
        named(channel.channelId),
        localShare(outlooks.get(channel.channelId)!),
        ...reasons(channel),
      ]),
    ),
  ];
}

const reasons = ({ asSource, asTarget }: LeftOutChannel): readonly [string, string] => [
  reasonText(asSource),
  reasonText(asTarget),
];

function reasonText(reason: LeftOutReason): string {
  switch (reason.code) {
    case 'excluded':
      return 'excluded';
    case 'inactive':
      return 'inactive';
    case 'no_policy':
      return 'no policy of ours in the graph';
    case 'cool_down':
      return `rests until ${date(reason.untilMs)}: moved the other way`;
    case 'quiet':
      return `rests until ${date(reason.untilMs)}: failed ${reason.failures === 1 ? 'once' : `${reason.failures} times`}`;
    case 'no_balance':
      return reason.roomMsat < 1000n
        ? 'nothing to give'
        : `only ${satFromMsat(reason.roomMsat)} sat to give`;
    case 'no_room':
      return reason.roomMsat < 1000n
        ? 'no room'
        : `room for ${satFromMsat(reason.roomMsat)} sat only`;
    case 'no_outflow':
      return 'nothing leaves over it';
    case 'earns_nothing':
      return 'earns nothing';
    case 'has_enough':
      return 'has enough';
    case 'not_worth_it':
      return reason.worthPpm <= 0
        ? 'not worth it, were it free'
        : `costs ${ratio(reason.feePpm)} ppm, worth ${ratio(reason.worthPpm)}`;
    case 'no_route':
      return noRouteText(reason.reason);
    case 'no_partner':
      return 'no channel at the other end';
    case 'outranked':
      return 'others gain more';
  }
}

/** Short, for a cell. */
function noRouteText(reason: NoRouteReason): string {
  switch (reason.code) {
    case 'fee_limit':
      return `no route below 10,000 ppm (${ratio(reason.cheapestFeePpm)})`;
    case 'unknown_node':
      return 'no route: a peer is not in the graph';
    case 'disconnected':
      return 'no route: no path of announced channels';
    case 'same_peer':
      return 'no route: the other ends are with the same peer';
    case 'amount_too_large':
      return `no route for more than ${satFromMsat(reason.payableMsat)} sat`;
    case 'amount_out_of_range':
      return 'no route: the amount is too large';
    case 'no_outgoing_channel':
    case 'no_outgoing_balance':
      return 'no route: no source can send that much';
    case 'no_incoming_channel':
    case 'no_incoming_capacity':
      return 'no route: no target can receive that much';
    case 'cltv_limit':
      return 'no route: it would lock money for too long';
    case 'hop_limit':
    case 'onion_limit':
      return 'no route: it would be too long';
    case 'probability_limit':
      return 'no route that is likely to succeed';
    case 'avoided':
      return 'no route but over what lately lacked liquidity';
    case 'search_budget':
      return 'no route: the search gave up';
  }
}

/** The whole of it. */
export const planLines = (plan: RebalancePlan): readonly string[] => [
  ...(plan.moves.length === 0 ? [] : movesTable(plan)),
  ...leftOutLines(plan),
  planSentence(plan),
];

/** What the moves come to. */
export function planSentence({ moves, strategy, fillAheadMs }: RebalancePlan): string {
  if (moves.length === 0) return 'Nothing is worth moving now.';
  const sum = (of: (move: PlannedMove) => bigint): bigint =>
    moves.reduce((total, move) => total + of(move), 0n);
  const worth =
    strategy === 'economic'
      ? `expected to gain ${sats(sum(({ netMsat }) => netMsat))} sat net within ${ratio(fillAheadMs / HOUR_MS)} hours`
      : `worth ${sats(sum(({ netMsat }) => netMsat))} sat more than they cost, at what may be paid`;
  return (
    `${moves.length} ${moves.length === 1 ? 'move' : 'moves'} of ${satFromMsat(sum(({ amountMsat }) => amountMsat))} sat ` +
    `for ${sats(sum(({ feeMsat }) => feeMsat))} sat in fees, ${worth}. Nothing was sent.`
  );
}

function namesOf(channels: readonly ChannelOutlook[]): (channelId: ChannelId) => string {
  const names = new Map(
    channels.map(({ channelId, peer, peerAlias }) => [
      channelId,
      `${nodeName({ nodeId: peer, alias: peerAlias })} ${channelId}`,
    ]),
  );
  return (channelId) => names.get(channelId) ?? channelId;
}

const localShare = ({ localMsat, remoteMsat }: ChannelOutlook): string => {
  const total = localMsat + remoteMsat;
  return total === 0n ? '' : `${(Number((localMsat * 1000n) / total) / 10).toFixed(0)} %`;
};

const ppmOf = (feeMsat: bigint, { amountMsat }: PlannedMove): number =>
  (Number(feeMsat) / Number(amountMsat)) * 1e6;

/** Worths are no finer than a satoshi. */
const sats = (amountMsat: bigint): string => grouped(amountMsat / 1000n);

const date = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 16)}Z`;
