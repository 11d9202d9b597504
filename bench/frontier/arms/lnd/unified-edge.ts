/**
 * The one edge that lnd makes of all channels from one node to another (lnd: `routing/unified_edges.go`): the terms of
 * the channel of the highest total fee, with the longest time lock and the largest capacity among those that can carry
 * the amount; of own channels the one that can send the most.
 */
import { inboundFeeNumber, outboundFeeNumber } from '../../../../src/units/fee-number.ts';
import type { PairGraph } from './pair-graph.ts';

/** What crosses the pair from its far end's point of view. */
export interface Arrival {
  /** What the pair's last node has to get after its inbound fee. */
  readonly netMsat: number;
  /** What that node asks for forwarding; a discount goes no further. */
  readonly outboundFeeMsat: number;
  /** Whether that node is the receiver, whose inbound fee is never charged. */
  readonly exit: boolean;
}

/** Reads what it chose last, for the search asks too often for an object each time. */
export class UnifiedEdge {
  #graph: PairGraph;
  /** Index of the edge in the graph. */
  edge = -1;
  inboundFeeMsat = 0;
  timeLockDelta = 0;
  capacityMsat = 0;

  constructor(graph: PairGraph) {
    this.#graph = graph;
  }

  /** Chooses from this graph from now on. */
  look(graph: PairGraph): void {
    this.#graph = graph;
  }

  /** @returns Whether any channel of the pair takes the amount. */
  chooseNetwork(pair: number, arrival: Arrival, only?: (direction: number) => boolean): boolean {
    const { edgeOffsets, direction, disabled, baseMsat, ratePpm } = this.#graph;
    let highest = Number.NEGATIVE_INFINITY;
    let [timeLockDelta, capacityMsat] = [0, 0];
    for (let i = edgeOffsets[pair]!, end = edgeOffsets[pair + 1]!; i < end; i++) {
      if (disabled[i] === 1 || (only !== undefined && !only(direction[i]!))) continue;
      const inbound = this.#inboundFee(i, arrival);
      const amountMsat = arrival.netMsat + inbound;
      if (!this.#inRange(i, amountMsat)) continue;
      capacityMsat = Math.max(capacityMsat, this.#graph.capacityMsat[i]!);
      timeLockDelta = Math.max(timeLockDelta, this.#graph.timeLockDelta[i]!);
      const fee = inbound + outboundFeeNumber(baseMsat[i]!, ratePpm[i]!, amountMsat);
      if (fee < highest) continue;
      highest = fee;
      this.edge = i;
      this.inboundFeeMsat = inbound;
    }
    this.timeLockDelta = timeLockDelta;
    this.capacityMsat = capacityMsat;
    return highest !== Number.NEGATIVE_INFINITY;
  }

  /**
   * @param sendableMsat What an own channel can send now, or `undefined` where it must not be used. That it is announced
   * as disabled does not matter.
   */
  chooseOwn(
    pair: number,
    arrival: Arrival,
    sendableMsat: (direction: number) => number | undefined,
  ): boolean {
    const { edgeOffsets, direction } = this.#graph;
    let most = -1;
    for (let i = edgeOffsets[pair]!, end = edgeOffsets[pair + 1]!; i < end; i++) {
      const inbound = this.#inboundFee(i, arrival);
      const amountMsat = arrival.netMsat + inbound;
      const sendable = sendableMsat(direction[i]!);
      if (sendable === undefined || amountMsat > sendable || sendable < most) continue;
      if (!this.#inRange(i, amountMsat)) continue;
      most = sendable;
      this.edge = i;
      this.inboundFeeMsat = inbound;
      this.timeLockDelta = this.#graph.timeLockDelta[i]!;
      this.capacityMsat = this.#graph.capacityMsat[i]!;
    }
    return most >= 0;
  }

  #inboundFee(edge: number, { netMsat, outboundFeeMsat, exit }: Arrival): number {
    if (exit) return 0;
    const { inboundBaseMsat, inboundRatePpm } = this.#graph;
    const [base, rate] = [inboundBaseMsat[edge]!, inboundRatePpm[edge]!];
    if (base === 0 && rate === 0) return 0;
    return Math.max(-outboundFeeMsat, inboundFeeNumber(base, rate, netMsat));
  }

  #inRange(edge: number, amountMsat: number): boolean {
    const { minMsat, maxMsat } = this.#graph;
    return amountMsat >= minMsat[edge]! && amountMsat <= maxMsat[edge]!;
  }
}
