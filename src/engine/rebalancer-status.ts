/** How a Rebalancer stands. */
import type { PaymentHash } from '../units/ids.ts';
import type { EngineParts } from './answer-command.ts';
import { paymentsOf } from './reservations.ts';

/** How a Rebalancer stands at this moment. */
export interface RebalancerStatus {
  /** Payments of ours that may still move money, as far as they have a hash yet. */
  readonly underWay: readonly PaymentHash[];
  /**
   * What the budget leaves for fees altogether, ever and today (UTC), in msat, with what is under way taken for paid;
   * `null` where nothing limits it. What was paid by earlier processes counts once the journal has been read.
   */
  readonly leftMsat: { readonly ever: bigint | null; readonly perDay: bigint | null };
  /** Directed pairs of nodes of which something is known, or whose reverse is. */
  readonly corridors: number;
}

export function statusOf({ reservations, beliefs, dates }: EngineParts): RebalancerStatus {
  return {
    underWay: paymentsOf(reservations.others('')),
    leftMsat: reservations.left(dates.now()),
    corridors: beliefs.book.corridors,
  };
}
