/** A node's own channels as lnd's messages. */
import { Channel, CommitmentType, type HTLC } from '../../generated/services/channels.ts';
import { hexToBytes } from '../../units/bytes.ts';
import type { PendingHtlcView, SimulatedChannelView } from '../records.ts';

const CSV_DELAY = 144;
const MIN_HTLC_MSAT = 1n;

/** `peerAlias` is sent only where the request asks for it, as in lnd. */
export function writeChannel(view: SimulatedChannelView, withPeerAlias: boolean): Channel {
  return Channel.fromPartial({
    active: view.active,
    private: view.private,
    remotePubkey: view.peer,
    channelPoint: view.channelPoint,
    chanId: view.channelId,
    capacity: view.capacitySat,
    localBalance: view.localBalanceSat,
    remoteBalance: view.remoteBalanceSat,
    commitFee: view.commitFeeSat,
    commitWeight: view.commitWeight,
    feePerKw: view.feePerKw,
    unsettledBalance: view.unsettledBalanceSat,
    totalSatoshisSent: view.totalSentSat,
    totalSatoshisReceived: view.totalReceivedSat,
    numUpdates: view.numUpdates,
    pendingHtlcs: view.pendingHtlcs.map(writeHtlc),
    csvDelay: CSV_DELAY,
    initiator: view.initiator,
    chanStatusFlags: 'ChanStatusDefault',
    localChanReserveSat: view.localReserveSat,
    remoteChanReserveSat: view.remoteReserveSat,
    commitmentType: CommitmentType.ANCHORS,
    localConstraints: constraints(view, view.localReserveSat),
    remoteConstraints: constraints(view, view.remoteReserveSat),
    aliasScids: [...view.aliasScids],
    peerScidAlias: view.peerScidAlias ?? '0',
    peerAlias: withPeerAlias ? view.peerAlias : '',
  });
}

/** The most that may be pending is the capacity less the reserve, which is what lnd proposes. */
function constraints(view: SimulatedChannelView, reserveSat: bigint): Channel['localConstraints'] {
  return {
    csvDelay: CSV_DELAY,
    chanReserveSat: reserveSat,
    dustLimitSat: view.dustLimitSat,
    maxPendingAmtMsat: (view.capacitySat - reserveSat) * 1000n,
    minHtlcMsat: MIN_HTLC_MSAT,
    maxAcceptedHtlcs: view.maxAcceptedHtlcs,
  };
}

function writeHtlc(htlc: PendingHtlcView): HTLC {
  return {
    incoming: htlc.incoming,
    amount: htlc.amountMsat / 1000n,
    hashLock: hexToBytes(htlc.paymentHash),
    expirationHeight: htlc.expiryHeight,
    htlcIndex: htlc.htlcIndex,
    forwardingChannel: htlc.forwardingChannel,
    forwardingHtlcIndex: htlc.forwardingHtlcIndex,
    lockedIn: true,
  };
}
