/** Promise 1: of each rebalance, at most one HTLC is live at a time, and at most one ever settles. */
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
          const numbers = live.map(({ number }) => number).join(', ');
          accuse(`flights ${numbers} of rebalance ${rebalanceId} are live at the same time`);
        }
        return;
      }
      const paid = flights.filter(
        ({ state, back }) => state === 'settled' || back?.state === 'settled',
      );
      if (paid.length > 1) {
        const numbers = paid.map(({ number }) => number).join(', ');
        accuse(`flights ${numbers} of rebalance ${rebalanceId} have all settled`);
      }
    },
  };
}
