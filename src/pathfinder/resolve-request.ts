/** From a request to the search's terms: defaults filled in, names resolved, or the reason why that is impossible. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { feeLimitMsat, MAX_SEARCH_MSAT } from '../units/amounts.ts';
import { MAX_ROUTE_CLTV_BLOCKS } from '../units/cltv.ts';
import type { NodeId } from '../units/ids.ts';
import { MAX_ONION_HOPS, ONION_BYTES } from '../units/onion-size.ts';
import { DEFAULT_LABEL_BUDGET, type RouteTask } from './best-route.ts';
import { DEFAULT_FINAL_CLTV_DELTA } from './price-path.ts';
import { pricingTerms } from './pricing.ts';
import { DEFAULT_BLOCK_HEIGHT } from './quote-path.ts';
import type { CircularRouteRequest, NoRouteReason, RouteRequest } from './request.ts';
import { unlikelihoodLimit } from './unlikelihood.ts';

export type ResolvedRequest =
  | { readonly kind: 'ok'; readonly task: RouteTask }
  | { readonly kind: 'refused'; readonly reason: NoRouteReason };

/** The common form of both requests: a circle begins and ends at the same node. */
export type AnyRouteRequest = Omit<CircularRouteRequest, 'self'> &
  Pick<RouteRequest, 'from' | 'to'>;

/**
 * @throws RangeError for a request that no graph could satisfy: an amount of zero or less, a negative limit, a
 * fraction of a block, a time lock limit that the final delta alone uses up.
 */
export function resolveRequest(snapshot: GraphSnapshot, request: AnyRouteRequest): ResolvedRequest {
  assertSensible(request);
  const source = snapshot.nodeIndex(request.from);
  const target = snapshot.nodeIndex(request.to);
  if (source === undefined || target === undefined) {
    const nodeId: NodeId = source === undefined ? request.from : request.to;
    return { kind: 'refused', reason: { code: 'unknown_node', nodeId } };
  }
  if (request.amountMsat > MAX_SEARCH_MSAT) {
    return { kind: 'refused', reason: { code: 'amount_out_of_range', maxMsat: MAX_SEARCH_MSAT } };
  }
  const pricing = pricingTerms(snapshot, request);
  const amountMsat = Number(request.amountMsat);
  return {
    kind: 'ok',
    task: {
      source,
      target,
      amountMsat,
      outChannels: request.outChannels,
      inChannels: request.inChannels,
      exclude: request.exclude,
      overlay: request.overlay,
      siblings: pricing.siblings,
      priceOf: pricing.priceOf(amountMsat),
      pricing,
      finalCltvDelta: request.finalCltvDelta ?? DEFAULT_FINAL_CLTV_DELTA,
      blockHeight: request.blockHeight ?? DEFAULT_BLOCK_HEIGHT,
      labelBudget: request.labelBudget ?? DEFAULT_LABEL_BUDGET,
      limits: {
        maxFeeMsat: maxFeeMsat(request),
        maxCltvBlocks: request.maxCltvBlocks ?? MAX_ROUTE_CLTV_BLOCKS,
        maxHops: Math.min(request.maxHops ?? MAX_ONION_HOPS, MAX_ONION_HOPS),
        maxOnionBytes: ONION_BYTES,
        unlikelihood: leastProbability(request),
      },
    },
  };
}

function maxFeeMsat(request: AnyRouteRequest): number {
  const { amountMsat, maxFeePpm } = request;
  let limit = MAX_SEARCH_MSAT - amountMsat;
  const narrow = (other: bigint): void => {
    if (other < limit) limit = other;
  };
  if (request.maxFeeMsat !== undefined) narrow(request.maxFeeMsat);
  if (maxFeePpm !== undefined) narrow(feeLimitMsat({ amountMsat, maxFeePpm }));
  return Number(limit);
}

function leastProbability({ minProbability, probability }: AnyRouteRequest) {
  if (minProbability === undefined || minProbability === 0) return undefined;
  if (probability === undefined) {
    throw new RangeError('minProbability needs `probability`: what each direction succeeds with');
  }
  return unlikelihoodLimit({ minProbability, probability });
}

function assertSensible(request: AnyRouteRequest): void {
  const { amountMsat, maxFeeMsat, maxFeePpm } = request;
  if (amountMsat <= 0n) throw new RangeError(`amountMsat must be positive, not ${amountMsat}`);
  if (maxFeeMsat !== undefined && maxFeeMsat < 0n) {
    throw new RangeError(`maxFeeMsat must not be negative, but is ${maxFeeMsat}`);
  }
  if (maxFeePpm !== undefined && !(maxFeePpm >= 0 && maxFeePpm <= 1e9)) {
    throw new RangeError(`maxFeePpm must lie between 0 and 1,000,000,000, but is ${maxFeePpm}`);
  }
  const { maxCltvBlocks, finalCltvDelta = DEFAULT_FINAL_CLTV_DELTA } = request;
  if (maxCltvBlocks !== undefined && maxCltvBlocks <= finalCltvDelta) {
    // lnd refuses the same (lnd: `routing/payment_session.go`, `ValidateCLTVLimit`).
    throw new RangeError(
      `maxCltvBlocks ${maxCltvBlocks} leaves no block to forward in; it must be above finalCltvDelta ${finalCltvDelta}`,
    );
  }
  for (const name of [
    'maxCltvBlocks',
    'maxHops',
    'finalCltvDelta',
    'blockHeight',
    'labelBudget',
  ] as const) {
    const value = request[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`${name} must be a whole number that is not negative, but is ${value}`);
    }
  }
}
