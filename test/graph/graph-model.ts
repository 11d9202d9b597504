/** The simplest thing that a network graph could be: maps of records. Tests hold `NetworkGraph` against it. */
import type { AddChannelResult, ApplyUpdateResult } from '../../src/graph/network-graph.ts';
import type {
  ChannelPolicy,
  ChannelRecord,
  ChannelUpdateRecord,
  GraphDescription,
} from '../../src/ports.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

export class GraphModel {
  readonly nodes: Set<NodeId> = new Set();
  readonly open: Map<ChannelId, ChannelRecord> = new Map();
  readonly #ends = new Map<ChannelId, readonly [NodeId, NodeId]>();

  addNode(nodeId: NodeId): void {
    this.nodes.add(nodeId);
  }

  addChannel(record: ChannelRecord): AddChannelResult['kind'] {
    const { channelId, node1, node2, policy1, policy2 } = record;
    const ends = this.#ends.get(channelId);
    const sound = [policy1, policy2].every((policy) => policy === null || isSound(policy));
    const moved = ends !== undefined && (ends[0] !== node1 || ends[1] !== node2);
    if (this.open.has(channelId) || node1 === node2 || !sound || moved) return 'rejected';
    this.#ends.set(channelId, [node1, node2]);
    this.nodes.add(node1).add(node2);
    this.open.set(channelId, record);
    return 'added';
  }

  applyChannelUpdate({ channelId, from, policy }: ChannelUpdateRecord): ApplyUpdateResult['kind'] {
    const channel = this.open.get(channelId);
    if (channel === undefined) return 'unknown_channel';
    if ((from !== channel.node1 && from !== channel.node2) || !isSound(policy)) return 'rejected';
    const held = from === channel.node1 ? channel.policy1 : channel.policy2;
    const dated = policy.lastUpdate !== 0;
    if (dated && held !== null && policy.lastUpdate < held.lastUpdate) return 'stale';
    const side = from === channel.node1 ? { policy1: policy } : { policy2: policy };
    this.open.set(channelId, { ...channel, ...side });
    return 'applied';
  }

  removeChannel(channelId: ChannelId): boolean {
    return this.open.delete(channelId);
  }

  /** Policies by `channelId/side`, as the graphology view names its edges. */
  policies(): Map<string, { policy: ChannelPolicy; from: NodeId; to: NodeId; of: ChannelRecord }> {
    const all = new Map();
    for (const of of this.open.values()) {
      const { channelId, node1, node2, policy1, policy2 } = of;
      if (policy1) all.set(`${channelId}/0`, { policy: policy1, from: node1, to: node2, of });
      if (policy2) all.set(`${channelId}/1`, { policy: policy2, from: node2, to: node1, of });
    }
    return all;
  }

  description(): GraphDescription {
    return {
      nodes: [...this.nodes].map((nodeId) => ({ nodeId, alias: '', lastUpdate: 0 })),
      channels: [...this.open.values()],
      rejected: [],
    };
  }

  /** Records never change, so the copy shares them. */
  copy(): GraphModel {
    const copy = new GraphModel();
    for (const nodeId of this.nodes) copy.nodes.add(nodeId);
    for (const [channelId, record] of this.open) copy.open.set(channelId, record);
    for (const [channelId, ends] of this.#ends) copy.#ends.set(channelId, ends);
    return copy;
  }
}

/** The two ways in which the random policies of this test can be wrong. */
function isSound({ feeRatePpm, minHtlcMsat, maxHtlcMsat }: ChannelPolicy): boolean {
  return feeRatePpm >= 0 && (maxHtlcMsat === null || minHtlcMsat <= maxHtlcMsat);
}
