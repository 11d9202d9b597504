/** A journal, and what is kept beside it, in memory: for tests, dry runs, and bots that accept losing track when their process ends. */
import type { BalanceSample, BeliefRow, FeesPaid, JournalRecord, Store } from '../ports.ts';
import { DAY_MS } from '../units/time.ts';
import { checkedSample } from './balance-columns.ts';
import { columnsOf, learntAtMs } from './belief-columns.ts';
import { checkedDemand, NO_DEMAND } from './demand-rows.ts';
import { StoreError } from './store-error.ts';
import { datesToDrop } from './thin-balances.ts';

/**
 * A store that lives as long as the process. It is not durable: after a crash nobody remembers which payments were
 * under way, so follow those through the node, or use a store on disk.
 */
export function memoryStore(): Store {
  const journal: JournalRecord[] = [];
  const believed = new Map<string, BeliefRow>();
  const models = new Map<string, readonly number[]>();
  const samples = new Map<number, BalanceSample>();
  let seen = NO_DEMAND;
  let closed = false;
  const assertOpen = (): void => {
    if (closed) throw new StoreError('closed', 'the store is closed; open a new one');
  };
  const those = (are: (record: JournalRecord) => boolean): JournalRecord[] => {
    assertOpen();
    return structuredClone(journal.filter(are));
  };
  return {
    async commit(batch) {
      assertOpen();
      for (const record of structuredClone(batch)) journal.push(record);
    },
    async records({ sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = {}) {
      return those(({ atMs }) => atMs >= sinceMs && atMs < untilMs);
    },
    async unfinished() {
      const ends = journal.filter((record) => record.kind === 'end');
      const finished = new Set(ends.map((record) => record.rebalanceId));
      return those((record) => !finished.has(record.rebalanceId));
    },
    async recordsOf(key) {
      if ('rebalanceId' in key) return those((record) => record.rebalanceId === key.rebalanceId);
      return those((record) => 'paymentHash' in record && record.paymentHash === key.paymentHash);
    },
    async feesPaid() {
      assertOpen();
      return sumFees(journal);
    },
    async keepBeliefs(beliefs) {
      assertOpen();
      // Refuses what is no belief.
      columnsOf(beliefs);
      for (const row of beliefs.rows) believed.set(`${row.from} ${row.to}`, { ...row });
      for (const [name, state] of Object.entries(beliefs.models)) models.set(name, [...state]);
    },
    async beliefs() {
      assertOpen();
      return structuredClone({ rows: [...believed.values()], models: Object.fromEntries(models) });
    },
    async forgetBeliefs({ beforeMs }) {
      assertOpen();
      for (const [corridor, row] of believed) {
        if (learntAtMs(row) < beforeMs) believed.delete(corridor);
      }
    },
    async keepBalances(given) {
      assertOpen();
      const sample = checkedSample(given);
      samples.set(sample.atMs, sample);
      const dates = [...samples.keys()].sort((a, b) => a - b);
      for (const atMs of datesToDrop(dates, sample.atMs)) samples.delete(atMs);
    },
    async balances({ sinceMs = 0 } = {}) {
      assertOpen();
      const wanted = [...samples.values()].filter(({ atMs }) => atMs >= sinceMs);
      return structuredClone(wanted.sort((a, b) => a.atMs - b.atMs));
    },
    async keepDemand(state) {
      assertOpen();
      seen = checkedDemand(state);
    },
    async demand() {
      assertOpen();
      return structuredClone(seen);
    },
    async close() {
      closed = true;
    },
  };
}

function sumFees(journal: readonly JournalRecord[]): FeesPaid[] {
  const sums = new Map<string, FeesPaid>();
  const intents = new Map<string, Extract<JournalRecord, { kind: 'intent' }>>();
  const key = (...parts: readonly (string | number)[]): string => JSON.stringify(parts);
  for (const record of journal) {
    if (record.kind === 'intent') intents.set(key(record.rebalanceId, record.attempt), record);
  }
  for (const record of journal) {
    if (record.kind !== 'outcome' || record.outcome.kind !== 'settled') continue;
    const intent = intents.get(key(record.rebalanceId, record.attempt));
    if (intent === undefined) continue;
    const day = Math.floor(record.atMs / DAY_MS);
    const { outChannelId, inChannelId, feeMsat } = intent;
    const sumKey = key(day, outChannelId, inChannelId);
    const before = sums.get(sumKey)?.feeMsat ?? 0n;
    const paidMsat = feeMsat > 0n ? feeMsat : 0n;
    sums.set(sumKey, { day, outChannelId, inChannelId, feeMsat: before + paidMsat });
  }
  return [...sums.values()];
}
