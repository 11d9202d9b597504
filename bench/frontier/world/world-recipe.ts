/** What worlds are made from: the same for every arm. */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import type { BalanceHistory } from './balance-history.ts';
import { type OfflineHistory, offlineNodes } from './offline-nodes.ts';
import { stalePolicies } from './stale-policies.ts';

export interface WorldRecipe {
  /** Of the lots that forwarding nodes draw. */
  readonly seed: string;
  /** As the sender knows the graph. */
  readonly announced: GraphSnapshot;
  /** As it is enforced. */
  readonly enforced: GraphSnapshot;
  readonly balances: BalanceHistory;
  readonly offline: OfflineHistory;
}

/** Everything that is not given follows from the seed, the same in each truth. */
export function worldRecipe(
  announced: GraphSnapshot,
  terms: {
    readonly balances: BalanceHistory;
    readonly steps: number;
    /** Index of the node that pays itself. */
    readonly self: number;
    readonly seed: string;
  },
): WorldRecipe {
  const { balances, steps, self, seed } = terms;
  const random = new SeededRandom(seed);
  return {
    seed,
    announced,
    enforced: announced.withPolicies(stalePolicies(announced, random.fork('stale'))),
    balances,
    offline: offlineNodes({
      nodeCount: announced.nodeCount,
      steps,
      self,
      random: random.fork('offline'),
    }),
  };
}
