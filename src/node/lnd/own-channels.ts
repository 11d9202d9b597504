/** lnd's ListChannels as Ballast's own channels. */
import {
  type Channel,
  type ChannelConstraints,
  type HTLC,
  ListChannelsRequest,
} from '../../generated/services/channels.ts';
import { LightningService } from '../../generated/services/lightning.ts';
import type { OwnChannel, PendingHtlc } from '../../ports.ts';
import { bytesToHex } from '../../units/bytes.ts';
import {
  type ChannelId,
  isNodeId,
  isPaymentHash,
  type NodeId,
  tryParseChannelId,
} from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { type ChannelSide, spendableMsat } from './spendable.ts';

/** Open channels, active or not, without those that carry assets: their balances are not what they seem. */
export async function fetchOwnChannels(
  calls: LndCalls,
  deadlineMs: number,
): Promise<readonly OwnChannel[]> {
  const request = ListChannelsRequest.fromPartial({ peerAliasLookup: true });
  const { channels } = await calls.unary(LightningService.listChannels, request, deadlineMs);
  return channels.filter((channel) => channel.customChannelData.length === 0).map(readOwnChannel);
}

function readOwnChannel(channel: Channel): OwnChannel {
  const ours = ourSide(channel);
  const peers = peerSide(channel);
  return {
    channelId: channelIdOf(channel.chanId),
    graphChannelId: graphChannelId(channel),
    inboundChannelId: inboundChannelId(channel),
    ...(channel.aliasScids.length > 0 && { aliases: channel.aliasScids.map(channelIdOf) }),
    peer: peerOf(channel),
    peerAlias: channel.peerAlias,
    capacitySat: channel.capacity,
    localBalanceSat: channel.localBalance,
    remoteBalanceSat: channel.remoteBalance,
    spendableMsat: spendableMsat(ours),
    receivableMsat: spendableMsat(peers),
    pendingHtlcs: channel.pendingHtlcs.map((htlc) => readPendingHtlc(htlc, channel)),
    maxOutgoingHtlcs: ours.maxHtlcs === 0 ? null : ours.maxHtlcs,
    maxIncomingHtlcs: peers.maxHtlcs === 0 ? null : peers.maxHtlcs,
    active: channel.active,
    private: channel.private,
  };
}

function readPendingHtlc(htlc: HTLC, { chanId }: Channel): PendingHtlc {
  const paymentHash = bytesToHex(htlc.hashLock);
  if (!isPaymentHash(paymentHash)) {
    throw oddAnswer(`channel ${chanId} with an HTLC of the payment hash "${paymentHash}"`);
  }
  return {
    paymentHash,
    incoming: htlc.incoming,
    amountSat: htlc.amount,
    expiryHeight: htlc.expirationHeight,
    htlcId: htlc.htlcIndex,
    ...(isSet(htlc.forwardingChannel) && { otherChannelId: channelIdOf(htlc.forwardingChannel) }),
  };
}

/**
 * lnd goes on listing a zero-conf channel under its alias. The graph has it so too until it confirms; then a public
 * one is announced under its real id, while a private one keeps the alias.
 */
function graphChannelId(channel: Channel): ChannelId {
  const { zeroConf, zeroConfConfirmedScid, chanId } = channel;
  const announced = zeroConf && !channel.private && isSet(zeroConfConfirmedScid);
  return channelIdOf(announced ? zeroConfConfirmedScid : chanId);
}

/**
 * The peer knows a private channel with negotiated alias, and a zero-conf channel, by the alias that it gave us
 * itself, and refuses the others. A channel that is announced under another id than lnd lists is known by that one.
 */
function inboundChannelId(channel: Channel): ChannelId {
  const announced = graphChannelId(channel);
  if (announced !== channelIdOf(channel.chanId)) return announced;
  const goesByAlias = channel.private || channel.zeroConf;
  return goesByAlias && isSet(channel.peerScidAlias)
    ? channelIdOf(channel.peerScidAlias)
    : announced;
}

const isSet = (channelId: string): boolean => channelId !== '' && channelId !== '0';

const NO_LIMITS: Pick<
  ChannelConstraints,
  'chanReserveSat' | 'dustLimitSat' | 'maxPendingAmtMsat' | 'maxAcceptedHtlcs'
> = { chanReserveSat: 0n, dustLimitSat: 0n, maxPendingAmtMsat: 0n, maxAcceptedHtlcs: 0 };

/** `local_constraints` bind us, `remote_constraints` the peer; lnd's comments on the fields say otherwise. */
function ourSide(channel: Channel): ChannelSide {
  const ours = channel.localConstraints ?? NO_LIMITS;
  const theirs = channel.remoteConstraints ?? NO_LIMITS;
  return {
    commitmentType: channel.commitmentType,
    ownPaysFee: channel.initiator,
    ownBalanceSat: channel.localBalance,
    ownReserveSat: ours.chanReserveSat,
    otherBalanceSat: channel.remoteBalance,
    otherReserveSat: theirs.chanReserveSat,
    commitFeeSat: channel.commitFee,
    feePerKw: channel.feePerKw,
    dustLimitSat: ours.dustLimitSat < theirs.dustLimitSat ? ours.dustLimitSat : theirs.dustLimitSat,
    htlcs: channel.pendingHtlcs.map((htlc) => ({
      outgoing: !htlc.incoming,
      amountSat: htlc.amount,
    })),
    maxPendingMsat: ours.maxPendingAmtMsat,
    maxHtlcs: ours.maxAcceptedHtlcs,
  };
}

function peerSide(channel: Channel): ChannelSide {
  const ours = ourSide(channel);
  const theirs = channel.remoteConstraints ?? NO_LIMITS;
  return {
    ...ours,
    ownPaysFee: !channel.initiator,
    ownBalanceSat: ours.otherBalanceSat,
    ownReserveSat: ours.otherReserveSat,
    otherBalanceSat: ours.ownBalanceSat,
    otherReserveSat: ours.ownReserveSat,
    htlcs: ours.htlcs.map((htlc) => ({ ...htlc, outgoing: !htlc.outgoing })),
    maxPendingMsat: theirs.maxPendingAmtMsat,
    maxHtlcs: theirs.maxAcceptedHtlcs,
  };
}

function channelIdOf(text: string): ChannelId {
  const channelId = tryParseChannelId(text);
  if (channelId !== undefined && isSet(channelId)) return channelId;
  throw oddAnswer(`a channel with the id "${text}"`);
}

function peerOf(channel: Channel): NodeId {
  if (isNodeId(channel.remotePubkey)) return channel.remotePubkey;
  throw oddAnswer(`channel ${channel.chanId} with the peer "${channel.remotePubkey}"`);
}

const oddAnswer = (what: string): NodeError =>
  new NodeError('rpc', `lnd lists ${what}, which cannot be; check lnd's version and its log`);
