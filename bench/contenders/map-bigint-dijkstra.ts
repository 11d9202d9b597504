/** The same search written the obvious way: maps keyed by node id, bigint amounts, objects in the heap. */
import { DISABLED, HAS_POLICY } from '../../src/graph/columns.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

interface Incoming {
  readonly channelId: ChannelId;
  readonly from: NodeId;
  readonly feeBaseMsat: bigint;
  readonly feeRatePpm: bigint;
  readonly minHtlcMsat: bigint;
  readonly maxHtlcMsat: bigint;
}

interface Waiting {
  readonly node: NodeId;
  readonly amountMsat: bigint;
}

export interface MapDijkstraTerms {
  readonly self: NodeId;
  readonly amountMsat: bigint;
  readonly outChannel: ChannelId;
  readonly inChannel: ChannelId;
}

export class MapBigintDijkstra {
  readonly #incoming = new Map<NodeId, Incoming[]>();

  constructor(snapshot: GraphSnapshot) {
    for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
      const policy = snapshot.policy(direction);
      const usable = snapshot.columns.flags[direction]! & (HAS_POLICY | DISABLED);
      if (policy === null || usable !== HAS_POLICY) continue;
      const to = snapshot.nodeId(snapshot.to(direction));
      const capacityMsat = BigInt(snapshot.columns.capacitySat[direction >> 1]!) * 1000n;
      const announced = policy.maxHtlcMsat ?? capacityMsat;
      const entry: Incoming = {
        channelId: snapshot.channelId(direction >> 1),
        from: snapshot.nodeId(snapshot.from(direction)),
        feeBaseMsat: policy.feeBaseMsat,
        feeRatePpm: BigInt(policy.feeRatePpm),
        minHtlcMsat: policy.minHtlcMsat,
        maxHtlcMsat: capacityMsat !== 0n && capacityMsat < announced ? capacityMsat : announced,
      };
      const others = this.#incoming.get(to);
      if (others === undefined) this.#incoming.set(to, [entry]);
      else others.push(entry);
    }
  }

  /** What must leave ourselves, or `null` where there is no circle. */
  sentMsat(terms: MapDijkstraTerms): bigint | null {
    const { self, outChannel, inChannel } = terms;
    const asked = new Map<NodeId, bigint>();
    const settled = new Set<NodeId>();
    const heap: Waiting[] = [];
    let best: bigint | null = null;
    const relax = ({ node, amountMsat }: Waiting): void => {
      for (const channel of this.#incoming.get(node) ?? []) {
        if (node === self && channel.channelId !== inChannel) continue;
        const crossing = amountMsat < channel.minHtlcMsat ? channel.minHtlcMsat : amountMsat;
        if (crossing > channel.maxHtlcMsat || settled.has(channel.from)) continue;
        if (channel.from === self) {
          if (channel.channelId === outChannel && (best === null || crossing < best))
            best = crossing;
          continue;
        }
        const fee = channel.feeBaseMsat + (crossing * channel.feeRatePpm) / 1_000_000n;
        const known = asked.get(channel.from);
        if (known !== undefined && known <= crossing + fee) continue;
        asked.set(channel.from, crossing + fee);
        push(heap, { node: channel.from, amountMsat: crossing + fee });
      }
    };
    relax({ node: self, amountMsat: terms.amountMsat });
    for (;;) {
      const next = pop(heap);
      if (next === undefined || (best !== null && next.amountMsat >= best)) return best;
      if (settled.has(next.node)) continue;
      settled.add(next.node);
      relax(next);
    }
  }
}

function push(heap: Waiting[], item: Waiting): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]!.amountMsat <= item.amountMsat) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = item;
}

function pop(heap: Waiting[]): Waiting | undefined {
  const top = heap[0];
  const item = heap.pop();
  if (item === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]!.amountMsat < heap[child]!.amountMsat) child++;
    if (heap[child]!.amountMsat >= item.amountMsat) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = item;
  return top;
}
