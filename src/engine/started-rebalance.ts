/** A rebalance as its caller has it. */
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type { EventRecord } from './event-record.ts';

/**
 * A rebalance under way. It runs whether anybody reads its events or not: they are kept, and each reader gets all of
 * them from the first. `result` has the report when it is over.
 */
export interface RebalanceRun extends AsyncIterable<RebalanceEvent> {
  readonly rebalanceId: string;
  /**
   * Every end that the world can bring about is a report. Rejects with `RebalanceRequestError` where the request
   * cannot be meant, and with other errors only for faults of Ballast; reading the events then throws the same.
   */
  readonly result: Promise<RebalanceReport>;
}

export function runOf(
  rebalanceId: string,
  events: EventRecord<RebalanceEvent>,
  result: Promise<RebalanceReport>,
): RebalanceRun {
  result.then(
    () => events.close(),
    (error: unknown) => events.close({ error }),
  );
  return { rebalanceId, result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}
