/** lightningd's `listpeerchannels` as Ballast's own channels. */
import { readChannel } from '../../graph/read-record.ts';
import type { ChannelPolicy, GraphDescription, OwnChannel, PendingHtlc } from '../../ports.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import type { PeerAliases } from './peer-aliases.ts';

/** In these a channel takes payments: a splice that waits for its confirmation changes nothing of that. */
const OPEN_STATES: ReadonlySet<string> = new Set(['CHANNELD_NORMAL', 'CHANNELD_AWAITING_SPLICE']);

export async function listPeerChannels(calls: ClnCalls): Promise<readonly ClnObject[]> {
  return new ClnObject('listpeerchannels', await calls.call('listpeerchannels')).list('channels');
}

/** Open channels, whether their peer is there or not. */
export async function fetchOwnChannels(
  calls: ClnCalls,
  aliases: PeerAliases,
): Promise<readonly OwnChannel[]> {
  const open = (await listPeerChannels(calls)).filter(isOpen);
  const names = await aliases.of(open.map((channel) => channel.nodeId('peer_id')));
  return open.map((channel) => readOwnChannel(channel, names));
}

/** Without an id of any kind nothing can be sent over it yet. */
const isOpen = (channel: ClnObject): boolean =>
  OPEN_STATES.has(channel.text('state')) && idsOf(channel) !== undefined;

interface ChannelIds {
  /** What lightningd itself reports HTLCs under: the real id, or before there is one our alias for it. */
  readonly listed: ChannelId;
  /** What the peer takes in the last hop of a route to us. */
  readonly inbound: ChannelId;
  readonly ours: ChannelId | undefined;
}

/**
 * A private channel goes by the alias that the peer gave to us, for a peer that keeps the real id private refuses that
 * one; a public channel goes by what the network knows.
 */
function idsOf(channel: ClnObject): ChannelIds | undefined {
  const alias = channel.optionalObject('alias');
  const [ours, theirs] = [alias?.optionalChannelId('local'), alias?.optionalChannelId('remote')];
  const real = channel.optionalChannelId('short_channel_id');
  const listed = real ?? ours;
  if (listed === undefined) return undefined;
  const goesByAlias = real === undefined || channel.flag('private');
  return { listed, inbound: (goesByAlias ? theirs : undefined) ?? listed, ours };
}

function readOwnChannel(channel: ClnObject, names: ReadonlyMap<NodeId, string>): OwnChannel {
  const { listed, inbound, ours } = idsOf(channel)!;
  const peer = channel.nodeId('peer_id');
  const htlcs = channel.list('htlcs');
  const [outMsat, inMsat] = [sumOf(htlcs, 'out'), sumOf(htlcs, 'in')];
  const totalMsat = channel.msat('total_msat');
  // lightningd takes HTLCs off its balance only once they have settled.
  const localMsat = channel.msat('to_us_msat') - outMsat;
  const remoteMsat = totalMsat - channel.msat('to_us_msat') - inMsat;
  return {
    channelId: listed,
    graphChannelId: listed,
    inboundChannelId: inbound,
    ...(ours !== undefined && ours !== listed && { aliases: [ours] }),
    peer,
    peerAlias: names.get(peer) ?? '',
    capacitySat: totalMsat / 1000n,
    localBalanceSat: atLeastZero(localMsat) / 1000n,
    remoteBalanceSat: atLeastZero(remoteMsat) / 1000n,
    spendableMsat: withinFlight(channel, 'spendable_msat', { side: 'their', pendingMsat: outMsat }),
    receivableMsat: withinFlight(channel, 'receivable_msat', { side: 'our', pendingMsat: inMsat }),
    pendingHtlcs: htlcs.map(readPendingHtlc),
    // What the peer accepts, lightningd does not tell.
    maxOutgoingHtlcs: null,
    maxIncomingHtlcs: channel.optionalCount('max_accepted_htlcs') ?? null,
    active: isActive(channel),
    private: channel.flag('private'),
  };
}

/** Reestablishing takes a moment after the peer has connected. */
const isActive = (channel: ClnObject): boolean =>
  channel.flag('peer_connected') &&
  (!channel.has('reestablished') || channel.flag('reestablished'));

/** lightningd's figure leaves out how much the other side allows to be under way at once. */
function withinFlight(
  channel: ClnObject,
  name: 'spendable_msat' | 'receivable_msat',
  { side, pendingMsat }: { readonly side: 'their' | 'our'; readonly pendingMsat: bigint },
): bigint {
  const figure = channel.optionalMsat(name) ?? 0n;
  const most = channel.optionalMsat(`${side}_max_htlc_value_in_flight_msat`);
  if (most === undefined) return figure;
  const room = atLeastZero(most - pendingMsat);
  return figure < room ? figure : room;
}

const sumOf = (htlcs: readonly ClnObject[], direction: 'in' | 'out'): bigint =>
  htlcs
    .filter((htlc) => htlc.text('direction') === direction)
    .reduce((sum, htlc) => sum + htlc.msat('amount_msat'), 0n);

const readPendingHtlc = (htlc: ClnObject): PendingHtlc => ({
  paymentHash: htlc.paymentHash('payment_hash'),
  incoming: htlc.text('direction') === 'in',
  amountSat: htlc.msat('amount_msat') / 1000n,
  expiryHeight: htlc.count('expiry'),
  htlcId: htlc.big('id'),
});

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

// ---- our private channels, for the graph

/** Those that gossip does not have, with both policies as far as they are known, and those whose figures cannot be. */
export function unannounced(
  listed: readonly ClnObject[],
  self: NodeId,
): Pick<GraphDescription, 'channels' | 'rejected'> {
  const read = listed
    .filter((channel) => channel.flag('private') && isOpen(channel))
    .map((channel) => {
      const peer = channel.nodeId('peer_id');
      const updates = channel.optionalObject('updates');
      const ours = readPolicy(updates?.optionalObject('local'));
      const theirs = readPolicy(updates?.optionalObject('remote'));
      const isFirst = self < peer;
      return readChannel({
        channelId: idsOf(channel)!.listed,
        node1: isFirst ? self : peer,
        node2: isFirst ? peer : self,
        capacitySat: channel.msat('total_msat') / 1000n,
        policy1: isFirst ? ours : theirs,
        policy2: isFirst ? theirs : ours,
        channelPoint: channelPointOf(channel),
      });
    });
  return {
    channels: read.flatMap((result) => (result.kind === 'ok' ? [result.record] : [])),
    rejected: read.flatMap((result) => (result.kind === 'rejected' ? [result.rejected] : [])),
  };
}

export const channelPointOf = (channel: ClnObject): string =>
  channel.has('funding_txid')
    ? `${channel.text('funding_txid')}:${channel.optionalCount('funding_outnum') ?? 0}`
    : '';

function readPolicy(update: ClnObject | undefined): ChannelPolicy | null {
  if (update === undefined) return null;
  const maxHtlcMsat = update.optionalMsat('htlc_maximum_msat') ?? 0n;
  return {
    feeBaseMsat: update.msat('fee_base_msat'),
    feeRatePpm: update.count('fee_proportional_millionths'),
    timeLockDelta: update.count('cltv_expiry_delta'),
    minHtlcMsat: update.msat('htlc_minimum_msat'),
    maxHtlcMsat: maxHtlcMsat === 0n ? null : maxHtlcMsat,
    disabled: false,
    inboundFeeBaseMsat: 0n,
    inboundFeeRatePpm: 0,
    lastUpdate: 0,
  };
}
