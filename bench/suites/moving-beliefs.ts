/** What it costs a search that beliefs have moved since the last one, beside searches for the least fee. */
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import { ballastCircles } from '../contenders/ballast.ts';
import { movingBeliefs } from '../contenders/moving-beliefs.ts';
import { percentiles } from '../measure/percentiles.ts';
import { type Timed, timeContenders } from '../measure/timing.ts';
import type { CostPrices } from '../network/reliability-prices.ts';
import type { SuiteResult } from '../report/result.ts';
import { measurement } from '../report/row.ts';
import type { Setting } from './setting.ts';

const SUITE = 'circles';
const FRESH_VIEWS = 9;

/**
 * The two take turns among themselves. What the moving prices lead to depends on how often a warm-up went round, so
 * the costs are no part of the results; that they are right is for the tests to say.
 */
export function movingBeliefsRows(
  { snapshot, options, timing }: Setting,
  requests: readonly CircularRouteRequest[],
  prices: CostPrices,
): Required<Pick<SuiteResult, 'rows' | 'figures'>> {
  const moving = movingBeliefs({ snapshot, requests, prices, seed: options.seed });
  const feeOnly = ballastCircles({ name: 'fee only', snapshot, requests });
  const timed = timeContenders([feeOnly, moving], timing);
  const [feeMs, movingMs] = timed.map((one) => percentiles(foundTimes(one)).medianMs);
  const row = measurement(SUITE, {
    name: moving.name,
    timesMs: foundTimes(timed[1]!),
    unitMs: feeMs!,
  });
  const fresh = measurement(SUITE, {
    name: 'a view of an amount with prices, from scratch',
    timesMs: freshViewTimes(snapshot, requests, prices),
    unitMs: feeMs!,
  });
  return {
    rows: [row, fresh],
    figures: [
      {
        label: 'search after beliefs have moved against fee only, medians side by side',
        text: `${row.ratio.toFixed(2)} times (${micro(movingMs!)} against ${micro(feeMs!)} µs); a view from scratch ${fresh.medianMs.toFixed(1)} ms`,
      },
    ],
  };
}

const micro = (ms: number): string => (1000 * ms).toFixed(0);

const foundTimes = ({ timesMs, costs }: Timed): number[] =>
  Array.from(timesMs).filter((_, query) => costs[query] !== null);

/** A search on prices in an array that is new, less the same search again. */
function freshViewTimes(
  snapshot: GraphSnapshot,
  requests: readonly CircularRouteRequest[],
  { reliability, timeLockRiskPpb }: CostPrices,
): number[] {
  const answered = requests.find(
    (request) => findCircularRoute(snapshot, request).kind === 'route',
  );
  if (answered === undefined) return [];
  return Array.from({ length: FRESH_VIEWS }, () => {
    const cost = { reliability: reliability.slice(), timeLockRiskPpb };
    const search = (): number => {
      const started = performance.now();
      findCircularRoute(snapshot, { ...answered, cost });
      return performance.now() - started;
    };
    return search() - search();
  });
}
