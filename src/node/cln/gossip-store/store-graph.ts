/** The graph out of the records of a gossip_store, kept up to date as more come. */
import { readChannel, readNode } from '../../../graph/read-record.ts';
import type {
  ChannelPolicy,
  ChannelRecord,
  GraphDescription,
  NodeRecord,
  RejectedRecord,
} from '../../../ports.ts';
import { bytesToHex } from '../../../units/bytes.ts';
import type { ChannelId, NodeId } from '../../../units/ids.ts';
import { ByteReader } from '../byte-reader.ts';
import { CHANNEL_UPDATE, policyOf, readChannelUpdate } from '../channel-update.ts';
import type { StoreRecord } from './store-records.ts';

const CHANNEL_ANNOUNCEMENT = 256;
const NODE_ANNOUNCEMENT = 257;
/** Follows each announcement of a channel. */
const CHANNEL_AMOUNT = 4101;
const PRIVATE_UPDATE = 4102;
const DELETE_CHANNEL = 4103;
const PRIVATE_CHANNEL = 4104;
/** The store goes on in another file of the same name. */
const ENDED = 4105;
/** The closing transaction is confirmed; the channel is deleted some blocks later. */
const CHANNEL_DYING = 4106;
const STORE_UUID = 4107;

const NODE_ID_BYTES = 33;

interface HeldChannel {
  readonly channelId: ChannelId;
  readonly node1: NodeId;
  readonly node2: NodeId;
  capacitySat: bigint;
  policy1: ChannelPolicy | null;
  policy2: ChannelPolicy | null;
}

export class StoreGraph {
  readonly #channels = new Map<string, HeldChannel>();
  readonly #nodes = new Map<NodeId, NodeRecord>();
  /** Announced last, and waiting for its capacity. */
  #announced: HeldChannel | undefined;
  #unreadable = 0;
  #unknown = 0;
  #ended = false;

  /** Messages that say less than they have to, or what cannot be. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** Of types that came after this was written. */
  get unknown(): number {
    return this.#unknown;
  }

  /** Nothing more comes in this file. */
  get ended(): boolean {
    return this.#ended;
  }

  apply({ type, timestamp, body, follows }: StoreRecord): void {
    // What was left out may have been the announcement that a capacity belongs to.
    if (!follows) this.#announced = undefined;
    const isRead = this.#applied(type, timestamp, body);
    if (!isRead) this.#unreadable++;
    if (type !== CHANNEL_ANNOUNCEMENT && type !== PRIVATE_CHANNEL) this.#announced = undefined;
  }

  /** Channels whose capacity has not come yet are left out. */
  describe(): GraphDescription {
    const rejected: RejectedRecord[] = [];
    const channels: ChannelRecord[] = [];
    const known = new Map(this.#nodes);
    for (const held of this.#channels.values()) {
      if (held.capacitySat === 0n) continue;
      const result = readChannel({ ...held, channelPoint: '' });
      if (result.kind === 'rejected') {
        rejected.push(result.rejected);
        continue;
      }
      channels.push(result.record);
      for (const nodeId of [held.node1, held.node2]) {
        if (!known.has(nodeId)) known.set(nodeId, { nodeId, alias: '', lastUpdate: 0 });
      }
    }
    return { nodes: [...known.values()], channels, rejected };
  }

  #applied(type: number, timestamp: number, body: Uint8Array): boolean {
    switch (type) {
      case CHANNEL_ANNOUNCEMENT:
        return this.#announce(body, 0n);
      case CHANNEL_AMOUNT:
        return this.#capacity(body);
      case CHANNEL_UPDATE:
        return this.#update(body);
      case NODE_ANNOUNCEMENT:
        return this.#node(body, timestamp);
      case PRIVATE_CHANNEL:
        return this.#privateChannel(body);
      case PRIVATE_UPDATE:
        return this.#privateUpdate(body);
      case DELETE_CHANNEL:
      case CHANNEL_DYING:
        return this.#remove(body);
      case ENDED:
        this.#ended = true;
        return true;
      case STORE_UUID:
        return true;
      default:
        this.#unknown++;
        return true;
    }
  }

  /** BOLT 7: four signatures, features, chain, short channel id, both node ids, both funding keys. */
  #announce(body: Uint8Array, capacitySat: bigint): boolean {
    const reader = new ByteReader(body);
    reader.skip(4 * 64);
    reader.skip(reader.u16());
    reader.skip(32);
    const channelId = reader.u64().toString() as ChannelId;
    const node1 = bytesToHex(reader.bytes(NODE_ID_BYTES)) as NodeId;
    const node2 = bytesToHex(reader.bytes(NODE_ID_BYTES)) as NodeId;
    reader.skip(2 * NODE_ID_BYTES);
    this.#announced = undefined;
    if (reader.ranOut || channelId === '0' || node1 >= node2) return false;
    const held: HeldChannel = {
      channelId,
      node1,
      node2,
      capacitySat,
      policy1: null,
      policy2: null,
    };
    // Announced again it is new: its updates come again too.
    this.#channels.set(channelId, held);
    this.#announced = held;
    return true;
  }

  #capacity(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const capacitySat = reader.u64();
    if (reader.ranOut || this.#announced === undefined) return false;
    this.#announced.capacitySat = capacitySat;
    return true;
  }

  #update(body: Uint8Array): boolean {
    const update = readChannelUpdate(body);
    const held = update === undefined ? undefined : this.#channels.get(update.chanId);
    if (update === undefined || held === undefined) return false;
    const policy = policyOf(update);
    if (policy === undefined) return false;
    const side = (update.channelFlags & 1) === 0 ? 'policy1' : 'policy2';
    const before = held[side];
    if (before === null || before.lastUpdate <= policy.lastUpdate) held[side] = policy;
    return true;
  }

  /** BOLT 7: signature, features, timestamp, node id, colour, alias. */
  #node(body: Uint8Array, timestamp: number): boolean {
    const reader = new ByteReader(body);
    reader.skip(64);
    reader.skip(reader.u16());
    const announcedAt = reader.u32();
    const nodeId = bytesToHex(reader.bytes(NODE_ID_BYTES));
    reader.skip(3);
    const alias = textOf(reader.bytes(32));
    if (reader.ranOut) return false;
    const result = readNode({ nodeId, alias, lastUpdate: announcedAt || timestamp });
    if (result.kind === 'rejected') return false;
    const before = this.#nodes.get(result.record.nodeId);
    const isNewer = before === undefined || before.lastUpdate <= result.record.lastUpdate;
    if (isNewer) this.#nodes.set(result.record.nodeId, result.record);
    return true;
  }

  /** Of versions up to 0.12: capacity, and an announcement with its type but without signatures in it. */
  #privateChannel(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const capacitySat = reader.u64();
    const message = reader.bytes(reader.u16());
    if (reader.ranOut || new ByteReader(message).u16() !== CHANNEL_ANNOUNCEMENT) return false;
    return this.#announce(message.subarray(2), capacitySat);
  }

  #privateUpdate(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const message = reader.bytes(reader.u16());
    if (reader.ranOut || new ByteReader(message).u16() !== CHANNEL_UPDATE) return false;
    return this.#update(message.subarray(2));
  }

  #remove(body: Uint8Array): boolean {
    const reader = new ByteReader(body);
    const channelId = reader.u64().toString();
    if (reader.ranOut) return false;
    this.#channels.delete(channelId);
    return true;
  }
}

const UTF8 = new TextDecoder();

/** An alias is padded with zeros, and need not be UTF-8. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return UTF8.decode(end === -1 ? bytes : bytes.subarray(0, end));
}
