/** Why channels are in none of a plan's moves. */
import { bestMove, whyNoRoute } from './circle-search.ts';
import { moveFigures } from './move-worth.ts';
import { isOpenPair, type PlanField, quietPair } from './plan-field.ts';
import type { PlannedChannel } from './planned-channel.ts';
import type { LeftOutChannel, LeftOutReason } from './rebalance-plan.ts';

const MILLION = 1e6;

export interface Barred {
  readonly source: LeftOutReason | undefined;
  readonly target: LeftOutReason | undefined;
}

/** After the moves have been chosen. */
export function leftOutChannels(
  field: PlanField,
  known: {
    readonly barred: ReadonlyMap<PlannedChannel, Barred>;
    readonly offered: ReadonlySet<PlannedChannel>;
  },
): readonly LeftOutChannel[] {
  return field.channels
    .filter(({ isDrained, isFilled }) => !isDrained && !isFilled)
    .map((channel) => {
      const { source, target } = known.barred.get(channel)!;
      const wasOffered = known.offered.has(channel);
      return {
        channelId: channel.own.channelId,
        asSource: source ?? unused(field, { channel, side: 'source', wasOffered }),
        asTarget: target ?? unused(field, { channel, side: 'target', wasOffered }),
      };
    });
}

interface Unused {
  readonly channel: PlannedChannel;
  readonly side: 'source' | 'target';
  readonly wasOffered: boolean;
}

function unused(field: PlanField, { channel, side, wasOffered }: Unused): LeftOutReason {
  const all = side === 'source' ? field.targets : field.sources;
  const others = all.filter((other) => other !== channel);
  if (others.length === 0) return { code: 'no_partner' };
  const pairs = others.map((other) =>
    side === 'source' ? { source: channel, target: other } : { source: other, target: channel },
  );
  const open = pairs.filter((pair) => isOpenPair(field, pair));
  if (open.length === 0) return soonestQuiet(field, pairs) ?? { code: 'outranked' };
  const ends = {
    sources: [...new Set(open.map(({ source }) => source))],
    targets: [...new Set(open.map(({ target }) => target))],
  };
  const amountMsat = tellingAmount(field, channel, side);
  const found = amountMsat === undefined ? undefined : bestMove(field, amountMsat, ends);
  if (found === undefined) {
    if (wasOffered || amountMsat === undefined) return { code: 'outranked' };
    const result = whyNoRoute(field, amountMsat, ends);
    return result.kind === 'no_route'
      ? { code: 'no_route', reason: result.reason }
      : { code: 'outranked' };
  }
  const figures = moveFigures(found, { ...found, ...field });
  if (found.feeMsat <= figures.maxFeeMsat) return { code: 'outranked' };
  const other = side === 'source' ? found.target : found.source;
  return {
    code: 'not_worth_it',
    otherChannelId: other.own.channelId,
    amountMsat: found.amountMsat,
    feePpm: found.feePpm,
    worthPpm: (Number(figures.maxFeeMsat) / Number(found.amountMsat)) * MILLION,
  };
}

/** A gain that is all but proportional to the amount. */
const NEARLY_ALL = 0.9;

/**
 * One amount by which a channel is judged: the largest that it earns as much on as on the least, for less would let the
 * fixed costs decide, and more what it cannot use. For a source, whose gain is another's, the middle one.
 */
function tellingAmount(
  { amountsMsat, economic }: PlanField,
  channel: PlannedChannel,
  side: Unused['side'],
): bigint | undefined {
  const room = side === 'source' ? channel.surplusMsat : channel.roomMsat;
  const fitting = amountsMsat.filter((amountMsat) => amountMsat <= room);
  if (side === 'source' || !economic) return fitting[fitting.length >> 1];
  const least = fitting.at(-1);
  if (least === undefined) return undefined;
  const rate = channel.earnedMsat(least) / Number(least);
  return fitting.find(
    (amountMsat) => channel.earnedMsat(amountMsat) >= NEARLY_ALL * rate * Number(amountMsat),
  );
}

/** Every partner is quiet: until the first is not any more. */
function soonestQuiet(
  field: PlanField,
  pairs: readonly { readonly source: PlannedChannel; readonly target: PlannedChannel }[],
): LeftOutReason | undefined {
  const quiet = pairs.flatMap((pair) => quietPair(field, pair) ?? []);
  if (quiet.length === 0) return undefined;
  const soonest = quiet.reduce((a, b) => (b.untilMs < a.untilMs ? b : a));
  return { code: 'quiet', ...soonest };
}
