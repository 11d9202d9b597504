/**
 * How often limits on time lock and hops need labels that are compared in them, and what those labels cost: each limit
 * is measured on the circles whose best route breaks it, beside the same circles without it.
 */
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest, RouteLimits } from '../../src/pathfinder/request.ts';
import { ballastCircles } from '../contenders/ballast.ts';
import type { Figure, SuiteResult } from '../report/result.ts';
import { contest, type SuiteRow } from '../report/row.ts';
import { LEAST_FEE, type Setting } from './setting.ts';

interface TightLimit {
  readonly text: string;
  readonly limits: RouteLimits;
}

/** lnd refuses to send beyond the first. */
const LIMITS: readonly TightLimit[] = [
  { text: '2,016 blocks', limits: { maxCltvBlocks: 2016 } },
  { text: '600 blocks', limits: { maxCltvBlocks: 600 } },
  { text: '400 blocks', limits: { maxCltvBlocks: 400 } },
  { text: '6 hops', limits: { maxHops: 6 } },
];
const MOST_QUERIES = 300;

export function tightLimitsSuite({ snapshot, circles, timing }: Setting): SuiteResult {
  const asked = circles.slice(0, MOST_QUERIES).map(({ request }) => ({ ...request, ...LEAST_FEE }));
  const rows: SuiteRow[] = [];
  const figures: Figure[] = [];
  const facts: number[] = [];
  for (const { text, limits } of LIMITS) {
    const requests = asked.filter((request) => breaks(request, limits));
    facts.push(requests.length);
    figures.push({
      label: `best routes that need more than ${text}`,
      text: `${requests.length} of ${asked.length}`,
    });
    if (requests.length === 0) continue;
    const suite = `circles of more than ${text}`;
    const limited = requests.map((request) => ({ ...request, ...limits }));
    const entry = (name: string, asking: readonly CircularRouteRequest[]) => ({
      contender: ballastCircles({ name, snapshot, requests: asking }),
      aim: name,
    });
    const entries = [
      entry('Ballast, no such limit', requests),
      entry(`Ballast, at most ${text}`, limited),
    ];
    rows.push(...contest(suite, entries, { ...timing, queries: requests.length }));
  }
  return { rows, figures, facts };

  function breaks(request: CircularRouteRequest, limits: RouteLimits): boolean {
    const result = findCircularRoute(snapshot, request);
    if (result.kind !== 'route') return false;
    const { cltvBlocks, hopCount } = result.quote;
    const { maxCltvBlocks = Infinity, maxHops = Infinity } = limits;
    return cltvBlocks > maxCltvBlocks || hopCount > maxHops;
  }
}
