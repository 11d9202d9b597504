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
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import { isSteep } from '../view/edge-terms.ts';
import { Completions } from './completions.ts';
import { type Candidate, LabelDominance } from './label-dominance.ts';
import { LabelPool } from './label-pool.ts';
import { NumberHeap } from './number-heap.ts';
import { arriving } from './price-meeting.ts';
import { ReachLimits } from './reach-limits.ts';
import type { ExactOutcome, SearchTask } from './search-task.ts';

/** Bits of a label that are left for nodes which may be passed once only. */
export const MOST_ONCE_ONLY = 31;

export class ExactSearch {
  readonly #view: AmountView;
  readonly #pool = new LabelPool();
  readonly #heap = new NumberHeap();
  readonly #dominance: LabelDominance;
  readonly #completions: Completions;
  #task!: SearchTask;
  #limits!: ReachLimits;
  /** By node: its bit in `passed`, or 0. */
  readonly #bitOf: Int32Array;
  /** False once an edge was looked at under which a larger amount could pay less. */
  #monotone = true;
  readonly #candidate: Candidate = {
    node: 0,
    edge: 0,
    parent: -1,
    last: 0,
    xMsat: 0,
    pMsat: 0,
    leastMsat: 0,
    priceMsat: 0,
    hops: 0,
    cltvBlocks: 0,
    onionBytes: 0,
    unlikelihood: 0,
    critical: -1,
    passed: 0,
  };

  constructor(view: AmountView) {
    this.#view = view;
    this.#dominance = new LabelDominance(view, this.#pool);
    this.#completions = new Completions(view, this.#pool);
    this.#bitOf = new Int32Array(view.nodeCount);
  }

  run(task: SearchTask): ExactOutcome {
    this.#task = task;
    this.#pool.clear();
    this.#heap.clear();
    this.#dominance.begin(task);
    this.#limits = new ReachLimits(task);
    this.#completions.begin(task, this.#limits);
    this.#monotone = true;
    task.onceOnly?.forEach((node, i) => {
      this.#bitOf[node] = 1 << i;
    });
    // On the real graph the price of the path of least bound is its bound in most cases, and then the search is over.
    if (!this.#completions.proven) {
      const free = task.mode === 'ignored' && task.meeting !== undefined;
      if (free) task.bounds.deepen?.(this.#completions.bestMsat);
      this.#start();
    }
    let exhausted = false;
    while (this.#heap.size > 0) {
      const label = this.#heap.pop();
      const { bestMsat, walkMsat } = this.#completions;
      if (this.#heap.poppedKey >= bestMsat || this.#heap.poppedKey >= walkMsat) break;
      if (this.#pool.dead[label] === 1) continue;
      if (this.#pool.count > task.labelBudget) {
        exhausted = true;
        break;
      }
      this.#expand(label);
    }
    for (const node of task.onceOnly ?? []) this.#bitOf[node] = 0;
    const passedAgain = this.#completions.passedAgain();
    const monotone = this.#monotone && this.#completions.monotone;
    return {
      best: this.#completions.found(),
      complete: !exhausted && passedAgain.length === 0 && monotone,
      exhausted,
      labels: this.#pool.count,
      passedAgain,
    };
  }

  #start(): void {
    const { request } = this.#task;
    const { amountMsat } = this.#view;
    for (const i of request.lastEnds.direct) this.#completions.addDirect(i);
    const root = this.#candidate;
    const leastFirst = this.#task.bounds.leastFirstMsat;
    for (let i = 0; i < request.last.length; i++) {
      const { terms, edge, node, direct, direction, weight, priceMsat } = request.last[i]!;
      if (direct || node < 0) continue;
      // Channels come lightest first.
      if (weight + leastFirst >= this.#completions.bestMsat) break;
      root.node = node;
      root.edge = -1 - i;
      root.parent = -1;
      root.last = i;
      root.xMsat = amountMsat;
      root.pMsat =
        amountMsat +
        outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, amountMsat);
      root.priceMsat = priceMsat;
      Object.assign(root, this.#limits.ofTarget(amountMsat));
      const timeLockDelta = terms.timeLockDelta[edge]!;
      this.#limits.extend(root, { direction, amountMsat, timeLockDelta });
      root.critical = -1;
      root.passed = this.#bitOf[node]!;
      if (this.#limits.allow(root, node)) this.#generate(root);
    }
  }

  #expand(label: number): void {
    const pool = this.#pool;
    const { request, limits } = this.#task;
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
      if (least + leastFirst >= this.#completions.bestMsat) break;
      const source = from[edge]!;
      if (least + bounds.distanceTo(source) >= this.#completions.bestMsat) continue;
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
      next.hops = hops;
      next.cltvBlocks = pool.cltvBlocks[label]!;
      next.onionBytes = pool.onionBytes[label]!;
      next.unlikelihood = pool.unlikelihood[label]!;
      const [direction, timeLockDelta] = [terms.direction[edge]!, terms.timeLockDelta[edge]!];
      this.#limits.extend(next, { direction, amountMsat: yMsat, timeLockDelta });
      if (!this.#limits.allow(next, source)) continue;
      next.passed = pool.passed[label]! | this.#bitOf[source]!;
      if (this.#task.onceOnly === undefined) {
        next.critical =
          yMsat < pMsat && pool.thresholdMsat[label]! > yMsat ? label : pool.critical[label]!;
      }
      this.#generate(next);
    }
  }

  /** A label for the candidate, unless it cannot be on the best path; and at once all that it completes. */
  #generate(candidate: Candidate): void {
    const { node, xMsat, pMsat } = candidate;
    const { request } = this.#task;
    const first = request.firstEnds.at(node);
    const costMsat =
      xMsat - this.#view.amountMsat + candidate.priceMsat + candidate.hops * HOP_MSAT;
    const key = costMsat + this.#rest(node, xMsat, pMsat);
    if (key >= this.#completions.bestMsat) return;
    // The shortcut by the node's largest discount holds for the view's edges; a first channel's may be larger.
    const discounted = pMsat + this.#view.bounds.leastInMsat[node]!;
    candidate.leastMsat = first >= 0 || discounted < xMsat ? xMsat : discounted;
    if (first < 0 && this.#dominance.isPlainlyBeaten(candidate)) return;
    if (this.#mayNotPass(candidate)) return;
    const label = this.#store(candidate);
    if (first >= 0) this.#completions.addFirsts(label, first);
    else this.#completions.addWay(label);
    if (
      key >= this.#completions.bestMsat ||
      this.#dominance.isDominated(label, this.#completions.bestMsat)
    ) {
      // What it completes is kept by its number, so a label that completed something stays in the pool.
      if (!this.#completions.keeps(label)) this.#pool.count--;
      return;
    }
    this.#dominance.add(label, this.#completions.bestMsat);
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
    pool.leastMsat[label] = candidate.leastMsat;
    pool.priceMsat[label] = candidate.priceMsat;
    pool.hops[label] = candidate.hops;
    pool.cltvBlocks[label] = candidate.cltvBlocks;
    pool.onionBytes[label] = candidate.onionBytes;
    pool.unlikelihood[label] = candidate.unlikelihood;
    pool.critical[label] = candidate.critical;
    pool.passed[label] = candidate.passed;
    pool.thresholdMsat[label] = candidate.pMsat - this.#view.bounds.leastOutMsat[candidate.node]!;
    pool.dead[label] = 0;
    return label;
  }

  #mayNotPass({ parent, node }: Candidate): boolean {
    if (this.#task.onceOnly === undefined) return this.#pool.isPassed(parent, node);
    return parent >= 0 && (this.#pool.passed[parent]! & this.#bitOf[node]!) !== 0;
  }

  /** Lower bound of what is paid from the start up to the node and by what it keeps itself. */
  #rest(node: number, xMsat: number, pMsat: number): number {
    const { bounds } = this.#task;
    if (bounds.restMsat !== undefined) return bounds.restMsat(node, pMsat - xMsat);
    return this.#leaving(node, xMsat, pMsat) + bounds.distanceTo(node);
  }

  /** Least that the node keeps for leaving over the label's edge, above what `BoundSearch` counts on its arrival. */
  #leaving(node: number, xMsat: number, pMsat: number): number {
    const { leastOutMsat, leastInMsat } = this.#view.bounds;
    const least = leastInMsat[node]!;
    const keeps = pMsat - xMsat + least;
    const counted = leastOutMsat[node]! + least;
    return (keeps > 0 ? keeps : 0) - (counted > 0 ? counted : 0);
  }
}
