/**
 * HTLCs under way, and channels that are being closed. LDK Server tells both among its balances: what is or may become
 * ours, channel by channel, whether that is open or not.
 */
import type { LightningBalance } from '../../generated/services/ldk-server/balances.ts';
import type { ClosingChannel, PendingHtlc } from '../../ports.ts';
import { isNodeId, isPaymentHash } from '../../units/ids.ts';

/** Those of open channels, by LDK's channel id. Such as are too small for an output of their own are not told. */
export function pendingHtlcs(
  balances: readonly LightningBalance[],
): ReadonlyMap<string, readonly PendingHtlc[]> {
  const found = balances.flatMap(({ balanceType }) => {
    const htlc = htlcIn(balanceType);
    if (htlc === undefined || !isPaymentHash(htlc.paymentHash)) return [];
    const { channelId, paymentHash, incoming, amountSat, expiryHeight } = htlc;
    return [{ channelId, htlc: { paymentHash, incoming, amountSat, expiryHeight } }];
  });
  const grouped = Map.groupBy(found, ({ channelId }) => channelId);
  return new Map([...grouped].map(([channelId, all]) => [channelId, all.map(({ htlc }) => htlc)]));
}

/**
 * Channels with balances that are open no more. LDK Server does not tell their funding outputs: `channelPoint` has
 * LDK's channel id in its place.
 */
export function closingChannels(
  balances: readonly LightningBalance[],
  openChannelIds: ReadonlySet<string>,
): readonly ClosingChannel[] {
  const closing = Map.groupBy(
    balances.filter(({ balanceType }) => {
      const channelId = balanceType?.value.channelId;
      return channelId !== undefined && !openChannelIds.has(channelId);
    }),
    ({ balanceType }) => balanceType?.value.channelId ?? '',
  );
  return [...closing].flatMap(([channelId, parts]) => {
    const peer = parts[0]?.balanceType?.value.counterpartyNodeId ?? '';
    if (!isNodeId(peer)) return [];
    return [
      {
        channelPoint: channelId,
        peer,
        limboSat: parts.reduce((sum, part) => sum + limboSat(part), 0n),
        htlcs: parts.flatMap(({ balanceType }) => {
          const htlc = htlcIn(balanceType);
          if (htlc === undefined) return [];
          const { incoming, amountSat, expiryHeight } = htlc;
          return [{ incoming, amountSat, maturityHeight: expiryHeight }];
        }),
      },
    ];
  });
}

function htlcIn(balance: LightningBalance['balanceType']):
  | {
      readonly channelId: string;
      readonly paymentHash: string;
      readonly incoming: boolean;
      readonly amountSat: bigint;
      readonly expiryHeight: number;
    }
  | undefined {
  switch (balance?.$case) {
    case 'maybeTimeoutClaimableHtlc': {
      const { channelId, paymentHash, amountSatoshis, claimableHeight } = balance.value;
      const amountSat = amountSatoshis;
      return { channelId, paymentHash, incoming: false, amountSat, expiryHeight: claimableHeight };
    }
    case 'maybePreimageClaimableHtlc': {
      const { channelId, paymentHash, amountSatoshis, expiryHeight } = balance.value;
      return { channelId, paymentHash, incoming: true, amountSat: amountSatoshis, expiryHeight };
    }
    case 'contentiousClaimable': {
      const { channelId, paymentHash, amountSatoshis, timeoutHeight } = balance.value;
      const amountSat = amountSatoshis;
      return { channelId, paymentHash, incoming: true, amountSat, expiryHeight: timeoutHeight };
    }
    case 'claimableOnChannelClose':
    case 'claimableAwaitingConfirmations':
    case 'counterpartyRevokedOutputClaimable':
    case undefined:
      return undefined;
  }
}

/** Ours for certain, if later. */
function limboSat({ balanceType }: LightningBalance): bigint {
  switch (balanceType?.$case) {
    case 'claimableOnChannelClose':
    case 'claimableAwaitingConfirmations':
    case 'counterpartyRevokedOutputClaimable':
      return balanceType.value.amountSatoshis;
    case 'maybeTimeoutClaimableHtlc':
    case 'maybePreimageClaimableHtlc':
    case 'contentiousClaimable':
    case undefined:
      return 0n;
  }
}
