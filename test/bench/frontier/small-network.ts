/** A generated network that tests can afford, with own nodes for reporting and for tuning. */
import { generatedNetwork } from '../../../bench/network/benchmark-network.ts';
import { snapshotOf } from '../../../bench/suites/setting.ts';
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';

export interface SmallNetwork {
  readonly snapshot: GraphSnapshot;
  dispose(): void;
}

export function smallNetwork(): SmallNetwork {
  const network = generatedNetwork({ nodes: 300, seed: 11 });
  return { snapshot: snapshotOf(network.description), dispose: () => network.dispose() };
}
