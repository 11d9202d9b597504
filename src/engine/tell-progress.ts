/** What single rebalances tell of themselves, among the events of a run. */
import type { Log } from '../ports.ts';
import { messageOf } from './asked.ts';
import type { OperatorEvent } from './operator-run.ts';
import type { RebalanceRun } from './rebalancer.ts';
import type { RecentEvents } from './recent-events.ts';

/** Until the rebalance ends. Never rejects: faults are those of its result. */
export async function tellProgress(
  run: RebalanceRun,
  events: RecentEvents<OperatorEvent>,
): Promise<void> {
  const { rebalanceId } = run;
  try {
    for await (const event of run) events.add({ kind: 'progress', rebalanceId, event });
  } catch {}
}

/** Of a rebalance that an earlier process has left unfinished. */
export function tellOfResumed(
  run: RebalanceRun,
  events: RecentEvents<OperatorEvent>,
  log: Log,
): void {
  const { rebalanceId, result } = run;
  events.add({ kind: 'resumed', rebalanceId });
  const telling = tellProgress(run, events);
  result.then(
    async (report) => {
      await telling;
      events.add({ kind: 'resumed_ended', rebalanceId, report });
    },
    (error: unknown) =>
      log.warn('what was left under way could not be followed', {
        rebalanceId,
        reason: messageOf(error),
      }),
  );
}
