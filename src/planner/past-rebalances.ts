/** What earlier rebalances have moved, and where they failed, as the journal tells. */
import type { JournalRecord } from '../ports.ts';
import type { ChannelId } from '../units/ids.ts';

/** A payment that settled: it drained the one channel and filled the other. */
export interface PastMove {
  readonly atMs: number;
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  readonly amountMsat: bigint;
  readonly feeMsat: bigint;
}

/** A rebalance that found no way to move anything. */
export interface PastFailure {
  readonly atMs: number;
  readonly outChannels: readonly ChannelId[];
  readonly inChannels: readonly ChannelId[];
}

export interface PastRebalances {
  readonly moves: readonly PastMove[];
  readonly failures: readonly PastFailure[];
}

export const NO_PAST: PastRebalances = { moves: [], failures: [] };

/** Ends that tell of the way, and not of a budget, a deadline, a fault or the user. */
const OF_THE_WAY: ReadonlySet<string> = new Set([
  'attempts_exhausted',
  'fee_limit',
  'no_route',
  'unlikely',
  'unsteerable',
]);

/**
 * Gathers the past from records in the order of the journal. It may be read piece by piece, and what two pieces share
 * counts once. Of what began before the first piece only the end may be among them.
 */
export class PastLedger {
  /** Of rebalances whose end was not read yet. */
  readonly #starts = new Map<string, PastFailure>();
  /** Beyond the end of their rebalances: a payment that was taken for failed may turn out to live. */
  readonly #intents = new Map<string, Map<number, PastMove>>();
  readonly #moves = new Map<string, PastMove>();
  readonly #failures = new Map<string, PastFailure>();

  add(records: readonly JournalRecord[]): void {
    for (const record of records) this.#add(record);
  }

  /** Lets go of what is older. */
  forget({ beforeMs }: { readonly beforeMs: number }): void {
    for (const dated of [this.#starts, this.#moves, this.#failures]) {
      for (const [key, { atMs }] of dated) if (atMs < beforeMs) dated.delete(key);
    }
    for (const [rebalanceId, intents] of this.#intents) {
      for (const [attempt, { atMs }] of intents) if (atMs < beforeMs) intents.delete(attempt);
      if (intents.size === 0) this.#intents.delete(rebalanceId);
    }
  }

  get past(): PastRebalances {
    return { moves: [...this.#moves.values()], failures: [...this.#failures.values()] };
  }

  #add(record: JournalRecord): void {
    const { rebalanceId, atMs } = record;
    switch (record.kind) {
      case 'start': {
        const { outChannels, inChannels } = record;
        this.#starts.set(rebalanceId, { atMs, outChannels, inChannels });
        return;
      }
      case 'invoice':
        return;
      case 'intent': {
        const { attempt, outChannelId, inChannelId, amountMsat, feeMsat } = record;
        const intents = this.#intents.get(rebalanceId) ?? new Map<number, PastMove>();
        intents.set(attempt, { atMs, outChannelId, inChannelId, amountMsat, feeMsat });
        this.#intents.set(rebalanceId, intents);
        return;
      }
      case 'outcome': {
        const { attempt, outcome } = record;
        const intent = this.#intents.get(rebalanceId)?.get(attempt);
        if (outcome.kind !== 'settled' || intent === undefined) return;
        this.#moves.set(`${rebalanceId} ${attempt}`, { ...intent, atMs });
        return;
      }
      case 'end': {
        const start = this.#starts.get(rebalanceId);
        this.#starts.delete(rebalanceId);
        if (start === undefined || record.movedMsat > 0n || !OF_THE_WAY.has(record.reason)) return;
        this.#failures.set(rebalanceId, { ...start, atMs });
      }
    }
  }
}
