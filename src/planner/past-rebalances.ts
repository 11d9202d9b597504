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

/** The records of a time, in the order of the journal. Of what began before it only the end may be among them. */
export function pastRebalances(records: readonly JournalRecord[]): PastRebalances {
  const starts = new Map<string, Extract<JournalRecord, { kind: 'start' }>>();
  const intents = new Map<string, Extract<JournalRecord, { kind: 'intent' }>>();
  const moves: PastMove[] = [];
  const failures: PastFailure[] = [];
  for (const record of records) {
    const { rebalanceId, atMs } = record;
    switch (record.kind) {
      case 'start':
        starts.set(rebalanceId, record);
        break;
      case 'invoice':
        break;
      case 'intent':
        intents.set(`${rebalanceId} ${record.attempt}`, record);
        break;
      case 'outcome': {
        const intent = intents.get(`${rebalanceId} ${record.attempt}`);
        if (record.outcome.kind !== 'settled' || intent === undefined) break;
        const { outChannelId, inChannelId, amountMsat, feeMsat } = intent;
        moves.push({ atMs, outChannelId, inChannelId, amountMsat, feeMsat });
        break;
      }
      case 'end': {
        const start = starts.get(rebalanceId);
        if (start === undefined || record.movedMsat > 0n || !OF_THE_WAY.has(record.reason)) break;
        const { outChannels, inChannels } = start;
        failures.push({ atMs, outChannels, inChannels });
      }
    }
  }
  return { moves, failures };
}
