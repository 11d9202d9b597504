/**
 * Promise 1: of each rebalance, at most one HTLC is live at a time. Each hash settles once at most, and a second hash
 * only where more than one payment was asked for: all together never more than the total.
 */
import type { Flight } from '../truth.ts';
import { attemptKey, type Checker, type Evidence } from './evidence.ts';

export function noDoubleSend(evidence: Evidence): Checker {
  const accuse = (message: string): void => evidence.accuse('no double send', message);
  return {
    written: (record) => {
      if (record.kind !== 'intent') return;
      const open = evidence.intents.find(
        (one) =>
          one.rebalanceId === record.rebalanceId &&
          one.attempt < record.attempt &&
          !evidence.outcomes.has(attemptKey(one)),
      );
      if (open === undefined) return;
      accuse(`attempt ${attemptKey(record)} begins while ${open.attempt} has no known outcome`);
    },
    flown: (event) => {
      const { flight } = event;
      const rebalanceId = evidence.rebalanceOf(flight.paymentHash);
      // Whose it is, is for another checker to ask.
      const flights =
        rebalanceId === undefined
          ? evidence.truth.flights.filter((one) => one.paymentHash === flight.paymentHash)
          : evidence.flightsOf(rebalanceId);
      if (event.kind === 'left') {
        const live = flights.filter(({ state }) => state === 'live');
        if (live.length > 1) {
          accuse(`flights ${numbers(live)} of rebalance ${rebalanceId} are live at the same time`);
        }
        checkOtherInvoices(evidence, flight, accuse);
        return;
      }
      checkPaid(evidence, rebalanceId, { paid: evidence.paidBy(flights), accuse });
    },
  };
}

const numbers = (flights: readonly Flight[]): string =>
  flights.map(({ number }) => number).join(', ');

/** A payment under another hash must have nothing left to arrive at. */
function checkOtherInvoices(
  evidence: Evidence,
  flight: Flight,
  accuse: (message: string) => void,
): void {
  const rebalanceId = evidence.rebalanceOf(flight.paymentHash);
  if (rebalanceId === undefined || !evidence.mayCost(flight)) return;
  for (const paymentHash of evidence.invoices) {
    if (paymentHash === flight.paymentHash) continue;
    if (evidence.rebalanceOf(paymentHash) !== rebalanceId) continue;
    const state = evidence.invoice(paymentHash)?.state;
    if (state !== 'open' && state !== 'accepted') continue;
    accuse(
      `flight ${flight.number} left while another invoice of rebalance ${rebalanceId} is ${state}`,
    );
  }
}

function checkPaid(
  evidence: Evidence,
  rebalanceId: string | undefined,
  {
    paid,
    accuse,
  }: { readonly paid: readonly Flight[]; readonly accuse: (message: string) => void },
): void {
  if (paid.length < 2) return;
  const whose = `flights ${numbers(paid)} of rebalance ${rebalanceId}`;
  const request = rebalanceId === undefined ? undefined : evidence.asked.get(rebalanceId)?.request;
  if (request?.totalMsat === undefined) {
    accuse(`${whose} have all settled`);
    return;
  }
  if (new Set(paid.map(({ paymentHash }) => paymentHash)).size < paid.length) {
    accuse(`${whose} have settled, some under the same hash`);
  }
  const sumMsat = paid.reduce(
    (sum, flight) => sum + flight.sentMsat - evidence.feeMsat(flight),
    0n,
  );
  if (sumMsat > request.totalMsat) {
    accuse(`${whose} moved ${sumMsat} msat, and ${request.totalMsat} were asked for`);
  }
}
