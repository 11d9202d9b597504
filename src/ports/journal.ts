/** Remembering: what is written down, and the store that keeps it. */

import type { Route } from '../generated/messages/route.ts';
import type { ChannelId, NodeId, PaymentHash } from '../units/ids.ts';
import type { BalanceSample } from './balances.ts';
import type { BeliefState } from './beliefs.ts';
import type { DemandState } from './forwards.ts';
import type { SendOutcome } from './payments.ts';

/** What every record of the journal has. */
export interface Journaled {
  readonly rebalanceId: string;
  /** When it was decided to write this down; milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/**
 * What is written down about a rebalance. `intent` is durable before the attempt is sent, so that after a crash
 * every payment that could still move money is known.
 */
export type JournalRecord = Journaled &
  (
    | {
        readonly kind: 'start';
        readonly self: NodeId;
        readonly amountMsat: bigint;
        /** As the node lists them. */
        readonly outChannels: readonly ChannelId[];
        readonly inChannels: readonly ChannelId[];
      }
    | {
        readonly kind: 'invoice';
        readonly paymentHash: PaymentHash;
        /** Stored before the invoice exists at the node. */
        readonly preimage: Uint8Array;
      }
    | {
        readonly kind: 'intent';
        readonly attempt: number;
        readonly paymentHash: PaymentHash;
        readonly route: Route;
        /** On which the route's expiries stand. */
        readonly blockHeight: number;
        readonly amountMsat: bigint;
        /** At risk until the outcome is known, and paid where that is `settled`. */
        readonly feeMsat: bigint;
        /** Channels of ours that it leaves and returns over, as the node lists them. */
        readonly outChannelId: ChannelId;
        readonly inChannelId: ChannelId;
      }
    | {
        readonly kind: 'outcome';
        readonly attempt: number;
        readonly paymentHash: PaymentHash;
        readonly outcome: SendOutcome;
      }
    | {
        readonly kind: 'end';
        readonly reason: string;
        readonly feePaidMsat: bigint;
        readonly movedMsat: bigint;
      }
  );

/** Fees of settled attempts between two own channels on one day. */
export interface FeesPaid {
  /** Days since the Unix epoch, UTC; the day on which the outcome became known. */
  readonly day: number;
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  readonly feeMsat: bigint;
}

/** Whose records are asked for: a rebalance's, or those that name a payment. With both, the rebalance's. */
export type RecordKey = { readonly rebalanceId: string } | { readonly paymentHash: PaymentHash };

/**
 * Where the journal lives. A batch is written whole or not at all, and is durable when the promise resolves. Records
 * are read in the order in which they were committed. Methods reject with `StoreError`, and all of them do once the
 * store is closed; closing again does nothing.
 */
export interface Store {
  /** Writes these down, all of them or none; resolves once they are where they are safe from a crash. */
  commit(batch: readonly JournalRecord[]): Promise<void>;
  /** Those dated since then, and before `untilMs`; without dates all there ever were, which may be many. */
  records(options?: {
    readonly sinceMs?: number;
    readonly untilMs?: number;
  }): Promise<readonly JournalRecord[]>;
  /** Those of rebalances that have no `end`: after a crash, everything that may still move money is among them. */
  unfinished(): Promise<readonly JournalRecord[]>;
  /** Where a payment hash is given, its invoice, intents and outcomes: whether a payment at the node is ours. */
  recordsOf(key: RecordKey): Promise<readonly JournalRecord[]>;
  /** All that was ever paid, added up by day and pair of channels: what budgets have to reckon with. */
  feesPaid(): Promise<readonly FeesPaid[]>;
  /**
   * Puts rows and models in the place of those of the same corridors and names; others stay. It waits for no disk, and
   * what is kept outlives the process but perhaps not a power failure. Where it rejects, the journal is as good as before.
   *
   * @throws RangeError by rejecting, for what is no belief, and then nothing of it is kept.
   */
  keepBeliefs(beliefs: BeliefState): Promise<void>;
  /** All that is kept. */
  beliefs(): Promise<BeliefState>;
  /** Drops the rows that have learnt nothing since then. */
  forgetBeliefs(options: { readonly beforeMs: number }): Promise<void>;
  /**
   * Adds a sample, in the place of one of the same moment, and thins out the older ones: of each slot of time the last
   * stays. Slots are of five minutes for a day, of an hour for thirty days, of a day for three years; then they go.
   * Ages are reckoned from the date of the sample; where dates jump by more than thirty days, those before the jump age
   * by it only once samples have been taken for thirty days after it. It waits for the disk no more than beliefs do.
   *
   * @throws RangeError by rejecting, for what is no sample, and then nothing of it is kept.
   */
  keepBalances(sample: BalanceSample): Promise<void>;
  /** Those dated since then, oldest first; without a date all that are left, about two thousand where nothing jumps. */
  balances(options?: { readonly sinceMs?: number }): Promise<readonly BalanceSample[]>;
  /**
   * Puts the demand that was seen in the place of what was kept before; it waits for the disk no more than beliefs do.
   *
   * @throws RangeError by rejecting, for what is no demand, and then what was kept stays.
   */
  keepDemand(state: DemandState): Promise<void>;
  /** What `keepDemand` wrote last. */
  demand(): Promise<DemandState>;
  /** Lets go of the store, and waits for what is being written. Closing again does nothing. */
  close(): Promise<void>;
}
