/**
 * When may a label be thrown away? Only when every completion of it can be replaced by one at least as good of another
 * label at the same node.
 */
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import type { LabelPool } from './label-pool.ts';
import type { RequestEdges } from './request-edges.ts';
import type { SearchTask, StartBounds } from './search-task.ts';

/** A label in the making. */
export interface Candidate {
  node: number;
  edge: number;
  parent: number;
  last: number;
  xMsat: number;
  pMsat: number;
  leastMsat: number;
  priceMsat: number;
  hops: number;
  cltvBlocks: number;
  onionBytes: number;
  unlikelihood: number;
  critical: number;
  passed: number;
}

export class LabelDominance {
  readonly #view: AmountView;
  readonly #pool: LabelPool;
  /** First label at a node, valid where the stamp is that of this search. */
  readonly #head: Int32Array;
  readonly #stamp: Uint32Array;
  #search = 0;
  #resources = false;
  #walks = false;
  #request!: RequestEdges;
  #bounds!: StartBounds;

  constructor(view: AmountView, pool: LabelPool) {
    this.#view = view;
    this.#pool = pool;
    this.#head = new Int32Array(view.nodeCount);
    this.#stamp = new Uint32Array(view.nodeCount);
  }

  begin(task: Pick<SearchTask, 'request' | 'bounds' | 'mode' | 'onceOnly'>): void {
    this.#search++;
    this.#request = task.request;
    this.#bounds = task.bounds;
    this.#resources = task.mode === 'compared';
    this.#walks = task.onceOnly !== undefined;
  }

  /** Whether the latest label at the node beats a candidate without any condition: a quick look before the full one. */
  isPlainlyBeaten(candidate: Candidate): boolean {
    const { node } = candidate;
    if (this.#stamp[node] !== this.#search || this.#request.overlapping) return false;
    const pool = this.#pool;
    const other = this.#head[node]!;
    if (other < 0 || pool.critical[other]! >= 0 || this.#resources) return false;
    if ((pool.passed[other]! & ~candidate.passed) !== 0) return false;
    const hops = (pool.hops[other]! - candidate.hops) * HOP_MSAT;
    return (
      pool.pMsat[other]! + hops <= candidate.pMsat &&
      pool.leastMsat[other]! + hops <= candidate.leastMsat &&
      pool.priceMsat[other]! <= candidate.priceMsat
    );
  }

  /**
   * Whether labels at the same node beat this one: no worse in what is compared, and every node whose discount the
   * better path depends on lies on this path as well (a loop can collect a discount, so comparing amounts alone would
   * let it hide the node that it passes).
   *
   * One more trap belongs to circles: a path that returns over channel c blocks completions that leave by c, for the
   * shortcut out and back over one channel is no circle. Such a label beats another only together with a second one
   * that returns over another channel. Where a path may not turn at a peer at all, the same holds for peers.
   */
  isDominated(label: number, bestMsat: number): boolean {
    const pool = this.#pool;
    const node = pool.node[label]!;
    if (this.#stamp[node] !== this.#search) return false;
    let conditional = -1;
    for (let other = this.#head[node]!; other >= 0; other = pool.sibling[other]!) {
      if (!this.#isNoWorse(other, label) || !this.#sparesNodes(other, label, bestMsat)) continue;
      if (!this.#blocksDeparture(other, label)) return true;
      if (conditional >= 0 && conditional !== this.#blocked(other)) return true;
      conditional = this.#blocked(other);
    }
    return false;
  }

  /** Enters a label at its node, and takes out those that it beats by itself. */
  add(label: number, bestMsat: number): void {
    const pool = this.#pool;
    const node = pool.node[label]!;
    if (this.#stamp[node] !== this.#search) {
      this.#stamp[node] = this.#search;
      this.#head[node] = -1;
    }
    let before = -1;
    for (let other = this.#head[node]!; other >= 0; ) {
      const following = pool.sibling[other]!;
      const beaten =
        this.#isNoWorse(label, other) &&
        this.#sparesNodes(label, other, bestMsat) &&
        !this.#blocksDeparture(label, other);
      if (beaten) {
        pool.dead[other] = 1;
        if (before < 0) this.#head[node] = following;
        else pool.sibling[before] = following;
      } else before = other;
      other = following;
    }
    pool.sibling[label] = this.#head[node]!;
    this.#head[node] = label;
  }

  #isNoWorse(left: number, right: number): boolean {
    const pool = this.#pool;
    const hops = (pool.hops[left]! - pool.hops[right]!) * HOP_MSAT;
    if (pool.pMsat[left]! + hops > pool.pMsat[right]!) return false;
    const { priced } = this.#request;
    if (pool.leastMsat[left]! + hops > pool.leastMsat[right]!) return false;
    if (priced && pool.priceMsat[left]! > pool.priceMsat[right]!) return false;
    if (!this.#resources) return true;
    return (
      pool.hops[left]! <= pool.hops[right]! &&
      pool.cltvBlocks[left]! <= pool.cltvBlocks[right]! &&
      pool.unlikelihood[left]! <= pool.unlikelihood[right]! &&
      pool.onionBytes[left]! <= pool.onionBytes[right]!
    );
  }

  /** Whether every completion of the worse is open to the better, or at least no better than one that is. */
  #sparesNodes(better: number, worse: number, bestMsat: number): boolean {
    const pool = this.#pool;
    if (this.#walks) return (pool.passed[better]! & ~pool.passed[worse]!) === 0;
    return this.#sparesCritical(better, worse, bestMsat);
  }

  /** A critical node counts only while a path through it could still beat the best price. */
  #sparesCritical(better: number, worse: number, bestMsat: number): boolean {
    const pool = this.#pool;
    // Whatever comes next, no less than this arrives at the label's node, so no less crosses any node before it.
    const leastMsat = pool.leastMsat[worse]!;
    const spentMsat = leastMsat - this.#view.amountMsat + pool.priceMsat[worse]!;
    for (let at = pool.critical[better]!; at >= 0; at = pool.critical[at]!) {
      if (pool.thresholdMsat[at]! <= leastMsat) continue;
      const node = pool.node[at]!;
      if (spentMsat + this.#bounds.distanceTo(node) >= bestMsat) continue;
      if (!pool.isPassed(worse, node)) return false;
    }
    return true;
  }

  #blocksDeparture(better: number, worse: number): boolean {
    const request = this.#request;
    if (!request.overlapping) return false;
    const pool = this.#pool;
    const [last, other] = [pool.last[better]!, pool.last[worse]!];
    const { node, direction } = request.last[last]!;
    if (!request.mayTurn) {
      if (request.firstEnds.at(node) < 0) return false;
      // Only the last channel's own node cannot be left again at once; a longer walk can, if it does not return to it.
      if (pool.node[worse] === node && pool.parent[better]! < 0) return pool.parent[worse]! >= 0;
    }
    if (last === other) return false;
    const leavable =
      !request.mayTurn || request.first.some((first) => first.direction >> 1 === direction >> 1);
    return leavable && (this.#walks || !pool.isPassed(worse, node));
  }

  /** What a label blocks departures by: its last channel, or the whole peer where none may be turned at. */
  #blocked(label: number): number {
    const last = this.#pool.last[label]!;
    return this.#request.mayTurn ? last : this.#request.last[last]!.node;
  }
}
