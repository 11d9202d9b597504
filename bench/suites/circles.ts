/** The same circles through every contender, without a fee limit. */
import { ballastCircles } from '../contenders/ballast.ts';
import { incomingDirections } from '../contenders/incoming-directions.ts';
import { pathCostMsat, uniformPriorPrices } from '../network/reliability-prices.ts';
import type { SuiteResult } from '../report/result.ts';
import { contest } from '../report/row.ts';
import {
  graphology,
  mapAndBigint,
  ngraph,
  pricedArrays,
  typedArrays,
} from './circle-contenders.ts';
import { movingBeliefsRows } from './moving-beliefs.ts';
import { LEAST_FEE, type Setting } from './setting.ts';

export function circlesSuite(setting: Setting): SuiteResult {
  const { snapshot, circles, options, timing } = setting;
  const requests = circles.map(({ request }) => ({ ...request, ...LEAST_FEE }));
  const graph = incomingDirections(snapshot, Number(options.amountMsat));
  const prices = uniformPriorPrices(snapshot, Number(options.amountMsat));
  const { reliability, timeLockRiskPpb } = prices;
  const cost = { reliability, timeLockRiskPpb };
  const rows = contest(
    'circles',
    [
      {
        contender: ballastCircles({ name: 'Ballast, fee only', snapshot, requests }),
        aim: 'least fee',
      },
      {
        contender: ballastCircles({
          name: 'Ballast, fee and reliability',
          snapshot,
          requests: requests.map((request) => ({ ...request, cost })),
          costOf: ({ path }) => pathCostMsat(snapshot, prices, path),
        }),
        aim: 'least cost',
      },
      {
        contender: ballastCircles({
          name: 'Ballast, default terms',
          snapshot,
          requests: circles.map(({ request }) => request),
          costOf: ({ costMsat }) => costMsat,
        }),
        aim: 'default terms',
      },
      { contender: typedArrays(graph, setting), aim: 'least fee', isReference: true },
      { contender: mapAndBigint(setting), aim: 'least fee' },
      { contender: graphology(graph, setting), aim: 'least fee' },
      { contender: ngraph(graph, setting), aim: 'least fee' },
      { contender: pricedArrays(graph, prices, setting), aim: 'least cost' },
    ],
    timing,
  );
  const moving = movingBeliefsRows(setting, requests, prices);
  return { rows: [...rows, ...moving.rows], figures: moving.figures };
}
