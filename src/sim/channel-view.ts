/** A channel as one of its ends lists it (lnd: `rpcserver.go`, `createRPCOpenChannel`). */
import type { NodeId } from '../units/ids.ts';
import { DUST_LIMIT_SAT, type End, MAX_ACCEPTED_HTLCS, type SimulatedChannel } from './channel.ts';
import type { PendingHtlcView, SimulatedChannelView } from './records.ts';

export function channelView(parts: {
  channel: SimulatedChannel;
  nodeId: NodeId;
  peerAlias: string;
  active: boolean;
}): SimulatedChannelView {
  const { channel } = parts;
  const own = channel.endOf(parts.nodeId);
  const other: End = own === 0 ? 1 : 0;
  const alias = channel.aliases;
  return {
    channelId: channel.channelId,
    channelPoint: channel.channelPoint,
    peer: channel.ends[other],
    peerAlias: parts.peerAlias,
    capacitySat: channel.capacitySat,
    localBalanceSat: channel.commitmentOutputSat(own),
    remoteBalanceSat: channel.commitmentOutputSat(other),
    commitFeeSat: channel.commitFeeSat,
    commitWeight: channel.commitWeight,
    feePerKw: BigInt(channel.feePerKw),
    unsettledBalanceSat: channel.inFlightMsat / 1000n,
    totalSentSat: channel.sentMsat[own] / 1000n,
    totalReceivedSat: channel.sentMsat[other] / 1000n,
    numUpdates: channel.updates,
    pendingHtlcs: pendingHtlcs(channel, own),
    active: parts.active,
    private: channel.private,
    initiator: channel.opener === own,
    localReserveSat: channel.reserveSat,
    remoteReserveSat: channel.reserveSat,
    dustLimitSat: DUST_LIMIT_SAT,
    maxAcceptedHtlcs: MAX_ACCEPTED_HTLCS,
    peerScidAlias: alias === null ? null : alias[other],
    aliasScids: alias === null ? [] : [alias[own]],
    spendableMsat: channel.bandwidthMsat(own),
    receivableMsat: channel.bandwidthMsat(other),
  };
}

function pendingHtlcs(channel: SimulatedChannel, own: End): PendingHtlcView[] {
  return [...channel.htlcs].map((htlc) => {
    const incoming = htlc.from !== own;
    const elsewhere = incoming ? htlc.wentTo : htlc.cameFrom;
    return {
      incoming,
      amountMsat: htlc.amountMsat,
      paymentHash: htlc.paymentHash,
      expiryHeight: htlc.expiryHeight,
      htlcIndex: htlc.index,
      forwardingChannel: elsewhere?.channelId ?? '0',
      forwardingHtlcIndex: elsewhere?.index ?? 0n,
    };
  });
}
