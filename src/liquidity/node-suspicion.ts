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
    const suspect = nodeAtFault(facts, reached);
    if (suspect !== undefined) {
      this.#sinceMs.set(suspect, atMs);
      changed.add(suspect);
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

/**
 * Where one connection is suspected, the end of it that took no part in the attempt; where two are, the node between them,
 * which answered and failed all the same. Of more connections nobody can tell.
 */
function nodeAtFault(
  facts: readonly LiquidityFact[],
  reached: ReadonlySet<NodeId>,
): NodeId | undefined {
  const pairs = new Map<string, readonly [NodeId, NodeId]>();
  for (const fact of facts) {
    if (fact.kind === 'suspect')
      pairs.set([fact.from, fact.to].sort().join(), [fact.from, fact.to]);
  }
  const [first, second, ...more] = pairs.values();
  if (first === undefined || more.length > 0) return undefined;
  if (second !== undefined) return first.find((nodeId) => second.includes(nodeId));
  const absent = first.filter((nodeId) => !reached.has(nodeId));
  return absent.length === 1 ? absent[0] : undefined;
}
