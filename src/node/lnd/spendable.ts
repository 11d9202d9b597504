/**
 * What one side of a channel can send now. lnd works this out itself for each of the two commitments and does not
 * tell; here it is estimated from ListChannels, in whole satoshis, never above what lnd arrives at save for dust
 * that only one of the commitments trims (lnd: `lnwallet/channel.go`, `availableCommitmentBalance`).
 */
import { CommitmentType } from '../../generated/services/channels.ts';
import { satToMsat } from '../../units/amounts.ts';

/** One side's view of its channel. "Own" is the side that sends. */
export interface ChannelSide {
  readonly commitmentType: number;
  /** The sending side opened the channel, so it pays the commitment fee. */
  readonly ownPaysFee: boolean;
  /** After commitment fee, anchors and pending HTLCs, before the reserve. */
  readonly ownBalanceSat: bigint;
  readonly ownReserveSat: bigint;
  readonly otherBalanceSat: bigint;
  readonly otherReserveSat: bigint;
  readonly commitFeeSat: bigint;
  readonly feePerKw: bigint;
  /** The smaller of both sides' dust limits. */
  readonly dustLimitSat: bigint;
  /** Pending HTLCs of both directions. */
  readonly htlcs: readonly PendingHtlc[];
  /** How much the sending side may have in flight; 0 where unknown. */
  readonly maxPendingMsat: bigint;
  /** How many HTLCs the sending side may have in flight; 0 where unknown. */
  readonly maxHtlcs: number;
}

interface PendingHtlc {
  /** Offered by the sending side. */
  readonly outgoing: boolean;
  readonly amountSat: bigint;
}

/** Weight units that one HTLC output adds to a commitment transaction (BOLT 3). */
const HTLC_WEIGHT = 172n;

/** Weight units of a commitment transaction without HTLCs (BOLT 3; taproot: lnd, `input/size.go`). */
function commitmentWeight(commitmentType: number): bigint {
  switch (commitmentType) {
    case CommitmentType.LEGACY:
    case CommitmentType.STATIC_REMOTE_KEY:
      return 724n;
    case CommitmentType.SIMPLE_TAPROOT:
    case CommitmentType.SIMPLE_TAPROOT_OVERLAY:
    case CommitmentType.TAPROOT:
      return 968n;
    default:
      // Anchors, with or without lease. Of a type we do not know, assume the heaviest: too little is safe.
      return 1124n;
  }
}

export function spendableMsat(side: ChannelSide): bigint {
  const balanceMsat = satToMsat(
    side.ownPaysFee ? payerSpendableSat(side) : fundeeSpendableSat(side),
  );
  const outgoing = side.htlcs.filter((htlc) => htlc.outgoing);
  if (side.maxHtlcs !== 0 && outgoing.length >= side.maxHtlcs) return 0n;
  if (side.maxPendingMsat === 0n) return balanceMsat;
  // lnd lists amounts rounded down; each may hold up to 999 msat more.
  const pendingMsat = outgoing.reduce((sum, htlc) => sum + satToMsat(htlc.amountSat) + 999n, 0n);
  const roomMsat = atLeastZero(side.maxPendingMsat - pendingMsat);
  return balanceMsat < roomMsat ? balanceMsat : roomMsat;
}

/** The payer keeps a buffer: twice the present rate, with the new HTLC and one more on the transaction. */
function payerSpendableSat(side: ChannelSide): bigint {
  const weight = commitmentWeight(side.commitmentType) + HTLC_WEIGHT * (nonDustHtlcs(side) + 2n);
  const feeSat = (2n * side.feePerKw * weight) / 1000n;
  return atLeastZero(side.ownBalanceSat + side.commitFeeSat - side.ownReserveSat - feeSat);
}

/** Where the payer cannot pay for one more HTLC on the transaction, only what is trimmed as dust can be sent. */
function fundeeSpendableSat(side: ChannelSide): bigint {
  const ownSat = atLeastZero(side.ownBalanceSat - side.ownReserveSat);
  const weight = commitmentWeight(side.commitmentType) + HTLC_WEIGHT * (nonDustHtlcs(side) + 1n);
  const feeSat = (side.feePerKw * weight) / 1000n;
  const payerSat = side.otherBalanceSat + side.commitFeeSat - side.otherReserveSat;
  if (payerSat >= feeSat || ownSat < side.dustLimitSat) return ownSat;
  return atLeastZero(side.dustLimitSat - 1n);
}

/** Counted against the bare dust limit; older commitment types trim more, so this errs on the heavy side. */
const nonDustHtlcs = (side: ChannelSide): bigint =>
  BigInt(side.htlcs.filter((htlc) => htlc.amountSat >= side.dustLimitSat).length);

const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);
