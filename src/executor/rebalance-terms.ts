/** What one rebalance is to do, checked and resolved to own channels; and the limits that follow from it. */
import type { Exclusions } from '../pathfinder/request.ts';
import { feeLimitMsat } from '../units/amounts.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';

export interface RebalanceTerms {
  readonly rebalanceId: string;
  readonly self: NodeId;
  /** Own channels to send over, and to receive over; the same one may stand in both. */
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly amountMsat: bigint;
  /** How far the amount may shrink; equal to `amountMsat` where it may not. */
  readonly minAmountMsat: bigint;
  /** At least one of the two; where both are given, both hold. */
  readonly maxFeeMsat?: bigint;
  readonly maxFeePpm?: number;
  readonly maxCltvBlocks: number;
  readonly maxAttempts: number;
  readonly exclude: Exclusions;
  /** Whether what arrives on another channel than asked for is given back, or taken and reported. */
  readonly arrival: 'strict' | 'report';
  /** Find and price, but send nothing. */
  readonly dryRun: boolean;
  /** `cltv_expiry` of the invoices, and the final delta of routes: that plus padding. */
  readonly invoiceCltvDelta: number;
  readonly finalCltvDelta: number;
  readonly invoiceExpirySeconds: number;
}

/** The most that may be paid for moving this amount. */
export function feeLimit(terms: RebalanceTerms, amountMsat: bigint): bigint {
  const { maxFeeMsat, maxFeePpm } = terms;
  const byRate = maxFeePpm === undefined ? undefined : feeLimitMsat({ amountMsat, maxFeePpm });
  if (byRate === undefined) {
    if (maxFeeMsat === undefined) throw new Error('a rebalance without a fee limit must not run');
    return maxFeeMsat;
  }
  return maxFeeMsat === undefined || byRate < maxFeeMsat ? byRate : maxFeeMsat;
}
