/** A bug of our own making, between the engine and its ports, for showing that the checkers see it. */
import type { RebalanceRequest, RebalancerOptions } from '../../../src/engine/index.ts';
import type { LightningNode, Store } from '../../../src/ports.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';

export interface Mutation {
  readonly request?: (request: RebalanceRequest) => RebalanceRequest;
  readonly node?: (node: LightningNode, network: SimulatedNetwork) => LightningNode;
  readonly store?: (store: Store) => Store;
  readonly options?: (options: RebalancerOptions) => RebalancerOptions;
}
