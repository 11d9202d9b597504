/** What one rebalance is to do, checked and resolved to own channels; and the limits that follow from it. */

import type { Exclusions } from '../pathfinder/request.ts';
import { feeLimitMsat } from '../units/amounts.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { AttemptCost } from './attempt-cost.ts';

export interface RebalanceTerms extends AttemptCost {
  readonly rebalanceId: string;
  readonly self: NodeId;
  /** Own channels to send over, and to receive over; the same one may stand in both. */
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
  readonly amountMsat: bigint;
  /** How far the amount may shrink; equal to `amountMsat` where it may not. */
  readonly minAmountMsat: bigint;
  /** How much to move in all, in payments of at most `amountMsat`; `null`: one payment, whatever it moves. */
  readonly totalMsat: bigint | null;
  /** At least one of the two; where both are given, both hold: this one for all payments together. */
  readonly maxFeeMsat?: bigint;
  /** Of each payment. */
  readonly maxFeePpm?: number;
  /** Circles that succeed less likely are not tried. */
  readonly minProbability: number;
  readonly maxCltvBlocks: number;
  readonly maxAttempts: number;
  readonly exclude: Exclusions;
  /** Whether what arrives on another channel than asked for is given back, or taken and reported. */
  readonly arrival: 'strict' | 'report';
  /** Find out what could be moved, with payments that nobody can take. */
  readonly probe: boolean;
  /** Find and price, but send nothing. */
  readonly dryRun: boolean;
  /** `cltv_expiry` of the invoices, and the final delta of routes: that plus padding. */
  readonly invoiceCltvDelta: number;
  readonly finalCltvDelta: number;
  readonly invoiceExpirySeconds: number;
}

/** The most that may be paid for moving this amount, after what was paid already. */
export function feeLimit(
  terms: Pick<RebalanceTerms, 'maxFeeMsat' | 'maxFeePpm'>,
  amountMsat: bigint,
  paidMsat = 0n,
): bigint {
  const { maxFeePpm } = terms;
  const maxFeeMsat = left(terms.maxFeeMsat, paidMsat);
  const byRate = maxFeePpm === undefined ? undefined : feeLimitMsat({ amountMsat, maxFeePpm });
  if (byRate === undefined) {
    if (maxFeeMsat === undefined) throw new Error('a rebalance without a fee limit must not run');
    return maxFeeMsat;
  }
  return maxFeeMsat === undefined || byRate < maxFeeMsat ? byRate : maxFeeMsat;
}

function left(limitMsat: bigint | undefined, paidMsat: bigint): bigint | undefined {
  if (limitMsat === undefined) return undefined;
  return limitMsat > paidMsat ? limitMsat - paidMsat : 0n;
}
