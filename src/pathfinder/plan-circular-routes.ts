/** All of a node's channels against each other: which circles are worth most. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { RouteTask } from './best-route.ts';
import { renamedWithin } from './excluded-siblings.ts';
import type {
  CircularMove,
  CircularPlan,
  CircularPlanRequest,
  PlannedCircle,
} from './plan-request.ts';
import { RankedCircles } from './ranked-circles.ts';
import { resolveRequest } from './resolve-request.ts';
import { PeerBounds, type PeerTree, PeerTrees } from './search/peer-tree.ts';
import { RequestEdges } from './search/request-edges.ts';
import { type EndChannel, RequestSpace } from './search/request-space.ts';
import { type Searcher, searcherFor } from './search-cache.ts';
import { searchExactly } from './search-exactly.ts';

export const DEFAULT_MAX_CIRCLES = 100;
/** Without any limit, discounts cannot be bounded; and nobody moves liquidity at 1 %. */
const DEFAULT_MAX_FEE_PPM = 10_000;

/**
 * The circles of greatest gain less cost over all pairs of the allowed channels and all amounts, in shared searches:
 * one tree of lower bounds per outgoing peer and amount ranks every move, and the moves are then searched exactly from
 * the top until no bound of those left reaches what was found. So the ranking is as exact as each circle in it.
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
  const refused: { amountMsat: bigint; reason: CircularPlan['refused'][number]['reason'] }[] = [];
  const moves: BoundedMove[] = [];
  for (const amountMsat of new Set(amountsMsat)) {
    const resolved = resolveRequest(snapshot, forAmount(request, amountMsat));
    if (resolved.kind === 'refused') refused.push({ amountMsat, reason: resolved.reason });
    else addMoves(moves, groundOf(snapshot, resolved.task, amountMsat), gainMsat);
  }
  moves.sort((a, b) => b.netMsat - a.netMsat);
  let searched = 0;
  for (const move of moves) {
    if (move.netMsat < ranked.thresholdMsat) break;
    searched++;
    const circle = searchMove(move, ranked.thresholdMsat);
    if (circle !== undefined) ranked.add(circle);
  }
  return { circles: ranked.best(), moves: moves.length, searched, refused };
}

function forAmount(request: CircularPlanRequest, amountMsat: bigint) {
  const { self, amountsMsat, gainMsat, minNetMsat, maxCircles, ...rest } = request;
  const limited = rest.maxFeeMsat !== undefined || rest.maxFeePpm !== undefined;
  const limit = limited ? {} : { maxFeePpm: DEFAULT_MAX_FEE_PPM };
  return { ...rest, ...limit, amountMsat, from: self, to: self };
}

/** What all searches for one amount share. */
interface Ground {
  readonly amountMsat: bigint;
  readonly task: RouteTask;
  readonly searcher: Searcher;
  readonly space: RequestSpace;
}

/** A move whose net gain is at most `netMsat`. */
interface BoundedMove {
  readonly ground: Ground;
  readonly move: CircularMove;
  readonly first: EndChannel;
  readonly last: EndChannel;
  readonly tree: PeerTree;
  readonly gainMsat: number;
  readonly netMsat: number;
}

function groundOf(snapshot: GraphSnapshot, task: RouteTask, amountMsat: bigint): Ground {
  const current = renamedWithin(snapshot.withPolicies(task.overlay?.policies), task);
  const { limits, pricing } = task;
  const { maxFeeMsat } = limits;
  const searcher = searcherFor(current, { amountMsat: task.amountMsat, maxFeeMsat, pricing });
  return { amountMsat, task, searcher, space: new RequestSpace(searcher.view, task) };
}

function addMoves(
  moves: BoundedMove[],
  ground: Ground,
  gainOf: NonNullable<CircularPlanRequest['gainMsat']>,
): void {
  const { searcher, space, amountMsat, task } = ground;
  const { snapshot } = searcher.view;
  const request = new RequestEdges(space);
  const targets = new Set(space.last.map(({ node }) => node).filter((node) => node >= 0));
  const trees = new PeerTrees(searcher.view);
  const mostMsat = request.priced ? Number.POSITIVE_INFINITY : task.limits.maxFeeMsat + 1;
  for (const [peer, channels] of Map.groupBy(space.first, ({ node }) => node)) {
    if (peer < 0) continue;
    const tree = trees.grow(peer, { request, targets });
    for (const first of channels) {
      for (const last of space.last) {
        if (last.node < 0 || first.direction >> 1 === last.direction >> 1) continue;
        const boundMsat = first.weight + tree.distance[last.node]! + last.weight;
        if (boundMsat >= mostMsat || boundMsat === Number.POSITIVE_INFINITY) continue;
        const move: CircularMove = {
          outChannel: snapshot.channelId(first.direction >> 1),
          inChannel: snapshot.channelId(last.direction >> 1),
          amountMsat,
        };
        const gainMsat = gainOf(move);
        if (Number.isNaN(gainMsat)) throw new RangeError('gainMsat returned NaN for a move');
        const netMsat = gainMsat - Math.floor(boundMsat);
        moves.push({ ground, move, first, last, tree, gainMsat, netMsat });
      }
    }
  }
}

/** The cheapest circle that makes a move, where its net gain reaches the threshold. */
function searchMove(bounded: BoundedMove, thresholdMsat: number): PlannedCircle | undefined {
  const { ground, move, first, last, tree, gainMsat } = bounded;
  const { found, proven } = searchExactly(ground.searcher, {
    task: ground.task,
    request: new RequestEdges(ground.space, { first: [first], last: [last] }),
    bounds: new PeerBounds(tree, first.weight),
    // Whole costs up to gain less threshold are of interest, with the trifles that break ties.
    belowMsat: gainMsat - thresholdMsat + 1,
  });
  if (found === undefined) return undefined;
  const { path, quote, costMsat } = found;
  const netMsat = gainMsat - costMsat;
  return { ...move, path, quote, costMsat, gainMsat, netMsat, proven };
}
