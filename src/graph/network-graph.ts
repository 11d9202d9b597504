/**
 * The graph that a process keeps up to date. It owns the columns; readers take snapshots.
 */
import type { MultiDirectedGraph } from 'graphology';
import type {
  ChannelRecord,
  ChannelUpdateRecord,
  GraphDescription,
  NodeRecord,
  RejectedRecord,
} from '../ports.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { type Adjacency, buildAdjacency } from './adjacency.ts';
import { type ChannelRow, channelRow } from './channel-row.ts';
import { ChannelColumns, HAS_POLICY } from './columns.ts';
import { type ChannelAttributes, graphologyView, type NodeAttributes } from './graphology-view.ts';
import { NameTables } from './name-tables.ts';
import { policyDefect } from './read-record.ts';
import { GraphSnapshot } from './snapshot.ts';

/** Whether a channel could be added, and if not, why. */
export type AddChannelResult =
  | { readonly kind: 'added' }
  | { readonly kind: 'rejected'; readonly rejected: RejectedRecord };

/** What became of a `channel_update`. `version` is the graph's from then on. */
export type ApplyUpdateResult =
  | { readonly kind: 'applied'; readonly version: number }
  /** The graph already holds a newer announcement of this direction. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'unknown_channel' }
  | { readonly kind: 'rejected'; readonly reason: string };

const FIRST_SLOTS = 1024;
const GIVEN_TWICE = 'the same channel was given twice; the first record is kept';

/**
 * The network graph, kept current by announcements: nodes, channels, and a policy for each direction, in typed columns.
 * Searches run on its `snapshot()`, which later changes do not touch.
 */
export class NetworkGraph {
  #version = 0;
  #columns = new ChannelColumns(FIRST_SLOTS);
  #channelCount = 0;
  readonly #names = new NameTables();
  #adjacency: Adjacency | undefined;
  #snapshot: GraphSnapshot | undefined;
  #graphology: MultiDirectedGraph<NodeAttributes, ChannelAttributes> | undefined;

  /** A graph of all valid records, with those that it refused (a channel given twice keeps its first record). */
  static fromDescription(description: GraphDescription): {
    graph: NetworkGraph;
    rejected: RejectedRecord[];
  } {
    const graph = new NetworkGraph();
    const rejected = [...description.rejected];
    graph.#reserve(description.channels.length);
    for (const node of description.nodes) graph.addNode(node);
    for (const channel of description.channels) {
      const result = graph.addChannel(channel);
      if (result.kind === 'rejected') rejected.push(result.rejected);
    }
    return { graph, rejected };
  }

  /** Grows by one with every change. */
  get version(): number {
    return this.#version;
  }

  /** Nodes, those without a channel included. */
  get nodeCount(): number {
    return this.#names.nodeCount;
  }

  /** Channels, without those that were removed. */
  get channelCount(): number {
    return this.#channelCount;
  }

  /** Directions of open channels that have a policy. */
  get policyCount(): number {
    let count = 0;
    for (let direction = 0; direction < 2 * this.#names.channelSlots; direction++) {
      if ((this.#columns.flags[direction]! & HAS_POLICY) !== 0) count++;
    }
    return count;
  }

  /** Whether a text is the id of one of its nodes. */
  hasNode(text: string): text is NodeId {
    return this.#names.nodeIndex(text as NodeId) !== undefined;
  }

  /** Adds a node or renews what is known about it. */
  addNode(node: NodeRecord): void {
    const index = this.#names.nodeIndex(node.nodeId);
    if (index === undefined) this.#appendNode(node);
    else this.#names.replaceNode(index, node);
    this.#changed();
  }

  /** Adds an announced channel, and its ends where they are new. One that closed may come back between the same ends. */
  addChannel(record: ChannelRecord): AddChannelResult {
    if (this.#isOpen(record.channelId)) return refuse(record, GIVEN_TWICE);
    if (record.node1 === record.node2) return refuse(record, 'channel from a node to itself');
    for (const policy of [record.policy1, record.policy2]) {
      const defect = policy === null ? undefined : policyDefect(policy);
      if (defect !== undefined) return refuse(record, defect);
    }
    return this.addRow(channelRow(record));
  }

  /** The same for a channel whose fields `readChannelRow` found sound. @internal */
  addRow(row: ChannelRow): AddChannelResult {
    if (this.#isOpen(row.channelId)) return refuse(row, GIVEN_TWICE);
    const known = this.#names.channelSlot(row.channelId);
    if (known !== undefined && !this.#joins(known, row)) {
      return refuse(row, 'a closed channel of this id joined two other nodes');
    }
    const node1 = this.#indexOf(row.node1);
    const node2 = this.#indexOf(row.node2);
    const slot = known ?? this.#appendSlot(row);
    if (known !== undefined) this.#names.replaceChannelPoint(slot, row.channelPoint);
    const columns = this.#columns;
    columns.node1[slot] = node1;
    columns.node2[slot] = node2;
    columns.capacitySat[slot] = row.capacitySat;
    columns.removed[slot] = 0;
    columns.setRow(2 * slot, row.policy1);
    columns.setRow(2 * slot + 1, row.policy2);
    this.#channelCount++;
    this.#adjacency = undefined;
    this.#changed();
    return { kind: 'added' };
  }

  /** Replaces the policy of one direction. An announcement older than the one held is ignored, where both are dated. */
  applyChannelUpdate(update: ChannelUpdateRecord): ApplyUpdateResult {
    const slot = this.#names.channelSlot(update.channelId);
    if (slot === undefined || this.#columns.removed[slot] === 1) return { kind: 'unknown_channel' };
    const from = this.#names.nodeIndex(update.from);
    const side =
      from === this.#columns.node1[slot] ? 0 : from === this.#columns.node2[slot] ? 1 : 2;
    if (side === 2) {
      return {
        kind: 'rejected',
        reason: `${update.from} is not an end of channel ${update.channelId}`,
      };
    }
    const defect = policyDefect(update.policy);
    if (defect !== undefined) return { kind: 'rejected', reason: defect };
    const direction = 2 * slot + side;
    const { lastUpdate } = update.policy;
    if (lastUpdate !== 0 && lastUpdate < this.#columns.lastUpdate[direction]!)
      return { kind: 'stale' };
    this.#columns.setPolicy(direction, update.policy);
    this.#changed();
    return { kind: 'applied', version: this.#version };
  }

  /** Takes out a closed channel. False where it was not there. */
  removeChannel(channelId: ChannelId): boolean {
    const slot = this.#names.channelSlot(channelId);
    if (slot === undefined || this.#columns.removed[slot] === 1) return false;
    this.#columns.removed[slot] = 1;
    this.#columns.setPolicy(2 * slot, null);
    this.#columns.setPolicy(2 * slot + 1, null);
    this.#channelCount--;
    this.#adjacency = undefined;
    this.#changed();
    return true;
  }

  /** The current version, immutable. The same object until the next change; then a copy of the columns. */
  snapshot(): GraphSnapshot {
    if (this.#snapshot !== undefined) return this.#snapshot;
    const { nodeCount, channelSlots: used } = this.#names;
    const columns = this.#columns.copy({ used, slots: used });
    this.#adjacency ??= buildAdjacency({
      columns,
      channelSlots: used,
      nodeCount,
    });
    this.#snapshot = new GraphSnapshot({
      version: this.#version,
      nodeCount,
      channelSlots: used,
      channelCount: this.#channelCount,
      columns,
      adjacency: this.#adjacency,
      names: this.#names.share(),
    });
    return this.#snapshot;
  }

  /**
   * The current version as a graphology multi-graph, for algorithms and statistics; it refuses changes. Built on
   * first use and again after a change (about 0.15 s at mainnet size).
   */
  get graphology(): MultiDirectedGraph<NodeAttributes, ChannelAttributes> {
    this.#graphology ??= graphologyView(this.snapshot());
    return this.#graphology;
  }

  #changed(): void {
    this.#version++;
    this.#snapshot = undefined;
    this.#graphology = undefined;
  }

  #isOpen(channelId: ChannelId): boolean {
    const slot = this.#names.channelSlot(channelId);
    return slot !== undefined && this.#columns.removed[slot] === 0;
  }

  #joins(slot: number, { node1, node2 }: ChannelRow): boolean {
    const columns = this.#columns;
    return (
      columns.node1[slot] === this.#names.nodeIndex(node1) &&
      columns.node2[slot] === this.#names.nodeIndex(node2)
    );
  }

  #indexOf(nodeId: NodeId): number {
    return this.#names.nodeIndex(nodeId) ?? this.#appendNode({ nodeId, alias: '', lastUpdate: 0 });
  }

  #appendNode(node: NodeRecord): number {
    this.#adjacency = undefined;
    return this.#names.appendNode(node);
  }

  #appendSlot({ channelId, channelPoint }: ChannelRow): number {
    this.#reserve(this.#names.channelSlots + 1);
    return this.#names.appendChannel(channelId, channelPoint);
  }

  #reserve(slots: number): void {
    if (slots <= this.#columns.slots) return;
    const grown = Math.max(slots, Math.ceil(this.#columns.slots * 1.5));
    this.#columns = this.#columns.copy({ used: this.#names.channelSlots, slots: grown });
  }
}

function refuse({ channelId: id }: { channelId: ChannelId }, reason: string): AddChannelResult {
  return { kind: 'rejected', rejected: { kind: 'channel', id, reason } };
}
