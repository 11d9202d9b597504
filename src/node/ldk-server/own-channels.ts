/** ListChannels, and what each channel is in the graph. */
import {
  GetBalancesRequest,
  type GetBalancesResponse,
  LightningNodeService,
  ListChannelsRequest,
} from '../../generated/services/ldk-server/api.ts';
import type { Channel } from '../../generated/services/ldk-server/types.ts';
import type { OwnChannel, PendingHtlc } from '../../ports.ts';
import { type ChannelId, isNodeId, type NodeId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import {
  type ChannelMapping,
  type GraphCandidate,
  type ListedLdkChannel,
  mapChannels,
} from './channel-map.ts';
import type { GraphReader } from './graph-reader.ts';
import type { LdkCalls } from './ldk-calls.ts';

/** A channel of ours as LDK Server knows it. */
export interface LdkServerChannel extends ListedLdkChannel {
  /** Hex. Changes when the channel is spliced. */
  readonly ldkChannelId: string;
  readonly mapping: ChannelMapping;
  readonly usable: boolean;
  /** What can go out altogether, and as one HTLC. */
  readonly outboundMsat: bigint;
  readonly spendableMsat: bigint;
  /** What can come in as one HTLC. */
  readonly receivableMsat: bigint;
  readonly localBalanceSat: bigint;
  readonly remoteBalanceSat: bigint;
  /** Our own terms for forwarding out over it. */
  readonly feeBaseMsat: bigint;
  readonly feeRatePpm: number;
  readonly timeLockDelta: number;
}

export interface OwnChannelParts {
  readonly calls: LdkCalls;
  readonly reader: GraphReader;
  readonly self: NodeId;
  readonly deadlineMs: number;
}

/** All channels, also those that have no place in the graph. */
export async function fetchChannels(parts: OwnChannelParts): Promise<readonly LdkServerChannel[]> {
  const { calls, deadlineMs } = parts;
  const method = LightningNodeService.listChannels;
  const [{ channels }, graph] = await Promise.all([
    calls.unary(method, ListChannelsRequest.create(), deadlineMs),
    ourGraphChannels(parts),
  ]);
  const listed = channels.map(readChannel);
  const mappings = mapChannels(listed, graph);
  return listed.map((channel, i) => ({ ...channel, mapping: mappings[i]! }));
}

/** What the graph shows of us; asked anew, for a splice changes it. */
async function ourGraphChannels({ reader, self }: OwnChannelParts): Promise<GraphCandidate[]> {
  const node = await reader.node(self, 0);
  const found: GraphCandidate[] = [];
  await reader.each(node?.channels ?? [], async (channelId) => {
    const channel = await reader.channel(channelId);
    if (channel === undefined) return;
    const peer = channel.nodeOne === self ? channel.nodeTwo : channel.nodeOne;
    if (isNodeId(peer)) found.push({ channelId, peer, capacitySat: channel.capacitySats ?? null });
  });
  return found.sort((a, b) => Number(BigInt(a.channelId) - BigInt(b.channelId)));
}

function readChannel(channel: Channel): Omit<LdkServerChannel, 'mapping'> {
  const peer = channel.counterpartyNodeId;
  if (!isNodeId(peer)) {
    throw new NodeError(
      'rpc',
      `LDK Server lists channel ${channel.channelId} with the peer "${peer}", which cannot be; check its version and its log`,
    );
  }
  const { channelConfig: config } = channel;
  const ourReserveSat = channel.unspendablePunishmentReserve ?? 0n;
  const theirReserveSat = channel.counterpartyUnspendablePunishmentReserve;
  const largestMsat = channel.counterpartyOutboundHtlcMaximumMsat ?? channel.inboundCapacityMsat;
  return {
    userChannelId: channel.userChannelId,
    ldkChannelId: channel.channelId,
    peer,
    capacitySat: channel.channelValueSats,
    fundingIndex: channel.fundingTxo?.vout ?? null,
    announced: channel.isAnnounced,
    ready: channel.isChannelReady,
    usable: channel.isUsable,
    outboundMsat: channel.outboundCapacityMsat,
    spendableMsat: channel.nextOutboundHtlcLimitMsat,
    receivableMsat:
      largestMsat < channel.inboundCapacityMsat ? largestMsat : channel.inboundCapacityMsat,
    localBalanceSat: channel.outboundCapacityMsat / 1000n + ourReserveSat,
    remoteBalanceSat: channel.inboundCapacityMsat / 1000n + theirReserveSat,
    feeBaseMsat: BigInt(config?.forwardingFeeBaseMsat ?? 0),
    feeRatePpm: config?.forwardingFeeProportionalMillionths ?? 0,
    timeLockDelta: config?.cltvExpiryDelta ?? 0,
  };
}

export const fetchBalances = (calls: LdkCalls, deadlineMs: number): Promise<GetBalancesResponse> =>
  calls.unary(LightningNodeService.getBalances, GetBalancesRequest.create(), deadlineMs);

/** Those that have a place in the graph. How many HTLCs may be under way is not told. */
export function ownChannel(
  channel: LdkServerChannel & { readonly mapping: { readonly channelId: ChannelId } },
  known: { readonly peerAlias: string; readonly pendingHtlcs: readonly PendingHtlc[] },
): OwnChannel {
  const { channelId } = channel.mapping;
  return {
    channelId,
    graphChannelId: channelId,
    inboundChannelId: channelId,
    peer: channel.peer,
    peerAlias: known.peerAlias,
    capacitySat: channel.capacitySat,
    localBalanceSat: channel.localBalanceSat,
    remoteBalanceSat: channel.remoteBalanceSat,
    spendableMsat: channel.spendableMsat,
    receivableMsat: channel.receivableMsat,
    pendingHtlcs: known.pendingHtlcs,
    maxOutgoingHtlcs: null,
    maxIncomingHtlcs: null,
    active: channel.usable,
    private: false,
  };
}

export const isMapped = (
  channel: LdkServerChannel,
): channel is LdkServerChannel & {
  readonly mapping: Extract<ChannelMapping, { kind: 'mapped' }>;
} => channel.mapping.kind === 'mapped';
