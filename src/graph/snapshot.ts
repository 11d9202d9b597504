/**
 * One version of the graph that never changes: a search that runs on it sees consistent policies, whatever updates
 * arrive meanwhile.
 */
import type { ChannelPolicy, ChannelUpdateRecord, NodeRecord } from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import type { Adjacency } from './adjacency.ts';
import type { ChannelColumns } from './columns.ts';
import { PatchedVersions } from './patched-versions.ts';

/** Names of nodes and channels, shared by versions: entries are only ever appended, and counts tell how far each sees. */
export interface GraphNames {
  readonly nodes: readonly NodeRecord[];
  readonly nodeIndex: ReadonlyMap<NodeId, number>;
  readonly channelIds: readonly ChannelId[];
  readonly channelPoints: readonly string[];
  readonly channelSlot: ReadonlyMap<ChannelId, number>;
}

/**
 * The graph at one version, which never changes: nodes and channels by index, in typed columns that searches read.
 * Direction `2 * slot` leads from the channel's node1 to its node2, and `2 * slot + 1` back.
 */
export class GraphSnapshot {
  readonly version: number;
  /** Nodes that this version knows; their indices run from 0 to `nodeCount - 1`. */
  readonly nodeCount: number;
  /** Channel slots in use; slots of closed channels are among them, marked in `columns.removed`. */
  readonly channelSlots: number;
  /** Channels that are open. */
  readonly channelCount: number;
  /** @internal */
  readonly columns: Readonly<ChannelColumns>;
  /** @internal */
  readonly adjacency: Adjacency;
  /** The snapshot that `withPolicies` made this one from, in one step or several; else this one itself. */
  readonly origin: GraphSnapshot;
  readonly #names: GraphNames;
  readonly #patched = new PatchedVersions();

  constructor(parts: {
    version: number;
    nodeCount: number;
    channelSlots: number;
    channelCount: number;
    columns: ChannelColumns;
    adjacency: Adjacency;
    names: GraphNames;
    origin?: GraphSnapshot;
  }) {
    this.version = parts.version;
    this.nodeCount = parts.nodeCount;
    this.channelSlots = parts.channelSlots;
    this.channelCount = parts.channelCount;
    this.columns = parts.columns;
    this.adjacency = parts.adjacency;
    this.origin = parts.origin ?? this;
    this.#names = parts.names;
  }

  /** The node's index in this version, or `undefined`. */
  nodeIndex(nodeId: NodeId): number | undefined {
    const index = this.#names.nodeIndex.get(nodeId);
    return index !== undefined && index < this.nodeCount ? index : undefined;
  }

  /** @throws RangeError for an index that no node of this snapshot has. */
  node(index: number): NodeRecord {
    const node = index < this.nodeCount ? this.#names.nodes[index] : undefined;
    if (node === undefined) throw new RangeError(`no node has index ${index} in this snapshot`);
    return node;
  }

  /** @throws RangeError for an index that no node of this snapshot has. */
  nodeId(index: number): NodeId {
    return this.node(index).nodeId;
  }

  /** Slot of an open channel, or `undefined`. */
  channelSlot(channelId: ChannelId): number | undefined {
    const slot = this.#names.channelSlot.get(channelId);
    if (slot === undefined || slot >= this.channelSlots) return undefined;
    return this.columns.removed[slot] === 1 ? undefined : slot;
  }

  /** @throws RangeError for a slot that no channel of this snapshot has. */
  channelId(slot: number): ChannelId {
    const channelId = slot < this.channelSlots ? this.#names.channelIds[slot] : undefined;
    if (channelId === undefined)
      throw new RangeError(`no channel has slot ${slot} in this snapshot`);
    return channelId;
  }

  /** Funding output of the channel, `txid:index`; empty where unknown. */
  channelPoint(slot: number): string {
    return this.#names.channelPoints[slot] ?? '';
  }

  /** Index of the node at the start of a direction: the one whose policy governs it. */
  from(direction: number): number {
    const slot = direction >> 1;
    return (direction & 1) === 0 ? this.columns.node1[slot]! : this.columns.node2[slot]!;
  }

  /** Index of the node at the end of a direction. */
  to(direction: number): number {
    return this.from(direction ^ 1);
  }

  /** What is asked for in a direction; `null` where nothing was announced. */
  policy(direction: number): ChannelPolicy | null {
    return this.columns.policy(direction);
  }

  /** The direction of a channel that leaves the given node, or `undefined` where the node is not at either end. */
  directionFrom(channelId: ChannelId, from: NodeId): number | undefined {
    const slot = this.channelSlot(channelId);
    const node = this.nodeIndex(from);
    if (slot === undefined || node === undefined) return undefined;
    if (this.columns.node1[slot] === node) return 2 * slot;
    return this.columns.node2[slot] === node ? 2 * slot + 1 : undefined;
  }

  /**
   * This version with some directions' policies replaced: itself where there are none, else a copy of the columns.
   * Updates for channels or ends that this version does not have are left out. The latest few copies are kept, and given
   * again for the same updates, so that what is prepared for searches on them serves a whole rebalance.
   */
  withPolicies(updates: readonly ChannelUpdateRecord[] | undefined): GraphSnapshot {
    if (updates === undefined || updates.length === 0) return this;
    return this.#patched.get(updates, () => this.#patch(updates));
  }

  #patch(updates: readonly ChannelUpdateRecord[]): GraphSnapshot {
    const slots = this.channelSlots;
    const columns = this.columns.copy({ used: slots, slots });
    for (const update of updates) {
      const direction = this.directionFrom(update.channelId, update.from);
      if (direction !== undefined) columns.setPolicy(direction, update.policy);
    }
    const { version, nodeCount, channelCount, adjacency, origin } = this;
    const names = this.#names;
    return new GraphSnapshot({
      version,
      nodeCount,
      channelSlots: slots,
      channelCount,
      columns,
      adjacency,
      names,
      origin,
    });
  }
}
