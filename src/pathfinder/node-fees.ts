/** Two facts about a node that the search asks for again and again. */
import { HAS_POLICY } from '../graph/columns.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { outboundFeeNumber } from '../units/fee-number.ts';

const discountsOf = new WeakMap<GraphSnapshot, Uint8Array>();

export class NodeFees {
  readonly #snapshot: GraphSnapshot;
  readonly #amountMsat: number;
  readonly #discounts: Uint8Array;
  readonly #leastOutbound = new Map<number, number>();

  constructor(snapshot: GraphSnapshot, amountMsat: number) {
    this.#snapshot = snapshot;
    this.#amountMsat = amountMsat;
    this.#discounts = discountingNodes(snapshot);
  }

  /** Whether the node grants a discount on any channel that HTLCs may arrive over. */
  hasDiscount(node: number): boolean {
    return this.#discounts[node] === 1;
  }

  /** The least that the node could ask for forwarding the requested amount, over any of its channels. */
  leastOutbound(node: number): number {
    const known = this.#leastOutbound.get(node);
    if (known !== undefined) return known;
    const { columns, adjacency } = this.#snapshot;
    let least = Number.POSITIVE_INFINITY;
    for (let i = adjacency.offsets[node]!; i < adjacency.offsets[node + 1]!; i++) {
      const direction = adjacency.outgoing[i]!;
      if ((columns.flags[direction]! & HAS_POLICY) === 0) continue;
      const fee = outboundFeeNumber(
        columns.feeBaseMsat[direction]!,
        columns.feeRatePpm[direction]!,
        this.#amountMsat,
      );
      least = Math.min(least, fee);
    }
    this.#leastOutbound.set(node, least);
    return least;
  }
}

/** By node: 1 where a policy of it has a negative inbound part. */
function discountingNodes(snapshot: GraphSnapshot): Uint8Array {
  const known = discountsOf.get(snapshot);
  if (known !== undefined) return known;
  const { columns } = snapshot;
  const discounts = new Uint8Array(snapshot.nodeCount);
  for (let direction = 0; direction < 2 * snapshot.channelSlots; direction++) {
    if (columns.inboundFeeBaseMsat[direction]! < 0 || columns.inboundFeeRatePpm[direction]! < 0) {
      discounts[snapshot.from(direction)] = 1;
    }
  }
  discountsOf.set(snapshot, discounts);
  return discounts;
}
