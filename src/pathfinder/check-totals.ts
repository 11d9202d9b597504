/** The route check as a whole: what arrives at the end, what is given as totals, and our own limits. */
import type { Route } from '../generated/messages/route.ts';
import type { CheckTerms, RouteDefect } from './check-route.ts';

export function* finalDefects(route: Route, terms: CheckTerms): Iterable<RouteDefect> {
  const hop = route.hops.length - 1;
  const last = route.hops[hop]!;
  const arrivesMsat = hop === 0 ? route.totalAmtMsat : route.hops[hop - 1]!.amtToForwardMsat;
  if (last.amtToForwardMsat !== terms.amountMsat || arrivesMsat < terms.amountMsat) {
    const detail = `delivers ${last.amtToForwardMsat} of ${arrivesMsat} msat, meant ${terms.amountMsat}`;
    yield { code: 'final_amount', hop, detail };
  }
  const arrivesExpiry = hop === 0 ? route.totalTimeLock : route.hops[hop - 1]!.expiry;
  const soonest = terms.blockHeight + Math.max(19, terms.invoiceCltvDelta);
  if (last.expiry < soonest || arrivesExpiry < last.expiry) {
    const detail = `last expiry ${last.expiry} (arrives ${arrivesExpiry}), at least ${soonest} is needed`;
    yield { code: 'final_expiry', hop, detail };
  }
  const record = last.mppRecord;
  const secret = record?.paymentAddr ?? new Uint8Array();
  const sameSecret =
    secret.length === terms.paymentAddr.length &&
    secret.every((b, i) => b === terms.paymentAddr[i]);
  if (record === undefined || !sameSecret || record.totalAmtMsat !== terms.amountMsat) {
    const detail = 'the MPP record lacks the payment secret, or its total is not the amount';
    yield { code: 'payment_secret', hop, detail };
  }
}

export function* totalDefects(route: Route, terms: CheckTerms): Iterable<RouteDefect> {
  const feeMsat = route.totalAmtMsat - terms.amountMsat;
  const hopFeesMsat = route.hops.reduce((sum, hop) => sum + hop.feeMsat, 0n);
  if (route.totalFeesMsat !== feeMsat || hopFeesMsat !== feeMsat) {
    const detail = `fees are given as ${route.totalFeesMsat} and ${hopFeesMsat} msat, but are ${feeMsat}`;
    yield { code: 'totals', hop: -1, detail };
  }
  if (terms.maxFeeMsat !== undefined && feeMsat > terms.maxFeeMsat) {
    yield {
      code: 'fee_limit',
      hop: -1,
      detail: `costs ${feeMsat}, allowed ${terms.maxFeeMsat} msat`,
    };
  }
  const blocks = route.totalTimeLock - terms.blockHeight;
  const maxBlocks = terms.maxCltvBlocks ?? 2016;
  if (blocks > maxBlocks) {
    yield {
      code: 'cltv_limit',
      hop: -1,
      detail: `locks for ${blocks}, allowed ${maxBlocks} blocks`,
    };
  }
}
