/** A snapshot in memory that several threads can read at once, without a copy for each. */
import { bytesToHex, hexToBytes } from '../units/bytes.ts';
import type { ChannelId, NodeId } from '../units/ids.ts';
import { ChannelColumns } from './columns.ts';
import { GraphSnapshot } from './snapshot.ts';

/** What to post to another thread: the buffer is shared, the rest is a few numbers. */
export interface SharedSnapshot {
  readonly version: number;
  readonly nodeCount: number;
  readonly channelSlots: number;
  readonly channelCount: number;
  readonly outgoingCount: number;
  readonly buffer: SharedArrayBuffer;
}

const NODE_ID_BYTES = 33;

/** One array after another in the buffer, in the order in which they are asked for, each at a multiple of 8. */
class Layout {
  readonly #buffer: SharedArrayBuffer | undefined;
  #offset = 0;

  /** Without a buffer it only measures. */
  constructor(buffer?: SharedArrayBuffer) {
    this.#buffer = buffer;
  }

  get bytes(): number {
    return this.#offset;
  }

  next<T>(Type: ArrayType<T>, length: number): T {
    const at = this.#offset;
    this.#offset += Math.ceil((length * Type.BYTES_PER_ELEMENT) / 8) * 8;
    return this.#buffer === undefined ? new Type(0) : new Type(this.#buffer, at, length);
  }
}

interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: SharedArrayBuffer, offset: number, length: number): T;
}

type Sizes = Pick<SharedSnapshot, 'nodeCount' | 'channelSlots' | 'outgoingCount'>;

function arraysOf(layout: Layout, { nodeCount, channelSlots, outgoingCount }: Sizes) {
  const directions = 2 * channelSlots;
  const columns = new ChannelColumns(0);
  columns.node1 = layout.next(Uint32Array, channelSlots);
  columns.node2 = layout.next(Uint32Array, channelSlots);
  columns.capacitySat = layout.next(Float64Array, channelSlots);
  columns.removed = layout.next(Uint8Array, channelSlots);
  columns.flags = layout.next(Uint8Array, directions);
  columns.feeBaseMsat = layout.next(Uint32Array, directions);
  columns.feeRatePpm = layout.next(Uint32Array, directions);
  columns.timeLockDelta = layout.next(Uint16Array, directions);
  columns.minHtlcMsat = layout.next(Float64Array, directions);
  columns.maxHtlcMsat = layout.next(Float64Array, directions);
  columns.inboundFeeBaseMsat = layout.next(Int32Array, directions);
  columns.inboundFeeRatePpm = layout.next(Int32Array, directions);
  columns.lastUpdate = layout.next(Uint32Array, directions);
  return {
    columns,
    offsets: layout.next(Uint32Array, nodeCount + 1),
    outgoing: layout.next(Uint32Array, outgoingCount),
    channelIds: layout.next(BigUint64Array, channelSlots),
    nodeIds: layout.next(Uint8Array, NODE_ID_BYTES * nodeCount),
  };
}

/** Copies all but what searches do not read: aliases and funding outputs. */
export function shareSnapshot(snapshot: GraphSnapshot): SharedSnapshot {
  const { version, nodeCount, channelSlots, channelCount, adjacency } = snapshot;
  const sizes = { nodeCount, channelSlots, outgoingCount: adjacency.outgoing.length };
  const measure = new Layout();
  arraysOf(measure, sizes);
  const buffer = new SharedArrayBuffer(measure.bytes);
  const arrays = arraysOf(new Layout(buffer), sizes);
  const { columns, offsets, outgoing, channelIds, nodeIds } = arrays;
  columns.fill(snapshot.columns, channelSlots);
  offsets.set(adjacency.offsets.subarray(0, nodeCount + 1));
  outgoing.set(adjacency.outgoing);
  for (let slot = 0; slot < channelSlots; slot++) {
    channelIds[slot] = BigInt(snapshot.channelId(slot));
  }
  for (let node = 0; node < nodeCount; node++) {
    nodeIds.set(hexToBytes(snapshot.nodeId(node)), NODE_ID_BYTES * node);
  }
  return { version, channelCount, ...sizes, buffer };
}

/** The snapshot in this thread. Its columns are the shared memory; names are read from it once (some 50 ms). */
export function openSharedSnapshot(shared: SharedSnapshot): GraphSnapshot {
  const { version, nodeCount, channelSlots, channelCount, buffer } = shared;
  const { columns, offsets, outgoing, channelIds, nodeIds } = arraysOf(new Layout(buffer), shared);
  const nodes = Array.from({ length: nodeCount }, (_, node) => {
    const bytes = nodeIds.slice(NODE_ID_BYTES * node, NODE_ID_BYTES * (node + 1));
    return { nodeId: bytesToHex(bytes) as NodeId, alias: '', lastUpdate: 0 };
  });
  const ids = Array.from(channelIds, (id) => String(id) as ChannelId);
  return new GraphSnapshot({
    version,
    nodeCount,
    channelSlots,
    channelCount,
    columns,
    adjacency: { offsets, outgoing },
    names: {
      nodes,
      nodeIndex: new Map(nodes.map(({ nodeId }, index) => [nodeId, index])),
      channelIds: ids,
      channelPoints: [],
      channelSlot: new Map(ids.map((id, slot) => [id, slot])),
    },
  });
}
