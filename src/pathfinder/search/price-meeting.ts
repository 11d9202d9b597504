/** Exact prices along a path, backwards. */
import { inboundFeeNumber, outboundFeeNumber } from '../../units/fee-number.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import type { EdgeTerms } from '../view/edge-terms.ts';
import type { Meeting } from './bound-search.ts';
import type { RequestEdges } from './request-edges.ts';
import type { FoundPath } from './search-task.ts';

/** The exact price of the path that the bound search found, or `undefined` where it is no path after all. */
export function priceMeeting(
  meeting: Omit<Meeting, 'leastMsat'>,
  request: RequestEdges,
  maxFeeMsat: number,
): FoundPath | undefined {
  const { amountMsat, terms, to } = request.view;
  const [first, last] = [request.first[meeting.first]!, request.last[meeting.last]!];
  if (passesTwice(first.node, meeting.edges, to)) return undefined;
  if (first.direction >> 1 === last.direction >> 1) return undefined;
  if (meeting.edges.length === 0 && !request.mayTurn) return undefined;
  let xMsat = amountMsat;
  const { feeBaseMsat, feeRatePpm } = last.terms;
  let pMsat = xMsat + outboundFeeNumber(feeBaseMsat[last.edge]!, feeRatePpm[last.edge]!, xMsat);
  let prices = first.priceMsat + last.priceMsat;
  for (let i = meeting.edges.length - 1; i >= 0; i--) {
    const edge = meeting.edges[i]!;
    xMsat = arriving(terms, edge, xMsat, pMsat);
    if (xMsat > request.maximum(edge)) return undefined;
    pMsat = xMsat + outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, xMsat);
    prices += request.priceMsat(edge);
  }
  const sentMsat = arriving(first.terms, first.edge, xMsat, pMsat);
  const feeMsat = sentMsat - amountMsat;
  if (sentMsat > first.terms.maxMsat[first.edge]! || feeMsat > maxFeeMsat) return undefined;
  const costMsat = feeMsat + prices + (meeting.edges.length + 2) * HOP_MSAT;
  const { edges } = meeting;
  return { first: meeting.first, edges, last: meeting.last, sentMsat, costMsat };
}

/** Whether some node is passed again; paths are so short that a set would take longer. */
function passesTwice(first: number, edges: readonly number[], to: Uint32Array): boolean {
  for (let i = 0; i < edges.length; i++) {
    const node = to[edges[i]!]!;
    if (node === first) return true;
    for (let j = 0; j < i; j++) if (to[edges[j]!] === node) return true;
  }
  return false;
}

/** What must arrive over an edge at a node that sends on `xMsat`. */
export function arriving(terms: EdgeTerms, edge: number, xMsat: number, pMsat: number): number {
  const [base, rate] = [terms.inboundBaseMsat[edge]!, terms.inboundRatePpm[edge]!];
  const needed = base === 0 && rate === 0 ? pMsat : pMsat + inboundFeeNumber(base, rate, pMsat);
  const minimum = terms.minMsat[edge]!;
  const kept = needed > xMsat ? needed : xMsat;
  return kept > minimum ? kept : minimum;
}
