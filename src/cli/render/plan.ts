/** A plan for people: the moves, what their channels are worth, and why others are left out. */
import type {
  ChannelOutlook,
  LeftOutChannel,
  LeftOutReason,
  PlannedMove,
  RebalancePlan,
} from '../../engine/index.ts';
import type { ChannelId } from '../../units/ids.ts';
import { DAY_MS } from '../../units/time.ts';
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

/** Every channel that is in no move. */
export function leftOutTable({ leftOut, channels }: RebalancePlan): readonly string[] {
  const named = namesOf(channels);
  const outlooks = new Map(channels.map((outlook) => [outlook.channelId, outlook]));
  return table(
    ['channel', 'local', 'as source', 'as target'],
    ['left', 'right', 'left', 'left'],
    leftOut.map((channel) => [
      named(channel.channelId),
      localShare(outlooks.get(channel.channelId)!),
      ...reasons(channel),
    ]),
  );
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
      return `only ${satFromMsat(reason.roomMsat)} sat to give`;
    case 'no_room':
      return `room for ${satFromMsat(reason.roomMsat)} sat only`;
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
      return reason.reason.code === 'fee_limit'
        ? `no route below 10,000 ppm (${ratio(reason.reason.cheapestFeePpm)})`
        : `no route: ${reason.reason.code.replaceAll('_', ' ')}`;
    case 'no_partner':
      return 'no channel at the other end';
    case 'outranked':
      return 'others gain more';
  }
}

/** What the moves come to. */
export function planSentence({ moves, strategy, horizonMs }: RebalancePlan): string {
  if (moves.length === 0) return 'Nothing is worth moving now.';
  const sum = (of: (move: PlannedMove) => bigint): bigint =>
    moves.reduce((total, move) => total + of(move), 0n);
  const worth =
    strategy === 'economic'
      ? `expected to gain ${sats(sum(({ netMsat }) => netMsat))} sat net within ${ratio(horizonMs / DAY_MS)} days`
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
