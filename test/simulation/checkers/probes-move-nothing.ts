/** Nothing that a probe sends can settle, as nobody has an invoice for it; and what it says passed has come round. */
import type { RebalanceReport } from '../../../src/executor/rebalance-report.ts';
import type { Checker, Evidence } from './evidence.ts';

export function probesMoveNothing(evidence: Evidence): Checker {
  const accuse = (message: string): void => evidence.accuse('probes move nothing', message);
  return {
    flown: ({ flight }) => {
      const rebalanceId = evidence.rebalanceOf(flight.paymentHash);
      if (rebalanceId === undefined || !isProbe(evidence, rebalanceId)) return;
      const invoice = evidence.invoice(flight.paymentHash);
      if (invoice !== undefined) {
        accuse(`flight ${flight.number} of probe ${rebalanceId} has an invoice: ${invoice.state}`);
      }
      if (evidence.paidBy([flight]).length > 0) {
        accuse(`flight ${flight.number} of probe ${rebalanceId} settled`);
      }
    },
    reported: (report) => {
      if (isProbe(evidence, report.rebalanceId)) checkReport(evidence, report, accuse);
      else if (report.outcome.kind === 'probed') accuse(`${report.rebalanceId} was not to probe`);
    },
  };
}

const isProbe = (evidence: Evidence, rebalanceId: string): boolean =>
  evidence.asked.get(rebalanceId)?.purpose === 'probe';

function checkReport(
  evidence: Evidence,
  report: RebalanceReport,
  accuse: (message: string) => void,
): void {
  const { rebalanceId, outcome, movedMsat, feePaidMsat } = report;
  if (outcome.kind === 'settled' || movedMsat !== 0n || feePaidMsat !== 0n) {
    accuse(
      `probe ${rebalanceId} reports ${outcome.kind}, ${movedMsat} msat moved for ${feePaidMsat}`,
    );
  }
  if (outcome.kind !== 'probed' || outcome.largestMsat === 0n) return;
  const { largestMsat, feeMsat } = outcome;
  const cameRound = evidence.flightsOf(rebalanceId).some((flight) => {
    const intent = evidence.intentOf(flight);
    return flight.back !== null && intent?.amountMsat === largestMsat && intent.feeMsat === feeMsat;
  });
  if (!cameRound) accuse(`probe ${rebalanceId} says that ${largestMsat} msat passed, and none did`);
}
