/** Small worlds of which everything is known. */
import {
  type BalanceEvent,
  balanceHistory,
  usableMsat,
} from '../../../../bench/frontier/world/balance-history.ts';
import type { WorldRecipe } from '../../../../bench/frontier/world/world-recipe.ts';
import type { ChannelUpdateRecord } from '../../../../src/ports.ts';
import { type ChannelSketch, graphOf } from '../../../graph/make-graph.ts';

export interface RecipeParts {
  readonly channels: readonly ChannelSketch[];
  /** By slot: what the first end can send; half of all where none is given. */
  readonly shares?: ReadonlyMap<number, number>;
  readonly events?: readonly BalanceEvent[];
  /** Indices of nodes in the order in which the channels name them. */
  readonly offline?: readonly number[];
  /** What is enforced and not announced. */
  readonly changed?: readonly ChannelUpdateRecord[];
}

export function handMadeRecipe(parts: RecipeParts): WorldRecipe {
  const announced = graphOf(parts.channels).snapshot();
  const usable = usableMsat(announced.columns.capacitySat);
  const offline = new Uint8Array(announced.nodeCount);
  for (const node of parts.offline ?? []) offline[node] = 1;
  return {
    seed: 'hand-made',
    announced,
    enforced: announced.withPolicies(parts.changed),
    balances: balanceHistory({
      usableMsat: usable,
      shareMsat: usable.map((sum, slot) => parts.shares?.get(slot) ?? Math.floor(sum / 2)),
      events: parts.events ?? [],
    }),
    offline: { offline, eventStep: new Uint32Array(0), eventNode: new Uint32Array(0) },
  };
}
