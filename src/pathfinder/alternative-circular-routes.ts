/** Several circles for one request, as different from each other as a price on sharing channels makes them. */
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { bestRoute } from './best-route.ts';
import { answer } from './find-route.ts';
import type { FoundRoute } from './price-found.ts';
import type { CircularRouteRequest, RouteResult } from './request.ts';
import { resolveRequest } from './resolve-request.ts';

/** What `alternativeCircularRoutes` is asked: one circle's terms, and how many. */
export interface AlternativesRequest extends CircularRouteRequest {
  /** Most routes to return. */
  readonly count: number;
  /**
   * What sharing a channel with a route found before costs, ppm of the amount; more each time that a search comes back
   * with a route that is known. Channels of ours are free to share.
   * @defaultValue 50, about what a channel of a good circle costs
   */
  readonly penaltyPpm?: number;
}

/** What it answers: several circles, or why there is none. */
export type AlternativesResult =
  | {
      readonly kind: 'routes';
      /**
       * The best first, then as they were found; `costMsat` is without penalties. `proven` says of the first that none
       * is cheaper, of the others that none is with the penalties that led to them.
       */
      readonly routes: readonly Extract<RouteResult, { kind: 'route' }>[];
    }
  | Extract<RouteResult, { kind: 'no_route' }>;

const DEFAULT_PENALTY_PPM = 50;
/** Searches per route wanted, at most. */
const SEARCHES_PER_ROUTE = 4;

/**
 * Up to `count` different circles by searching again with penalties on the channels of those found. For a bot that
 * wants the next try ready, or to spread payments.
 *
 * @throws RangeError as `findCircularRoute` does, and for a count or penalty that is not positive.
 */
export function alternativeCircularRoutes(
  snapshot: GraphSnapshot,
  request: AlternativesRequest,
): AlternativesResult {
  const { count, penaltyPpm = DEFAULT_PENALTY_PPM, self, ...rest } = request;
  if (!(Number.isSafeInteger(count) && count > 0)) {
    throw new RangeError(`count must be a positive whole number, but is ${count}`);
  }
  if (!(penaltyPpm > 0 && penaltyPpm <= 1e6)) {
    throw new RangeError(`penaltyPpm must be above 0 and at most 1,000,000, but is ${penaltyPpm}`);
  }
  const plain = { ...rest, from: self, to: self };
  const resolved = resolveRequest(snapshot, plain);
  const first = resolved.kind === 'ok' ? bestRoute(snapshot, resolved.task) : undefined;
  if (resolved.kind !== 'ok' || first?.found === undefined) {
    const none = answer(snapshot, plain);
    return none.kind === 'no_route' ? none : { kind: 'routes', routes: [none] };
  }
  const penalty = Math.max(1, Math.round((resolved.task.amountMsat * penaltyPpm) / 1e6));
  const found = new DifferentRoutes(penalty);
  found.add(first.found, first.proven);
  for (let i = 1; i < count * SEARCHES_PER_ROUTE && found.routes.length < count; i++) {
    const next = bestRoute(snapshot, { ...resolved.task, penalties: found.penalties });
    if (next.found === undefined) break;
    found.add(next.found, next.proven);
  }
  return { kind: 'routes', routes: found.routes };
}

class DifferentRoutes {
  readonly routes: Extract<RouteResult, { kind: 'route' }>[] = [];
  /** By direction. A new map for each search. */
  penalties: ReadonlyMap<number, number> = new Map();
  readonly #penaltyMsat: number;
  readonly #known = new Set<string>();

  constructor(penaltyMsat: number) {
    this.#penaltyMsat = penaltyMsat;
  }

  /** Keeps the route if it is a new one, and makes its channels dearer either way. */
  add({ path, quote, costMsat, directions }: FoundRoute, proven: boolean): void {
    const inner = directions.slice(1, -1);
    const name = directions.join();
    if (!this.#known.has(name)) {
      this.#known.add(name);
      const paid = inner.reduce((sum, at) => sum + (this.penalties.get(at) ?? 0), 0);
      this.routes.push({ kind: 'route', path, quote, costMsat: costMsat - paid, proven });
    }
    const dearer = new Map(this.penalties);
    for (const at of inner) {
      const before = dearer.get(at) ?? 0;
      dearer.set(at, before === 0 ? this.#penaltyMsat : 2 * before);
    }
    this.penalties = dearer;
  }
}
