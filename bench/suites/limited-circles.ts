/**
 * The circles under a fee limit, as a rebalance asks for them: without inbound fees, and with discounts on 14 % of the
 * directions, all granted by a quarter of the nodes (clustered) or by any node (even).
 */
import { feeLimitMsat } from '../../src/units/amounts.ts';
import { ballastCircles } from '../contenders/ballast.ts';
import { incomingDirections } from '../contenders/incoming-directions.ts';
import { type InboundSpread, withInboundFees } from '../network/synthetic-inbound-fees.ts';
import type { SuiteResult } from '../report/result.ts';
import { contest } from '../report/row.ts';
import { nodeLabels, typedArrays } from './circle-contenders.ts';
import { LEAST_FEE, type Setting, snapshotOf } from './setting.ts';

const MAX_FEE_PPM = 1000;
/** Proofs take long where discounts are spread evenly: fewer of the circles are enough. */
const MOST_QUERIES = 300;

export function limitedCirclesSuite(setting: Setting): SuiteResult {
  const { snapshot, options, network, timing } = setting;
  const { amountMsat, seed } = options;
  const circles = setting.circles.slice(0, MOST_QUERIES);
  const requests = circles.map(({ request }) => ({
    ...request,
    ...LEAST_FEE,
    maxFeePpm: MAX_FEE_PPM,
  }));
  const maxSentMsat = Number(amountMsat + feeLimitMsat({ amountMsat, maxFeePpm: MAX_FEE_PPM }));
  const spread = (kind: InboundSpread) =>
    withInboundFees(network.description, { spread: kind, seed });
  const [clustered, even] = [spread('clustered'), spread('even')];
  const clusteredSnapshot = snapshotOf(clustered.description);
  const evenSnapshot = snapshotOf(even.description);
  const rows = contest(
    'circles within 1,000 ppm',
    [
      {
        contender: ballastCircles({ name: 'Ballast, fee only, limited', snapshot, requests }),
        aim: 'no inbound fees',
      },
      {
        contender: ballastCircles({
          name: 'Ballast, inbound fees',
          snapshot: clusteredSnapshot,
          requests,
        }),
        aim: 'clustered',
      },
      {
        contender: ballastCircles({
          name: 'Ballast, inbound fees spread evenly',
          snapshot: evenSnapshot,
          requests,
        }),
        aim: 'even',
      },
      {
        contender: typedArrays(incomingDirections(snapshot, Number(amountMsat)), setting, {
          name: 'Dijkstra on typed arrays, limited',
          maxSentMsat,
        }),
        aim: 'no inbound fees',
        isReference: true,
      },
      {
        contender: nodeLabels(clusteredSnapshot, setting, {
          name: 'Dijkstra, inbound fees, one label per node',
          maxSentMsat,
        }),
        aim: 'clustered',
      },
      {
        contender: nodeLabels(evenSnapshot, setting, {
          name: 'the same, spread evenly',
          maxSentMsat,
        }),
        aim: 'even',
      },
    ],
    { ...timing, queries: circles.length },
  );
  return {
    rows,
    figures: [
      {
        label: 'inbound fees laid over the network',
        text: `clustered ${percent(clustered.discountShare)} of directions discount, ${percent(clustered.surchargeShare)} surcharge; even ${percent(even.discountShare)} and ${percent(even.surchargeShare)}`,
      },
    ],
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
