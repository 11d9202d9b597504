/** What it costs to price parallel channels so that whichever the node picks accepts the payment. Nothing is timed. */
import { findCircularRoute } from '../../src/pathfinder/find-circular-route.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import type { SuiteResult } from '../report/result.ts';
import { LEAST_FEE, type Setting } from './setting.ts';

export function siblingsSuite({ snapshot, circles }: Setting): SuiteResult {
  const feeMsat = (request: CircularRouteRequest): number | null => {
    const result = findCircularRoute(snapshot, request);
    return result.kind === 'route' ? Number(result.quote.feeMsat) : null;
  };
  const extraMsat: number[] = [];
  let lost = 0;
  for (const { request } of circles) {
    const named = feeMsat({ ...request, ...LEAST_FEE });
    if (named === null) continue;
    const any = feeMsat({ ...request, ...LEAST_FEE, siblings: 'any' });
    if (any === null) lost++;
    else extraMsat.push(any - named);
  }
  extraMsat.sort((a, b) => a - b);
  const dearer = extraMsat.filter((extra) => extra > 0);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const middle = (values: readonly number[]): number => values[values.length >> 1] ?? 0;
  const msat = (value: number): string => Math.round(value).toLocaleString('en');
  return {
    rows: [],
    figures: [
      {
        label: "fee of siblings 'any' above 'named'",
        text:
          `${((100 * dearer.length) / Math.max(1, extraMsat.length)).toFixed(1)} % of ${extraMsat.length} routes dearer, ` +
          `median ${msat(middle(extraMsat))} and mean ${msat(mean(extraMsat))} msat over all, ` +
          `median ${msat(middle(dearer))} and mean ${msat(mean(dearer))} msat over those; ${lost} lost`,
      },
    ],
    facts: [lost, ...extraMsat],
  };
}
