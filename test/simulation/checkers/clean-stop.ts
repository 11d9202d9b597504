/** After an abort nothing new is tried. */
import type { Checker, Evidence } from './evidence.ts';

export function cleanStop(evidence: Evidence): Checker {
  return {
    asked: ({ paymentHash }) => {
      const rebalanceId = evidence.rebalanceOf(paymentHash);
      if (rebalanceId === undefined || !evidence.aborted.has(rebalanceId)) return;
      evidence.accuse('clean stop', `rebalance ${rebalanceId} sends after it was aborted`);
    },
  };
}
