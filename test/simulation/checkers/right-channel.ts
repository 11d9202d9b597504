/**
 * Promise 4: where arrival is strict, what is settled came back on a channel that was asked for, and with the full
 * amount; elsewhere the report names the channel on which it truly came.
 */
import type { RebalanceReport } from '../../../src/executor/rebalance-report.ts';
import type { Flight } from '../truth.ts';
import type { Asked } from '../workload.ts';
import type { Checker, Evidence } from './evidence.ts';

export function rightChannel(evidence: Evidence): Checker {
  const accuse = (message: string): void => evidence.accuse('right channel or no deal', message);
  return {
    flown: (event) => {
      if (event.kind !== 'back_ended' || event.back.state !== 'settled') return;
      const { flight, back } = event;
      const intent = evidence.intentOf(flight);
      if (intent === undefined) return;
      if (back.amountMsat < intent.amountMsat) {
        accuse(
          `flight ${flight.number} settled with ${back.amountMsat} of ${intent.amountMsat} msat`,
        );
      }
      const asked = evidence.asked.get(intent.rebalanceId);
      if (asked === undefined || !isStrict(evidence, asked)) return;
      if (asked.inChannels.includes(back.channelId)) return;
      accuse(
        `flight ${flight.number} settled on channel ${back.channelId}, asked for were ${asked.inChannels.join(', ')}`,
      );
    },
    reported: (report) => checkReport(evidence, report, accuse),
  };
}

function isStrict(evidence: Evidence, { request, inChannels }: Asked): boolean {
  if (request.arrival !== undefined) return request.arrival === 'strict';
  return evidence.canHold && inChannels.some((channelId) => evidence.hasSiblings(channelId));
}

function checkReport(
  evidence: Evidence,
  report: RebalanceReport,
  accuse: (message: string) => void,
): void {
  const { rebalanceId, outcome } = report;
  // What is still being followed is not in the report yet.
  const following = outcome.kind === 'in_flight' ? outcome.paymentHash : undefined;
  const settled = evidence
    .flightsOf(rebalanceId)
    .filter(({ state, paymentHash }) => state === 'settled' && paymentHash !== following);
  const paidMsat = settled.reduce((sum, flight) => sum + evidence.feeMsat(flight), 0n);
  if (report.feePaidMsat !== paidMsat) {
    accuse(
      `rebalance ${rebalanceId} reports ${report.feePaidMsat} msat of fees, but paid ${paidMsat}`,
    );
  }
  if (outcome.kind !== 'settled' && following === undefined) {
    if (settled.length > 0) accuse(`rebalance ${rebalanceId} settled, but reports ${outcome.kind}`);
    return;
  }
  if (settled.length === 0) {
    if (following === undefined) accuse(`rebalance ${rebalanceId} settled nothing, but says so`);
    return;
  }
  checkArrivals(evidence, report, { settled, accuse });
}

function checkArrivals(
  evidence: Evidence,
  report: RebalanceReport,
  { settled, accuse }: { settled: readonly Flight[]; accuse: (message: string) => void },
): void {
  const { rebalanceId } = report;
  const true_ = settled.map(({ back }) => back?.channelId).sort();
  const told = report.arrivals.map(({ channelId }) => channelId).sort();
  // A node that could not be asked is a note in the report, and no lie.
  const isIncomplete = told.length < true_.length && told.every((id) => true_.includes(id));
  if (isIncomplete && report.notes.length > 0) return;
  if (told.join() !== true_.join()) {
    accuse(
      `rebalance ${rebalanceId} reports arrival on ${told.join()}, but it was on ${true_.join()}`,
    );
  }
  const movedMsat = settled.reduce((sum, flight) => sum + movedBy(evidence, flight), 0n);
  if (report.movedMsat !== movedMsat) {
    accuse(`rebalance ${rebalanceId} reports ${report.movedMsat} msat moved, not ${movedMsat}`);
  }
  const inChannels = evidence.asked.get(rebalanceId)?.inChannels;
  const asAsked = settled.every(
    ({ back }) => back !== null && inChannels?.includes(back.channelId) === true,
  );
  if (inChannels !== undefined && report.arrivedAsAsked !== asAsked) {
    accuse(
      `rebalance ${rebalanceId} reports arrivedAsAsked ${report.arrivedAsAsked}, not ${asAsked}`,
    );
  }
}

/** What came back over the channel that it had left by went nowhere. */
function movedBy(evidence: Evidence, flight: Flight): bigint {
  const { outChannelId, back } = flight;
  if (back?.channelId === outChannelId) return 0n;
  return evidence.intentOf(flight)?.amountMsat ?? 0n;
}
