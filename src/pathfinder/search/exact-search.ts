/**
 * The exact backward search, guided by the bounds of `bound-search.ts`. It starts at the target with the amount to
 * deliver and charges every fee on the amount that really crosses the channel.
 *
 * A label says: its node sends on `x` over its edge, and the rest of the way to the target is known. `p` is `x` plus
 * the node's outbound fee. Over an arriving edge d the node needs y = max(x, p + inbound_d(p), minimum_d): a node
 * never pays for forwarding, and too small an amount is raised. y never falls as x and p grow, and y >= x, so labels
 * can be compared (`label-dominance.ts`) and bounded. Several labels per node are kept where that is needed.
 */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import { forwardingPayloadBytes, hopPayloadBytes } from '../../units/onion-size.ts';
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import { isSteep } from '../view/edge-terms.ts';
import { type Candidate, LabelDominance } from './label-dominance.ts';
import { LabelPool } from './label-pool.ts';
import { NumberHeap } from './number-heap.ts';
import { arriving, priceMeeting } from './price-meeting.ts';
import type { ExactOutcome, FoundPath, SearchTask } from './search-task.ts';

type Reach = Pick<Candidate, 'cltvBlocks' | 'hops' | 'onionBytes' | 'unlikelihood'>;

export class ExactSearch {
  readonly #view: AmountView;
  readonly #pool = new LabelPool();
  readonly #heap = new NumberHeap();
  readonly #dominance: LabelDominance;
  #task!: SearchTask;
  #bestMsat = 0;
  #best: { first: number; label: number; sentMsat: number } | undefined;
  #seeded: FoundPath | undefined;
  /** False once an edge was looked at under which a larger amount could pay less. */
  #monotone = true;
  readonly #candidate: Candidate = {
    node: 0,
    edge: 0,
    parent: -1,
    last: 0,
    xMsat: 0,
    pMsat: 0,
    priceMsat: 0,
    hops: 0,
    cltvBlocks: 0,
    onionBytes: 0,
    unlikelihood: 0,
    critical: -1,
  };

  constructor(view: AmountView) {
    this.#view = view;
    this.#dominance = new LabelDominance(view, this.#pool);
  }

  run(task: SearchTask): ExactOutcome {
    this.#task = task;
    this.#pool.clear();
    this.#heap.clear();
    this.#dominance.begin(task);
    // Costs below this are improvements; a fee of exactly the limit is one, whatever the hops add.
    this.#bestMsat = Math.min(
      task.request.priced ? Number.POSITIVE_INFINITY : task.limits.maxFeeMsat + 1,
      task.belowMsat,
    );
    this.#best = undefined;
    this.#monotone = true;
    // What breaks a limit on time lock, hops or bytes must not prune what keeps it.
    this.#seeded =
      task.meeting === undefined || task.mode !== 'ignored'
        ? undefined
        : priceMeeting(task.meeting, task.request, task.limits.maxFeeMsat);
    if (this.#seeded !== undefined && this.#seeded.costMsat < this.#bestMsat) {
      this.#bestMsat = this.#seeded.costMsat;
    } else this.#seeded = undefined;
    this.#start();
    let exhausted = false;
    while (this.#heap.size > 0) {
      const label = this.#heap.pop();
      if (this.#heap.poppedKey >= this.#bestMsat) break;
      if (this.#pool.dead[label] === 1) continue;
      if (this.#pool.count > task.labelBudget) {
        exhausted = true;
        break;
      }
      this.#expand(label);
    }
    const complete = !exhausted && this.#monotone;
    return { best: this.#found(), complete, exhausted, labels: this.#pool.count };
  }

  #found(): FoundPath | undefined {
    if (this.#best === undefined) return this.#seeded;
    const { first, sentMsat } = this.#best;
    const edges: number[] = [];
    let label = this.#best.label;
    for (; label >= 0 && this.#pool.edge[label]! >= 0; label = this.#pool.parent[label]!) {
      edges.push(this.#pool.edge[label]!);
    }
    const last = label < 0 ? -1 : -1 - this.#pool.edge[label]!;
    return { first, edges, last, sentMsat, costMsat: this.#bestMsat };
  }

  #start(): void {
    const { request, finalCltvDelta, blockHeight } = this.#task;
    const { amountMsat } = this.#view;
    const finalBytes = this.#task.mode === 'ignored' ? 0 : this.#finalBytes();
    const root = this.#candidate;
    request.last.forEach((channel, i) => {
      const { endTerms } = request;
      root.node = channel.node;
      root.edge = -1 - i;
      root.parent = -1;
      root.last = i;
      root.xMsat = amountMsat;
      root.pMsat =
        amountMsat +
        outboundFeeNumber(
          endTerms.feeBaseMsat[channel.edge]!,
          endTerms.feeRatePpm[channel.edge]!,
          amountMsat,
        );
      root.priceMsat = channel.priceMsat;
      root.hops = 1;
      root.cltvBlocks = finalCltvDelta + endTerms.timeLockDelta[channel.edge]!;
      root.onionBytes =
        finalBytes + forwardingPayloadBytes(amountMsat, blockHeight + finalCltvDelta);
      root.critical = -1;
      root.unlikelihood = this.#unlikelihood(channel.direction);
      if (channel.direct) this.#completeDirectly(i, finalBytes);
      else if (channel.node >= 0 && this.#withinLimits(root)) this.#generate(root);
    });
  }

  #finalBytes(): number {
    const { finalCltvDelta, blockHeight } = this.#task;
    const amountMsat = BigInt(this.#view.amountMsat);
    return hopPayloadBytes({
      amountToForwardMsat: amountMsat,
      expiry: blockHeight + finalCltvDelta,
      hasNextChannel: false,
      mppTotalMsat: amountMsat,
    });
  }

  /** One channel from source to target: nobody forwards. */
  #completeDirectly(last: number, finalBytes: number): void {
    const { request, finalCltvDelta } = this.#task;
    const channel = request.last[last]!;
    const first = request.first.findIndex(({ direction }) => direction === channel.direction);
    if (first < 0) return;
    const reach = {
      cltvBlocks: finalCltvDelta,
      hops: 0,
      onionBytes: finalBytes,
      unlikelihood: this.#unlikelihood(channel.direction),
    };
    const costMsat = request.first[first]!.priceMsat + HOP_MSAT;
    if (costMsat >= this.#bestMsat || !this.#withinLimits(reach)) return;
    this.#bestMsat = costMsat;
    this.#best = { first, label: -1, sentMsat: this.#view.amountMsat };
  }

  #expand(label: number): void {
    const pool = this.#pool;
    const { request, limits, blockHeight } = this.#task;
    const { start, from, weight, terms, amountMsat, monotone } = this.#view;
    const node = pool.node[label]!;
    const [xMsat, pMsat] = [pool.xMsat[label]!, pool.pMsat[label]!];
    const [price, hops] = [pool.priceMsat[label]!, pool.hops[label]!];
    const so = xMsat - amountMsat + price + hops * HOP_MSAT + this.#leaving(node, xMsat, pMsat);
    const next = this.#candidate;
    const { bounds } = this.#task;
    const leastFirst = bounds.leastFirstMsat;
    for (let edge = start[node]!, end = start[node + 1]!; edge < end; edge++) {
      const least = so + weight[edge]!;
      // Edges come lightest first.
      if (least + leastFirst >= this.#bestMsat) break;
      const source = from[edge]!;
      if (least + bounds.distanceTo(source) >= this.#bestMsat) continue;
      if (request.isClosed(edge, source)) continue;
      if (!monotone && isSteep(terms, edge)) this.#monotone = false;
      const yMsat = arriving(terms, edge, xMsat, pMsat);
      if (yMsat > request.maximum(edge) || yMsat - amountMsat > limits.maxFeeMsat) continue;
      next.node = source;
      next.edge = edge;
      next.parent = label;
      next.last = pool.last[label]!;
      next.xMsat = yMsat;
      next.pMsat =
        yMsat + outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, yMsat);
      next.priceMsat = price + request.priceMsat(edge);
      next.hops = hops + 1;
      next.cltvBlocks = pool.cltvBlocks[label]! + terms.timeLockDelta[edge]!;
      if (this.#task.mode !== 'ignored') {
        next.onionBytes =
          pool.onionBytes[label]! +
          forwardingPayloadBytes(yMsat, blockHeight + pool.cltvBlocks[label]!);
        next.unlikelihood = pool.unlikelihood[label]! + this.#unlikelihood(terms.direction[edge]!);
        if (!this.#withinLimits(next)) continue;
      }
      next.critical =
        yMsat < pMsat && pool.thresholdMsat[label]! > yMsat ? label : pool.critical[label]!;
      this.#generate(next);
    }
  }

  /** A label for the candidate, unless it cannot be on the best path; and at once all that it completes. */
  #generate(candidate: Candidate): void {
    const { node, xMsat, pMsat } = candidate;
    const { request } = this.#task;
    const first = request.firstAt(node);
    const costMsat =
      xMsat - this.#view.amountMsat + candidate.priceMsat + candidate.hops * HOP_MSAT;
    const key = costMsat + this.#leaving(node, xMsat, pMsat) + this.#task.bounds.distanceTo(node);
    if (key >= this.#bestMsat) return;
    if (first < 0 && this.#dominance.isPlainlyBeaten(candidate)) return;
    if (this.#dominance.isOnPath(candidate.parent, node)) return;
    const label = this.#store(candidate);
    if (first >= 0) this.#complete(label, first, costMsat);
    if (key >= this.#bestMsat || this.#dominance.isDominated(label, this.#bestMsat)) {
      // What it completes is kept by its number, so a label that completed something stays in the pool.
      if (this.#best?.label !== label) this.#pool.count--;
      return;
    }
    this.#dominance.add(label, this.#bestMsat);
    this.#heap.push(key, label);
  }

  #store(candidate: Candidate): number {
    const pool = this.#pool;
    const label = pool.take();
    pool.node[label] = candidate.node;
    pool.edge[label] = candidate.edge;
    pool.parent[label] = candidate.parent;
    pool.last[label] = candidate.last;
    pool.xMsat[label] = candidate.xMsat;
    pool.pMsat[label] = candidate.pMsat;
    pool.priceMsat[label] = candidate.priceMsat;
    pool.hops[label] = candidate.hops;
    pool.cltvBlocks[label] = candidate.cltvBlocks;
    pool.onionBytes[label] = candidate.onionBytes;
    pool.unlikelihood[label] = candidate.unlikelihood;
    pool.critical[label] = candidate.critical;
    pool.thresholdMsat[label] = candidate.pMsat - this.#view.bounds.leastOutMsat[candidate.node]!;
    pool.dead[label] = 0;
    return label;
  }

  /** Tries every first channel that leads to the label's node, except the one that the path comes back over. */
  #complete(label: number, firstIndex: number, costMsat: number): void {
    const { request, limits } = this.#task;
    const pool = this.#pool;
    const { amountMsat } = this.#view;
    const [xMsat, pMsat] = [pool.xMsat[label]!, pool.pMsat[label]!];
    const back = request.last[pool.last[label]!]!.direction >> 1;
    for (let i = firstIndex; i >= 0; i = request.nextFirst(i)) {
      const channel = request.first[i]!;
      if (channel.direction >> 1 === back) continue;
      if (isSteep(request.endTerms, channel.edge)) this.#monotone = false;
      if (!this.#isLikely(label, channel.direction)) continue;
      const sentMsat = arriving(request.endTerms, channel.edge, xMsat, pMsat);
      if (sentMsat > request.endTerms.maxMsat[channel.edge]!) continue;
      if (sentMsat - amountMsat > limits.maxFeeMsat) continue;
      const total = costMsat + (sentMsat - xMsat) + channel.priceMsat + HOP_MSAT;
      if (total >= this.#bestMsat) continue;
      this.#bestMsat = total;
      this.#best = { first: i, label, sentMsat };
    }
  }

  /** Least that the node keeps for leaving over the label's edge, above what `BoundSearch` counts on its arrival. */
  #leaving(node: number, xMsat: number, pMsat: number): number {
    const { leastOutMsat, leastInMsat } = this.#view.bounds;
    const least = leastInMsat[node]!;
    const keeps = pMsat - xMsat + least;
    const counted = leastOutMsat[node]! + least;
    return (keeps > 0 ? keeps : 0) - (counted > 0 ? counted : 0);
  }

  #unlikelihood(direction: number): number {
    return this.#task.limits.unlikelihood?.of(direction) ?? 0;
  }

  /** Whether a path stays within the limit on probability when it leaves over this first channel. */
  #isLikely(label: number, first: number): boolean {
    const { limits, mode } = this.#task;
    if (mode === 'ignored' || limits.unlikelihood === undefined) return true;
    const sum = this.#pool.unlikelihood[label]! + limits.unlikelihood.of(first);
    return sum <= limits.unlikelihood.max;
  }

  /** Every label has one more channel before it; its own figures are already those of the whole route. */
  #withinLimits(reach: Reach): boolean {
    if (this.#task.mode === 'ignored') return true;
    const { maxCltvBlocks, maxHops, maxOnionBytes, unlikelihood } = this.#task.limits;
    return (
      (unlikelihood === undefined || reach.unlikelihood <= unlikelihood.max) &&
      reach.cltvBlocks <= maxCltvBlocks &&
      reach.hops + 1 <= maxHops &&
      reach.onionBytes <= maxOnionBytes
    );
  }
}
