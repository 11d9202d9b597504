/**
 * Whether a forward is worth waiting for, and what for. It is kept only where nothing but balance is missing, where the
 * balance can come in time, and where what the forward earns pays for that:
 *
 *     most to pay = fee of the forward x share of helped forwards that settle - minimum gain - fees forgone on the source
 *
 * and never more than the earnings ledger has left. What the moved liquidity is worth besides is not counted: the forward
 * takes it away at once, all but the margin.
 */
import type { CircuitKey, OfferedForward } from '../ports.ts';
import type { InboundFee } from '../units/fee.ts';
import type { ChannelId } from '../units/ids.ts';
import { amountToMove } from './amount-to-move.ts';
import type { EarningsLedger } from './earnings-ledger.ts';
import type { JustInTimeTerms } from './just-in-time-terms.ts';
import { type LinkDefect, linkDefect } from './link-check.ts';
import type { OwnLink, OwnLinks } from './own-links.ts';
import { chooseSources } from './sources.ts';
import type { TargetMemory } from './target-memory.ts';

/** Why a forward goes on at once, instead of waiting for a rebalance. */
export type ResumeReason =
  | LinkDefect
  /** Asked of a channel, or come in over one, that we do not have or know no policy of. */
  | 'unknown_channel'
  /** It is to leave over the channel that it came by. */
  | 'circular'
  /** The node has sent it on before, and offers it again. */
  | 'forwarded'
  | 'late'
  /** A channel to that peer can carry it as it is. */
  | 'passes'
  | 'left_out'
  /** A rebalance into the channel is under way for another one. */
  | 'running'
  /** The channel cannot take in so much. */
  | 'no_room'
  /** No other channel has so much to spare. */
  | 'no_source'
  | 'not_worth_it'
  /** Rebalances into the channel have lately cost more than this one may, or failed. */
  | 'too_dear'
  /** The earnings ledger has nothing left. */
  | 'spent';

/** A rebalance to make while the forward waits. */
export interface HoldPlan {
  readonly circuit: CircuitKey;
  readonly inChannelId: ChannelId;
  readonly outChannelIds: readonly ChannelId[];
  readonly amountMsat: bigint;
  /** What must be spendable before the forward goes on. */
  readonly needMsat: bigint;
  readonly maxFeeMsat: bigint;
  /** What the forward earns if it settles. */
  readonly earnsMsat: bigint;
}

export type ForwardDecision =
  | { readonly kind: 'resume'; readonly reason: ResumeReason }
  | { readonly kind: 'hold'; readonly plan: HoldPlan };

export interface ForwardGround {
  readonly links: OwnLinks;
  readonly blockHeight: number;
  readonly nowMs: number;
  /** Channels that are being filled for other forwards. */
  readonly running: ReadonlySet<ChannelId>;
  readonly ledger: EarningsLedger;
  readonly memory: TargetMemory;
  readonly terms: JustInTimeTerms;
  /** What a satoshi of ours on the channel is worth there, in ppm of it, as plans reckon; 0 where nothing is known. */
  readonly worthPpm: (channelId: ChannelId) => number;
}

const NO_INBOUND_FEE: InboundFee = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

export function decideForward(forward: OfferedForward, ground: ForwardGround): ForwardDecision {
  const { links, terms, blockHeight } = ground;
  const incoming = links.get(forward.circuit.channelId);
  const toPeer = outgoingLinks(forward, links);
  if (incoming === undefined || toPeer.length === 0) return resume('unknown_channel');
  if (wasForwarded(forward, incoming)) return resume('forwarded');
  // lnd asks this of the channel that the sender names alone (lnd: `checkCircularForward`).
  if (askedFor(forward, links) === incoming) return resume('circular');
  if (forward.autoFailHeight - blockHeight < terms.cltvMarginBlocks) return resume('late');
  const inbound = incoming.policy ?? NO_INBOUND_FEE;
  const checked = toPeer.map((link) => ({
    link,
    defect: defectOf(forward, link, { inbound, blockHeight }),
  }));
  const sound = checked.filter(({ defect }) => defect === undefined).map(({ link }) => link);
  if (sound.length === 0) return resume(firstDefect(forward, checked, links));
  const { amountOutMsat } = forward;
  if (sound.some(({ channel }) => channel.spendableMsat >= amountOutMsat)) return resume('passes');
  return planFor(forward, sound, ground);
}

/** Any channel to the peer may carry it, whichever the sender names. */
function outgoingLinks(forward: OfferedForward, links: OwnLinks): readonly OwnLink[] {
  const { outChannelId, outPeer } = forward;
  const peer = outChannelId === null ? outPeer : askedFor(forward, links)?.channel.peer;
  return peer == null ? [] : links.to(peer);
}

const askedFor = ({ outChannelId }: OfferedForward, links: OwnLinks): OwnLink | undefined =>
  outChannelId === null ? undefined : links.get(outChannelId);

/** Its node lists where the HTLC has gone. */
const wasForwarded = ({ circuit }: OfferedForward, { channel }: OwnLink): boolean =>
  channel.pendingHtlcs.some(
    (htlc) => htlc.incoming && htlc.htlcId === circuit.htlcId && htlc.otherChannelId !== undefined,
  );

function defectOf(
  forward: OfferedForward,
  { channel, policy }: OwnLink,
  terms: { readonly inbound: InboundFee; readonly blockHeight: number },
): LinkDefect | 'unknown_channel' | undefined {
  if (policy === undefined) return 'unknown_channel';
  return linkDefect(forward, { channel, policy, ...terms });
}

/** Of the channel that was asked for, as lnd would answer. */
function firstDefect(
  forward: OfferedForward,
  checked: readonly { readonly link: OwnLink; readonly defect: ResumeReason | undefined }[],
  links: OwnLinks,
): ResumeReason {
  const asked = askedFor(forward, links);
  const found = checked.find(({ link }) => link === asked) ?? checked[0];
  return found?.defect ?? 'unknown_channel';
}

/** Into the channel that lacks least. */
function planFor(
  forward: OfferedForward,
  sound: readonly OwnLink[],
  ground: ForwardGround,
): ForwardDecision {
  const { links, terms, ledger, memory, nowMs, running } = ground;
  const { circuit, amountOutMsat, amountInMsat } = forward;
  const allowed = sound.filter(({ channel }) => !terms.leaveOut.has(channel.channelId));
  if (allowed.length === 0) return resume('left_out');
  // What was brought to a peer for one forward may serve another: none of its channels is filled twice at a time.
  if (sound.some(({ channel }) => running.has(channel.channelId))) return resume('running');
  const amounts = allowed
    .map((link) => ({ link, amountMsat: amountToMove(amountOutMsat, link.channel) }))
    .filter(({ amountMsat }) => amountMsat !== undefined)
    .sort((a, b) => (a.amountMsat! < b.amountMsat! ? -1 : a.amountMsat! > b.amountMsat! ? 1 : 0));
  const [best] = amounts;
  if (best?.amountMsat === undefined) return resume('no_room');
  const { amountMsat } = best;
  const target = best.link.channel;
  const earnsMsat = amountInMsat - amountOutMsat;
  const gainMsat = expected(earnsMsat, ledger.settledShare) - terms.minGainMsat;
  if (gainMsat <= 0n) return resume('not_worth_it');
  const sources = chooseSources(links.all, { ...ground, target, amountMsat, gainMsat });
  if (sources.channelIds.length === 0) return resume('no_source');
  const worthMsat = gainMsat - sources.forgoneMsat;
  if (worthMsat <= 0n) return resume('not_worth_it');
  const roomMsat = ledger.roomMsat(nowMs);
  if (roomMsat <= 0n) return resume('spent');
  const maxFeeMsat = worthMsat < roomMsat ? worthMsat : roomMsat;
  const maxPpm = (Number(maxFeeMsat) / Number(amountMsat)) * 1e6;
  if (!memory.mayTry(target.channelId, maxPpm, nowMs)) return resume('too_dear');
  return {
    kind: 'hold',
    plan: {
      circuit,
      inChannelId: target.channelId,
      outChannelIds: sources.channelIds,
      amountMsat,
      needMsat: amountOutMsat,
      maxFeeMsat,
      earnsMsat,
    },
  };
}

const expected = (msat: bigint, share: number): bigint =>
  (msat * BigInt(Math.floor(share * 1e6))) / 1_000_000n;

const resume = (reason: ResumeReason): ForwardDecision => ({ kind: 'resume', reason });
