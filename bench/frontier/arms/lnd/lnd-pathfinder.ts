/**
 * lnd's search (lnd: `routing/pathfind.go`, `findPath`): backward Dijkstra with one label per node, whose distance is
 * fees and time lock plus the price of an attempt divided by the probability from there on. Such distances do not add up
 * edge by edge, so a node may be improved after it was expanded, and is then expanded again.
 */
import { outboundFeeNumber } from '../../../../src/units/fee-number.ts';
import { forwardingPayloadBytes, ONION_BYTES } from '../../../../src/units/onion-size.ts';
import { LazyHeap } from '../../../contenders/lazy-heap.ts';
import type { PairGraph } from './pair-graph.ts';
import { type Arrival, UnifiedEdge } from './unified-edge.ts';

export interface LndQuestion {
  /** Indices of the snapshot; the same for a circle. */
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  readonly feeLimitMsat: number;
  /** Most blocks that all deltas may add up to, the final one left out. */
  readonly maxDeltaBlocks: number;
  /** Height at which the last HTLC expires. */
  readonly finalExpiry: number;
  readonly lastPayloadBytes: number;
  readonly attemptCostMsat: number;
  readonly minProbability: number;
  /** What an own channel can send now; `undefined`: it must not be used. */
  readonly sendableMsat: (direction: number) => number | undefined;
  /** Directions by which the target may be reached. @defaultValue all */
  readonly lastHop?: (direction: number) => boolean;
  readonly probability: PairProbability;
}

export type PairProbability = (
  from: number,
  to: number,
  amountMsat: number,
  capacityMsat: number,
) => number;

/** A channel on the way, with the time lock that lnd asks for: the longest of its parallel ones. */
export interface LndStep {
  readonly direction: number;
  readonly timeLockDelta: number;
}

const TIME_LOCK_RISK_PPB = 15;

export class LndPathfinder {
  #graph: PairGraph;
  readonly #unified: UnifiedEdge;
  readonly #heap = new LazyHeap();
  /** By node; valid where `#seen` is the number of this search. */
  readonly #seen: Uint32Array;
  readonly #distance: Float64Array;
  readonly #expanded: Float64Array;
  readonly #weight: Float64Array;
  readonly #netMsat: Float64Array;
  readonly #outboundFeeMsat: Float64Array;
  readonly #probability: Float64Array;
  readonly #blocks: Int32Array;
  readonly #payloadBytes: Int32Array;
  readonly #edge: Int32Array;
  readonly #edgeDelta: Int32Array;
  #search = 0;

  constructor(graph: PairGraph) {
    const nodes = graph.snapshot.nodeCount;
    this.#graph = graph;
    this.#unified = new UnifiedEdge(graph);
    this.#seen = new Uint32Array(nodes);
    this.#distance = new Float64Array(nodes);
    this.#expanded = new Float64Array(nodes);
    this.#weight = new Float64Array(nodes);
    this.#netMsat = new Float64Array(nodes);
    this.#outboundFeeMsat = new Float64Array(nodes);
    this.#probability = new Float64Array(nodes);
    this.#blocks = new Int32Array(nodes);
    this.#payloadBytes = new Int32Array(nodes);
    this.#edge = new Int32Array(nodes);
    this.#edgeDelta = new Int32Array(nodes);
  }

  /** The way from the source on, or `null`. @param graph One with as many nodes as the first, for this search. */
  find(question: LndQuestion, graph: PairGraph = this.#graph): LndStep[] | null {
    this.#graph = graph;
    this.#unified.look(graph);
    this.#search++;
    this.#heap.clear();
    const { source, target } = question;
    // The target's own label stays out of the columns: in a circle its place is the source's.
    this.#expand(question, {
      node: target,
      exit: true,
      netMsat: question.amountMsat,
      outboundFeeMsat: 0,
      weight: 0,
      probability: 1,
      blocks: 0,
      payloadBytes: question.lastPayloadBytes,
    });
    while (this.#heap.size > 0) {
      const node = this.#heap.pop();
      const distance = this.#distance[node]!;
      if (this.#heap.key !== distance || this.#expanded[node] === distance) continue;
      if (node === source) return this.#unravel(question);
      this.#expanded[node] = distance;
      this.#expand(question, {
        node,
        exit: false,
        netMsat: this.#netMsat[node]!,
        outboundFeeMsat: this.#outboundFeeMsat[node]!,
        weight: this.#weight[node]!,
        probability: this.#probability[node]!,
        blocks: this.#blocks[node]!,
        payloadBytes: this.#payloadBytes[node]!,
      });
    }
    return null;
  }

  #expand(question: LndQuestion, label: Label): void {
    const { pairOffsets, pairFrom } = this.#graph;
    const { source, target } = question;
    const { node } = label;
    for (let pair = pairOffsets[node]!, end = pairOffsets[node + 1]!; pair < end; pair++) {
      const from = pairFrom[pair]!;
      if (from === target && source !== target) continue;
      const takes =
        from === source
          ? this.#unified.chooseOwn(pair, label, question.sendableMsat)
          : this.#unified.chooseNetwork(pair, label, label.exit ? question.lastHop : undefined);
      if (takes) this.#process(question, label, from);
    }
  }

  /** Makes or improves the label of the node that the chosen edge comes from. */
  #process(question: LndQuestion, to: Label, from: number): void {
    const { source, amountMsat, attemptCostMsat } = question;
    const { edge, inboundFeeMsat, capacityMsat } = this.#unified;
    const sentMsat = to.netMsat + inboundFeeMsat;
    if (sentMsat - amountMsat > question.feeLimitMsat) return;
    const own = from === source;
    const { baseMsat, ratePpm } = this.#graph;
    const outboundFeeMsat = own ? 0 : outboundFeeNumber(baseMsat[edge]!, ratePpm[edge]!, sentMsat);
    const delta = own ? 0 : this.#unified.timeLockDelta;
    const blocks = to.blocks + delta;
    if (blocks > question.maxDeltaBlocks) return;
    const fee = Math.max(0, inboundFeeMsat + outboundFeeMsat);
    const weight = to.weight + fee + Math.floor((sentMsat * delta * TIME_LOCK_RISK_PPB) / 1e9);
    const known = this.#seen[from] === this.#search;
    // No probability could make this the better way.
    const least = Math.floor(weight + attemptCostMsat / to.probability);
    if (known && least > this.#distance[from]!) return;
    const crossing = question.probability(from, to.node, sentMsat, capacityMsat);
    if (crossing === 0) return;
    const probability = to.probability * crossing;
    if (probability < question.minProbability) return;
    const distance = Math.floor(weight + attemptCostMsat / probability);
    if (known) {
      const best = this.#distance[from]!;
      if (distance > best) return;
      if (distance === best && probability <= this.#probability[from]!) return;
    }
    const expiry = question.finalExpiry + to.blocks;
    const payloadBytes = to.payloadBytes + (own ? 0 : forwardingPayloadBytes(sentMsat, expiry));
    if (payloadBytes > ONION_BYTES) return;
    this.#seen[from] = this.#search;
    this.#distance[from] = distance;
    this.#expanded[from] = -1;
    this.#weight[from] = weight;
    this.#netMsat[from] = sentMsat + outboundFeeMsat;
    this.#outboundFeeMsat[from] = outboundFeeMsat;
    this.#probability[from] = probability;
    this.#blocks[from] = blocks;
    this.#payloadBytes[from] = payloadBytes;
    this.#edge[from] = edge;
    this.#edgeDelta[from] = this.#unified.timeLockDelta;
    this.#heap.push(distance, from);
  }

  #unravel({ source, target }: LndQuestion): LndStep[] {
    const { snapshot, direction } = this.#graph;
    const steps: LndStep[] = [];
    for (let node = source; steps.length === 0 || node !== target; ) {
      const next = direction[this.#edge[node]!]!;
      steps.push({ direction: next, timeLockDelta: this.#edgeDelta[node]! });
      if (steps.length > snapshot.nodeCount) throw new Error('labels of a search form a ring');
      node = snapshot.to(next);
    }
    return steps;
  }
}

interface Label extends Arrival {
  readonly node: number;
  readonly weight: number;
  readonly probability: number;
  readonly blocks: number;
  readonly payloadBytes: number;
}
