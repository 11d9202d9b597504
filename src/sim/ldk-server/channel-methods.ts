/** GetNodeInfo, GetBalances, ListChannels. */
import {
  GetBalancesResponse,
  GetNodeInfoResponse,
  type ListChannelsResponse,
} from '../../generated/services/ldk-server/api.ts';
import {
  ClaimableOnChannelClose,
  type LightningBalance,
} from '../../generated/services/ldk-server/balances.ts';
import { Channel, Network } from '../../generated/services/ldk-server/types.ts';
import type { ChannelPolicy } from '../../ports.ts';
import type { SimulatedChannelView } from '../records.ts';
import { blockHash, ldkChannelId, outputIndex, type ServedLdkNode } from './served-node.ts';
import type { SpliceDesk } from './splice-desk.ts';

const CLOSE_DELAY = 144;
const CONFIRMATIONS_REQUIRED = 6;

export function nodeInfo(served: ServedLdkNode, lastSyncMs: number): GetNodeInfoResponse {
  const { network, node } = served;
  const syncedAt = BigInt(Math.floor(lastSyncMs / 1000));
  return GetNodeInfoResponse.fromPartial({
    nodeId: node.nodeId,
    currentBestBlock: { blockHash: blockHash(network.blockHeight), height: network.blockHeight },
    latestLightningWalletSyncTimestamp: syncedAt,
    latestOnchainWalletSyncTimestamp: syncedAt,
    latestFeeRateCacheUpdateTimestamp: syncedAt,
    nodeAlias: node.alias,
    network: Network.REGTEST,
  });
}

export function balances(served: ServedLdkNode, wallet: SpliceDesk): GetBalancesResponse {
  const channels = served.node.listChannels();
  const totalSat = channels.reduce((sum, { localBalanceSat }) => sum + localBalanceSat, 0n);
  return GetBalancesResponse.fromPartial({
    totalOnchainBalanceSats: wallet.onchainSat,
    spendableOnchainBalanceSats: wallet.onchainSat,
    totalLightningBalanceSats: totalSat,
    lightningBalances: channels.flatMap(balancesOf),
  });
}

/** What closing would leave us, and each HTLC under way that has an output of its own. */
function balancesOf(view: SimulatedChannelView): LightningBalance[] {
  const named = { channelId: ldkChannelId(view.channelId), counterpartyNodeId: view.peer };
  const htlcs = view.pendingHtlcs
    .filter(({ amountMsat }) => amountMsat / 1000n >= view.dustLimitSat)
    .map(({ incoming, amountMsat, paymentHash, expiryHeight }): LightningBalance => {
      const htlc = { ...named, amountSatoshis: amountMsat / 1000n, paymentHash };
      const balanceType = incoming
        ? ({ $case: 'maybePreimageClaimableHtlc', value: { ...htlc, expiryHeight } } as const)
        : ({
            $case: 'maybeTimeoutClaimableHtlc',
            value: { ...htlc, claimableHeight: expiryHeight, outboundPayment: true },
          } as const);
      return { balanceType };
    });
  const value = ClaimableOnChannelClose.fromPartial({
    ...named,
    amountSatoshis: view.localBalanceSat,
  });
  return [{ balanceType: { $case: 'claimableOnChannelClose', value } }, ...htlcs];
}

export const listChannels = (served: ServedLdkNode): ListChannelsResponse => ({
  channels: served.node.listChannels().map((view) => writeChannel(served, view)),
});

/** Without a short channel id: LDK Server tells none. */
function writeChannel(served: ServedLdkNode, view: SimulatedChannelView): Channel {
  const { network, node } = served;
  const { channelId } = view;
  const record = network.channelRecord(channelId);
  const first = record?.node1 === node.nodeId;
  const ours = (first ? record?.policy1 : record?.policy2) ?? null;
  const theirs = (first ? record?.policy2 : record?.policy1) ?? null;
  const confirmations = network.blockHeight - Number(BigInt(channelId) >> 40n) + 1;
  return Channel.fromPartial({
    channelId: ldkChannelId(channelId),
    counterpartyNodeId: view.peer,
    fundingTxo: { txid: view.channelPoint.split(':')[0] ?? '', vout: outputIndex(channelId) },
    userChannelId: served.userChannelId(channelId),
    unspendablePunishmentReserve: view.localReserveSat,
    channelValueSats: view.capacitySat,
    feerateSatPer1000Weight: Number(view.feePerKw),
    outboundCapacityMsat: beyondReserveMsat(view.localBalanceSat, view.localReserveSat),
    inboundCapacityMsat: beyondReserveMsat(view.remoteBalanceSat, view.remoteReserveSat),
    confirmationsRequired: CONFIRMATIONS_REQUIRED,
    confirmations: Math.max(0, confirmations),
    isOutbound: view.initiator,
    isChannelReady: true,
    isUsable: view.active,
    isAnnounced: !view.private,
    channelConfig: configOf(ours),
    nextOutboundHtlcLimitMsat: view.spendableMsat,
    nextOutboundHtlcMinimumMsat: 1n,
    forceCloseSpendDelay: CLOSE_DELAY,
    counterpartyOutboundHtlcMinimumMsat: 1n,
    counterpartyOutboundHtlcMaximumMsat: (view.capacitySat - view.remoteReserveSat) * 1000n,
    counterpartyUnspendablePunishmentReserve: view.remoteReserveSat,
    ...(theirs !== null && {
      counterpartyForwardingInfoFeeBaseMsat: Number(theirs.feeBaseMsat),
      counterpartyForwardingInfoFeeProportionalMillionths: theirs.feeRatePpm,
      counterpartyForwardingInfoCltvExpiryDelta: theirs.timeLockDelta,
    }),
  });
}

function beyondReserveMsat(balanceSat: bigint, reserveSat: bigint): bigint {
  return balanceSat > reserveSat ? (balanceSat - reserveSat) * 1000n : 0n;
}

const configOf = (policy: ChannelPolicy | null): Channel['channelConfig'] => ({
  forwardingFeeProportionalMillionths: policy?.feeRatePpm ?? 0,
  forwardingFeeBaseMsat: Number(policy?.feeBaseMsat ?? 0n),
  cltvExpiryDelta: policy?.timeLockDelta ?? 0,
  forceCloseAvoidanceMaxFeeSatoshis: 1000n,
  acceptUnderpayingHtlcs: false,
  maxDustHtlcExposure: { $case: 'feeRateMultiplier', value: 10_000n },
});
