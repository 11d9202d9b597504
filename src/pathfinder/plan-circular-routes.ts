/** All of a node's channels against each other: which circles are worth most. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { BoundedMoves } from './bounded-moves.ts';
import type { CircularPlan, CircularPlanRequest } from './plan-request.ts';
import { RankedCircles } from './ranked-circles.ts';
import { resolveRequest } from './resolve-request.ts';

export const DEFAULT_MAX_CIRCLES = 100;
/** Without any limit, discounts cannot be bounded; and nobody moves liquidity at 1 %. */
const DEFAULT_MAX_FEE_PPM = 10_000;

/**
 * The circles of greatest gain less cost over all pairs of the allowed channels and all amounts, in shared searches:
 * one tree of lower bounds per outgoing peer and amount bounds every move, and moves are searched exactly from the
 * top until no bound of those left reaches what was found. So the ranking is as exact as each circle in it.
 *
 * @throws RangeError for a request that no graph could satisfy (see `resolveRequest`), and for a gain that is no number.
 */
export function planCircularRoutes(
  snapshot: GraphSnapshot,
  request: CircularPlanRequest,
): CircularPlan {
  const { amountsMsat, gainMsat = () => 0, maxCircles = DEFAULT_MAX_CIRCLES } = request;
  if (!(Number.isSafeInteger(maxCircles) && maxCircles > 0)) {
    throw new RangeError(`maxCircles must be a positive whole number, but is ${maxCircles}`);
  }
  const ranked = new RankedCircles(maxCircles, request.minNetMsat ?? Number.NEGATIVE_INFINITY);
  const refused: CircularPlan['refused'][number][] = [];
  const moves = new BoundedMoves(gainMsat);
  for (const amountMsat of new Set(amountsMsat)) {
    const resolved = resolveRequest(snapshot, forAmount(request, amountMsat));
    if (resolved.kind === 'refused') refused.push({ amountMsat, reason: resolved.reason });
    else moves.addAmount(snapshot, { amountMsat, task: resolved.task });
  }
  let searched = 0;
  for (;;) {
    const move = moves.next(ranked.thresholdMsat);
    if (move === undefined) break;
    searched++;
    const circle = move.search(ranked.thresholdMsat);
    if (circle !== undefined) ranked.add(circle);
  }
  return { circles: ranked.best(), moves: moves.count, searched, refused };
}

function forAmount(request: CircularPlanRequest, amountMsat: bigint) {
  const { self, amountsMsat, gainMsat, minNetMsat, maxCircles, ...rest } = request;
  const limited = rest.maxFeeMsat !== undefined || rest.maxFeePpm !== undefined;
  const limit = limited ? {} : { maxFeePpm: DEFAULT_MAX_FEE_PPM };
  return { ...rest, ...limit, amountMsat, from: self, to: self };
}
