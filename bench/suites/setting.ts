/** What all suites of one run share. */
import { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { CircularRouteRequest } from '../../src/pathfinder/request.ts';
import type { GraphDescription } from '../../src/ports.ts';
import type { TimingOptions } from '../measure/timing.ts';
import type { BenchmarkNetwork } from '../network/benchmark-network.ts';
import { type CircleQuery, circleQueries } from '../queries.ts';

export interface BenchmarkOptions {
  readonly queries: number;
  readonly amountMsat: bigint;
  readonly seed: number;
  /** Channels each way that a node must have to be asked for. */
  readonly leastChannels: number;
  readonly repetitions: number;
  readonly warmUpMs: number;
  /** Processes that load the graph, and as many that only parse it. */
  readonly loadProcesses: number;
  readonly updateRounds: number;
  readonly updatesPerRound: number;
  /** Channels of the node that is planned for as a whole. */
  readonly nodeChannels: number;
  /** Rebalances in flight at the same time, one measurement for each. */
  readonly executorInFlight: readonly number[];
  /** Rebalances of a measurement, and twice those in flight at the least. */
  readonly executorRebalances: number;
  /** Facts of attempts to be believed, and the directed node pairs that they are about. */
  readonly observations: number;
  readonly corridors: number;
}

export const DEFAULT_OPTIONS: BenchmarkOptions = {
  queries: 600,
  amountMsat: 1_000_000_000n,
  seed: 20260203,
  leastChannels: 8,
  repetitions: 3,
  warmUpMs: 1000,
  loadProcesses: 5,
  updateRounds: 20,
  updatesPerRound: 1000,
  nodeChannels: 100,
  executorInFlight: [1, 16, 256],
  executorRebalances: 50,
  observations: 1_000_000,
  corridors: 100_000,
};

export interface Setting {
  readonly network: BenchmarkNetwork;
  readonly options: BenchmarkOptions;
  readonly timing: TimingOptions;
  readonly snapshot: GraphSnapshot;
  readonly circles: readonly CircleQuery[];
}

/** The question that the peers answer: least fee alone, each channel at its own price. */
export const LEAST_FEE: Pick<CircularRouteRequest, 'siblings' | 'cost'> = {
  siblings: 'named',
  cost: { timeLockRiskPpb: 0 },
};

export function benchmarkSetting(network: BenchmarkNetwork, options: BenchmarkOptions): Setting {
  const snapshot = snapshotOf(network.description);
  const { amountMsat, seed, leastChannels, queries, repetitions, warmUpMs } = options;
  const circles = circleQueries(snapshot, { count: queries, amountMsat, seed, leastChannels });
  return { network, options, timing: { queries, repetitions, warmUpMs }, snapshot, circles };
}

export function snapshotOf(description: GraphDescription): GraphSnapshot {
  return NetworkGraph.fromDescription(description).graph.snapshot();
}
