/** Nodes that seem to be offline: somebody could not reach them, and nobody has since. */
import type { NodeId } from '../units/ids.ts';
import type { LiquidityFact } from './liquidity-fact.ts';

/** How likely it is that the node itself, rather than one connection of it, is at fault. */
const NODE_AT_FAULT = 0.8;

export class NodeSuspicion {
  readonly #sinceMs = new Map<NodeId, number>();

  /** Nodes whose standing has changed. */
  observe(facts: readonly LiquidityFact[], atMs: number): readonly NodeId[] {
    const reached = nodesReached(facts);
    const changed = new Set<NodeId>();
    for (const nodeId of reached) if (this.#sinceMs.delete(nodeId)) changed.add(nodeId);
    for (const fact of facts) {
      if (fact.kind !== 'suspect') continue;
      // Of the two ends of a connection that failed, one that took part in the attempt is online.
      const suspects = [fact.from, fact.to].filter((nodeId) => !reached.has(nodeId));
      if (suspects.length !== 1) continue;
      this.#sinceMs.set(suspects[0]!, atMs);
      changed.add(suspects[0]!);
    }
    return [...changed];
  }

  has(nodeId: NodeId): boolean {
    return this.#sinceMs.has(nodeId);
  }

  clear(): void {
    this.#sinceMs.clear();
  }

  all(): Iterable<NodeId> {
    return this.#sinceMs.keys();
  }

  reliability(
    corridor: { readonly from: NodeId; readonly to: NodeId },
    terms: { readonly nowMs: number; readonly lastingMs: number },
  ): number {
    return this.#online(corridor.from, terms) * this.#online(corridor.to, terms);
  }

  #online(nodeId: NodeId, terms: { readonly nowMs: number; readonly lastingMs: number }): number {
    const sinceMs = this.#sinceMs.get(nodeId);
    if (sinceMs === undefined) return 1;
    return 1 - NODE_AT_FAULT * Math.exp(-Math.max(0, terms.nowMs - sinceMs) / terms.lastingMs);
  }
}

function nodesReached(facts: readonly LiquidityFact[]): ReadonlySet<NodeId> {
  const reached = new Set<NodeId>();
  for (const fact of facts) {
    if (fact.kind === 'suspect') continue;
    reached.add(fact.from);
    if (fact.kind !== 'lacked') reached.add(fact.to);
  }
  return reached;
}
