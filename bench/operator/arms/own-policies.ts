/** What our own channels ask, as the graph has it. */
import type { NetworkGraph } from '../../../src/graph/network-graph.ts';
import type { ChannelPolicy, OwnChannel } from '../../../src/ports.ts';
import type { NodeId } from '../../../src/units/ids.ts';

export function ownPolicies(
  graph: NetworkGraph,
  self: NodeId,
): (channel: Pick<OwnChannel, 'graphChannelId'>) => ChannelPolicy {
  const snapshot = graph.snapshot();
  return ({ graphChannelId }) => {
    const direction = snapshot.directionFrom(graphChannelId, self);
    const policy = direction === undefined ? null : snapshot.policy(direction);
    if (policy === null) throw new Error(`the graph has no policy of ours for ${graphChannelId}`);
    return policy;
  };
}
