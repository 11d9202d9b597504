/** The benchmark at a size that tests can afford: a generated network and a dozen questions. */
import { type BenchmarkNetwork, generatedNetwork } from '../../bench/network/benchmark-network.ts';
import type { BenchmarkOptions } from '../../bench/suites/setting.ts';

export const TINY_OPTIONS: BenchmarkOptions = {
  queries: 12,
  amountMsat: 100_000_000n,
  seed: 3,
  leastChannels: 3,
  repetitions: 1,
  warmUpMs: 0,
  loadProcesses: 1,
  updateRounds: 3,
  updatesPerRound: 20,
  nodeChannels: 10,
  executorInFlight: [1, 3],
  executorRebalances: 3,
  observations: 20_000,
  corridors: 2_000,
};

export const tinyNetwork = (): BenchmarkNetwork => generatedNetwork({ nodes: 300, seed: 11 });
