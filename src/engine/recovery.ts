/** What an earlier process has left behind: the fees it paid, and the payments that it had under way. */
import type { Step } from '../executor/rebalance-state.ts';
import { recover } from '../executor/recovering.ts';
import type { JournalRecord, LightningNode, Log, Store } from '../ports.ts';
import type { PaymentHash } from '../units/ids.ts';
import { asked, messageOf } from './asked.ts';
import type { Reservations } from './reservations.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface LeftBehind {
  readonly rebalanceId: string;
  readonly first: Step;
}

interface RecoveryParts {
  readonly node: LightningNode;
  readonly store: Store;
  readonly reservations: Reservations;
  readonly dates: SteadyClock;
  readonly log: Log;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** lnd lets no HTLC live longer than 2,016 blocks, which are 14 days; blocks may come slowly. */
const LONGEST_LIFE_MS = 28 * DAY_MS;

/**
 * Reads the journal, and gives the first step for each rebalance that has no end.
 *
 * @throws StoreError where the store cannot be read.
 */
export async function openJournal(parts: RecoveryParts): Promise<readonly LeftBehind[]> {
  const { store, reservations, dates } = parts;
  const [paid, unfinished] = await Promise.all([
    asked(() => store.feesPaid()),
    asked(() => store.unfinished()),
  ]);
  reservations.load(paid);
  for (const { day } of paid) dates.notBefore(day * DAY_MS);
  for (const { atMs } of unfinished) dates.notBefore(atMs);
  const journals: Map<string, readonly JournalRecord[]> = Map.groupBy(
    unfinished,
    ({ rebalanceId }) => rebalanceId,
  );
  for (const [rebalanceId, records] of await livingAfterTheirEnd(parts, unfinished)) {
    journals.set(rebalanceId, records);
  }
  return [...journals].map(([rebalanceId, records]) => ({
    rebalanceId,
    first: recover(records, dates.now()),
  }));
}

/**
 * A request that the node had queued may run after its rebalance was given up: it arrives at a cancelled invoice and
 * fails, but holds liquidity until then. The node's own list shows such payments; the journal, whose they are.
 */
async function livingAfterTheirEnd(
  { node, store, dates, log }: RecoveryParts,
  unfinished: readonly JournalRecord[],
): Promise<ReadonlyMap<string, readonly JournalRecord[]>> {
  const living = new Map<string, readonly JournalRecord[]>();
  const known = new Set(
    unfinished.flatMap((record) => ('paymentHash' in record ? [record.paymentHash] : [])),
  );
  const payments = await asked(() =>
    node.unfinishedPayments({ sinceMs: dates.now() - LONGEST_LIFE_MS }),
  ).catch((error: unknown) => {
    log.warn('the node did not list its unfinished payments', { reason: messageOf(error) });
    return [];
  });
  for (const { paymentHash } of payments) {
    if (known.has(paymentHash)) continue;
    const [ours] = await store.recordsOf({ paymentHash });
    if (ours === undefined) continue;
    const { rebalanceId } = ours;
    log.warn('a payment is under way whose rebalance had ended', { rebalanceId, paymentHash });
    living.set(rebalanceId, reopened(await store.recordsOf({ rebalanceId }), paymentHash));
  }
  return living;
}

/** As the journal stood before the last attempt with this hash was taken for ended. */
function reopened(
  records: readonly JournalRecord[],
  paymentHash: PaymentHash,
): readonly JournalRecord[] {
  const last = records.findLast(
    (record) => record.kind === 'intent' && record.paymentHash === paymentHash,
  );
  const attempt = last?.kind === 'intent' ? last.attempt : null;
  return records.filter(
    (record) => record.kind !== 'end' && !(record.kind === 'outcome' && record.attempt === attempt),
  );
}
