/** Between which nodes channels lead, as the graph that was read last tells it. */
import type { GraphDescription } from '../../ports.ts';
import type { ChannelId, NodeId } from '../../units/ids.ts';

export class ChannelEnds {
  readonly #ends = new Map<ChannelId, readonly [NodeId, NodeId]>();
  /** Channels of each two nodes, whichever way. */
  readonly #between = new Map<string, ChannelId[]>();

  constructor({ channels }: Pick<GraphDescription, 'channels'>) {
    for (const { channelId, node1, node2 } of channels) {
      this.#ends.set(channelId, [node1, node2]);
      const key = pairKey(node1, node2);
      const between = this.#between.get(key);
      if (between === undefined) this.#between.set(key, [channelId]);
      else between.push(channelId);
    }
  }

  /** @param direction 0 from the node with the smaller key */
  of(channelId: ChannelId, direction: 0 | 1): { from: NodeId; to: NodeId } | undefined {
    const ends = this.#ends.get(channelId);
    if (ends === undefined) return undefined;
    const [small, large] = ends[0] < ends[1] ? ends : [ends[1], ends[0]];
    return direction === 0 ? { from: small, to: large } : { from: large, to: small };
  }

  between(a: NodeId, b: NodeId): readonly ChannelId[] {
    return this.#between.get(pairKey(a, b)) ?? [];
  }
}

const pairKey = (a: NodeId, b: NodeId): string => (a < b ? a + b : b + a);
