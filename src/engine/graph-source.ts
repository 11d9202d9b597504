/** The graph that searches run on: the caller's own, or one that is loaded from the node and renewed. */
import { NetworkGraph } from '../graph/network-graph.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { Clock, LightningNode, Log } from '../ports.ts';

export type GraphSource = () => Promise<GraphSnapshot>;

/** The caller keeps it current. */
export const callersGraph = (graph: NetworkGraph): GraphSource => {
  return async () => graph.snapshot();
};

/**
 * Loads the graph on first use, and again when it is older than `maxAgeMs`. Callers at the same time share one load.
 * If renewing fails, the error is the caller's; the old graph is not used beyond its age.
 */
export function nodesGraph(parts: {
  readonly node: LightningNode;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAgeMs: number;
}): GraphSource {
  const { node, clock, log, maxAgeMs } = parts;
  let held: { graph: NetworkGraph; loadedAtMs: number } | undefined;
  let loading: Promise<GraphSnapshot> | undefined;

  async function load(): Promise<GraphSnapshot> {
    const startedAtMs = clock.now();
    const { graph, rejected } = NetworkGraph.fromDescription(await node.describeGraph());
    if (rejected.length > 0) {
      const [first] = rejected;
      log.warn('some records of the graph were refused', { count: rejected.length, first });
    }
    held = { graph, loadedAtMs: startedAtMs };
    return graph.snapshot();
  }

  return () => {
    if (held !== undefined) {
      const ageMs = clock.now() - held.loadedAtMs;
      // Loaded ahead of now: the clock was set back since, so nobody can tell how old it is.
      if (ageMs >= 0 && ageMs < maxAgeMs) return Promise.resolve(held.graph.snapshot());
    }
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  };
}
