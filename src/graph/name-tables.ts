/**
 * The names behind the columns' indices. Snapshots share them with the graph: entries may be appended, which no older
 * snapshot sees, but to replace one takes a copy.
 */
import type { NodeRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { GraphNames } from './snapshot.ts';

export class NameTables {
  #nodes: NodeRecord[] = [];
  readonly #nodeIndex = new Map<NodeId, number>();
  readonly #channelIds: ChannelId[] = [];
  #channelPoints: string[] = [];
  readonly #channelSlot = new Map<ChannelId, number>();
  /** Some snapshot reads the lists as they are. */
  #shared = false;

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** Slots in use, those of closed channels among them. */
  get channelSlots(): number {
    return this.#channelIds.length;
  }

  nodeIndex(nodeId: NodeId): number | undefined {
    return this.#nodeIndex.get(nodeId);
  }

  channelSlot(channelId: ChannelId): number | undefined {
    return this.#channelSlot.get(channelId);
  }

  appendNode(node: NodeRecord): number {
    const index = this.#nodes.push(node) - 1;
    this.#nodeIndex.set(node.nodeId, index);
    return index;
  }

  replaceNode(index: number, node: NodeRecord): void {
    this.#own();
    this.#nodes[index] = node;
  }

  appendChannel(channelId: ChannelId, channelPoint: string): number {
    const slot = this.#channelIds.push(channelId) - 1;
    this.#channelPoints.push(channelPoint);
    this.#channelSlot.set(channelId, slot);
    return slot;
  }

  replaceChannelPoint(slot: number, channelPoint: string): void {
    this.#own();
    this.#channelPoints[slot] = channelPoint;
  }

  /** For a snapshot: what it reads now stays as it is. */
  share(): GraphNames {
    this.#shared = true;
    return {
      nodes: this.#nodes,
      nodeIndex: this.#nodeIndex,
      channelIds: this.#channelIds,
      channelPoints: this.#channelPoints,
      channelSlot: this.#channelSlot,
    };
  }

  #own(): void {
    if (!this.#shared) return;
    this.#nodes = this.#nodes.slice();
    this.#channelPoints = this.#channelPoints.slice();
    this.#shared = false;
  }
}
