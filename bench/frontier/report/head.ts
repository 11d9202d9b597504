/** What the figures of a run rest on, for the head of its report. */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { FrontierOptions } from '../options.ts';
import type { TrafficFacts } from '../traffic/traffic-balances.ts';

export const AMOUNTS_SAT: readonly number[] = [100_000, 300_000, 1_000_000, 3_000_000];
export const FEE_LIMITS_PPM: readonly number[] = [500, 2000];
export const MOST_ATTEMPTS = 20;

export function methodLines(options: FrontierOptions): string[] {
  const { nodes, pairs, seed } = options;
  return [
    ...(options.tuning
      ? ['TUNING RUN: on nodes and seeds that are never reported. These are no results.', '']
      : []),
    `Seed "${seed}". Up to ${nodes} own nodes of 30 to 150 channels; each ${pairs} tasks for each of ${AMOUNTS_SAT.map((sat) => sat.toLocaleString('en')).join(', ')} sat`,
    `and for fee limits of ${FEE_LIMITS_PPM.join(' and ')} ppm, out over one own channel and back over another, with balances`,
    'that allow it. Tasks are 10 minutes apart; those that an oracle cannot solve at that moment are drawn again or left',
    `out. An arm has ${MOST_ATTEMPTS} attempts of 4 s each, which a success takes too. All arms have the same tasks and the same hidden`,
    'network: each side keeps 1 % in reserve; channels are filled anew every few days; 3.5 % of nodes are offline, for half',
    'a day on average; 2 % of policies are stale; a node picks one of its channels to the next node at random among those',
    'that take the payment. cold: the arm has never seen anything. warm: it did the first half of the tasks before, which',
    'is not reported, and what it moved stays moved.',
    'attempts/success: all attempts, failed tasks included. fee ppm, fee/oracle: on tasks that every line of the same table',
    'solved. p50, p99: time for one answer, learning included. [ ]: 95 % intervals of a bootstrap over nodes, paired.',
    'Comparison: a curve runs through the weights of the arm that is named first, straight in logarithms, neighbours that are',
    'out of order averaged. At each point of another arm that no other point of that arm beats in both, it tells the attempts',
    'at equal fee and the fee at equal attempts, over those of the point; fees on tasks that both solved. "all": geometric',
    'mean of the points. dominated: both intervals of "all" lie below 1, and no single point has one above 1. "-": the curve',
    'does not reach so low a fee or so few attempts. The oracle is a bound and not judged. An arm that gives up early saves',
    'attempts: the last two columns tell the attempts at equal fee on tasks that both solved, and how many more are solved.',
  ];
}

export function networkLines(
  snapshot: GraphSnapshot,
  facts: {
    readonly origin: string;
    readonly nodes: number;
    readonly traffic: TrafficFacts | undefined;
  },
): string[] {
  const { origin, nodes, traffic } = facts;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return [
    `network: ${origin}; ${snapshot.nodeCount} nodes, ${snapshot.channelCount} channels; ${nodes} own nodes`,
    ...(traffic === undefined
      ? []
      : [
          `traffic: ${traffic.payments.toLocaleString('en')} payments before the tasks, ${percent(traffic.settledShare)} of them settled, ` +
            `${percent(traffic.untouchedShare)} of channels never crossed;`,
          `imbalance ${traffic.imbalance.toFixed(3)}, and ${traffic.imbalanceBefore.toFixed(3)} a quarter of them before`,
        ]),
  ];
}
