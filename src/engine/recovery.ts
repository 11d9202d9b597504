/** What an earlier process has left behind: the fees it paid, and the payments that it had under way. */
import type { Step } from '../executor/rebalance-state.ts';
import { recover } from '../executor/recovering.ts';
import type { JournalRecord, LightningNode, Log, Store } from '../ports.ts';
import type { NodeId, PaymentHash } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import { asked, messageOf } from './asked.ts';
import { closingNotes } from './closing-notes.ts';
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

/** lnd lets no HTLC live longer than 2,016 blocks, which are 14 days; blocks may come slowly. */
const LONGEST_LIFE_MS = 28 * DAY_MS;

/**
 * Reads the journal, and gives the first step for each rebalance that has no end.
 *
 * @throws StoreError where the store cannot be read, NodeError where the node cannot be asked who it is, and
 * `ForeignJournalError` where the journal is another node's.
 */
export async function openJournal(parts: RecoveryParts): Promise<readonly LeftBehind[]> {
  const { node, store, reservations, dates } = parts;
  const [{ nodeId }, paid, unfinished] = await Promise.all([
    asked(() => node.info()),
    asked(() => store.feesPaid()),
    asked(() => store.unfinished()),
  ]);
  assertOurs(unfinished, nodeId);
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
  const closing = await closingNotes(parts, [...journals.values()]);
  return [...journals].map(([rebalanceId, records]) => ({
    rebalanceId,
    first: recover(records, dates.now(), closing.get(rebalanceId)),
  }));
}

/** The store has unfinished work of another node. */
export class ForeignJournalError extends Error {
  override readonly name = 'ForeignJournalError';
}

/** Another node would know nothing of the payments, which must not be taken for never sent. */
function assertOurs(unfinished: readonly JournalRecord[], nodeId: NodeId): void {
  const foreign = unfinished.find((record) => record.kind === 'start' && record.self !== nodeId);
  if (foreign?.kind !== 'start') return;
  throw new ForeignJournalError(
    `rebalance ${foreign.rebalanceId} of node ${foreign.self} is unfinished in it, and this is node ${nodeId}: connect that node, or use another store`,
  );
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
  for (const { paymentHash, attempts } of payments) {
    // lnd calls a payment that never got an attempt unfinished until it restarts; that one holds nothing.
    if (known.has(paymentHash) || attempts.every(({ state }) => state !== 'in_flight')) continue;
    const [ours] = await store.recordsOf({ paymentHash });
    if (ours === undefined) continue;
    const { rebalanceId } = ours;
    const records = reopened(await store.recordsOf({ rebalanceId }), paymentHash);
    if (records === null) continue;
    log.warn('a payment is under way whose rebalance had ended', { rebalanceId, paymentHash });
    living.set(rebalanceId, records);
  }
  return living;
}

/**
 * The journal as it stood before the last attempt with this hash was taken for ended. `null` where it was not sent, and
 * where it settled: that is known, and booked.
 */
function reopened(
  records: readonly JournalRecord[],
  paymentHash: PaymentHash,
): readonly JournalRecord[] | null {
  const isOfPayment = (record: JournalRecord): boolean =>
    'paymentHash' in record && record.paymentHash === paymentHash;
  const intent = records.findLastIndex((record) => record.kind === 'intent' && isOfPayment(record));
  const settled = records.some(
    (record) =>
      record.kind === 'outcome' && isOfPayment(record) && record.outcome.kind === 'settled',
  );
  return intent === -1 || settled ? null : records.slice(0, intent + 1);
}
