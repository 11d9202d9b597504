/** Which channels the liquidity for a waiting forward may come from. */
import type { OwnChannel } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';
import type { JustInTimeTerms } from './just-in-time-terms.ts';
import type { OwnLink } from './own-links.ts';

/** A source is no cheaper than this part of the gain leaves room to pay for the route. */
const MOST_FORGONE_PART = 0.5;

export interface Sources {
  readonly channelIds: readonly ChannelId[];
  /** The most that the amount would have earned on any of them, msat. */
  readonly forgoneMsat: bigint;
}

/** Channels to other peers that have the amount to spare, and where it is worth half of the gain at most. */
export function chooseSources(
  links: readonly OwnLink[],
  wanted: {
    readonly target: OwnChannel;
    readonly amountMsat: bigint;
    readonly gainMsat: bigint;
    readonly running: ReadonlySet<ChannelId>;
    readonly terms: Pick<JustInTimeTerms, 'keepShare' | 'leaveOut'>;
    readonly worthPpm: (channelId: ChannelId) => number;
  },
): Sources {
  const { target, amountMsat, gainMsat, running, terms } = wanted;
  let forgoneMsat = 0n;
  const channelIds: ChannelId[] = [];
  for (const { channel } of links) {
    const { channelId, peer, active } = channel;
    if (!active || peer === target.peer) continue;
    if (terms.leaveOut.has(channelId) || running.has(channelId)) continue;
    if (spareMsat(channel, terms.keepShare) < amountMsat) continue;
    const worthMsat = (Number(amountMsat) * Math.max(0, wanted.worthPpm(channelId))) / 1e6;
    if (worthMsat > Number(gainMsat) * MOST_FORGONE_PART) continue;
    const roundedMsat = BigInt(Math.ceil(worthMsat));
    if (roundedMsat > forgoneMsat) forgoneMsat = roundedMsat;
    channelIds.push(channelId);
  }
  return { channelIds, forgoneMsat };
}

/** What can leave without our share falling below the part that stays. */
function spareMsat({ capacitySat, spendableMsat }: OwnChannel, keepShare: number): bigint {
  const keptMsat = BigInt(Math.ceil(Number(capacitySat) * 1000 * keepShare));
  return spendableMsat - keptMsat;
}
