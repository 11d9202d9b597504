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
  priceMsat: number;
  hops: number;
  cltvBlocks: number;
  onionBytes: number;
  unlikelihood: number;
  critical: number;
}

export class LabelDominance {
  readonly #view: AmountView;
  readonly #pool: LabelPool;
  /** First label at a node, valid where the stamp is that of this search. */
  readonly #head: Int32Array;
  readonly #stamp: Uint32Array;
  #search = 0;
  #resources = false;
  #request!: RequestEdges;
  #bounds!: StartBounds;

  constructor(view: AmountView, pool: LabelPool) {
    this.#view = view;
    this.#pool = pool;
    this.#head = new Int32Array(view.nodeCount);
    this.#stamp = new Uint32Array(view.nodeCount);
  }

  begin({ request, bounds, mode }: Pick<SearchTask, 'request' | 'bounds' | 'mode'>): void {
    this.#search++;
    this.#request = request;
    this.#bounds = bounds;
    this.#resources = mode === 'compared';
  }

  isOnPath(label: number, node: number): boolean {
    const { node: nodes, parent } = this.#pool;
    for (let at = label; at >= 0; at = parent[at]!) if (nodes[at] === node) return true;
    return false;
  }

  /** Whether the latest label at the node beats a candidate without any condition: a quick look before the full one. */
  isPlainlyBeaten(candidate: Candidate): boolean {
    const { node } = candidate;
    if (this.#stamp[node] !== this.#search || this.#request.overlapping) return false;
    const pool = this.#pool;
    const other = this.#head[node]!;
    if (other < 0 || pool.critical[other]! >= 0 || this.#resources) return false;
    const hops = (pool.hops[other]! - candidate.hops) * HOP_MSAT;
    return (
      pool.pMsat[other]! + hops <= candidate.pMsat &&
      (pool.xMsat[other]! + hops <= candidate.xMsat || this.#view.bounds.discounts[node] === 0) &&
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
   * that returns over another channel.
   */
  isDominated(label: number, bestMsat: number): boolean {
    const pool = this.#pool;
    const node = pool.node[label]!;
    if (this.#stamp[node] !== this.#search) return false;
    let conditional = -1;
    for (let other = this.#head[node]!; other >= 0; other = pool.sibling[other]!) {
      if (!this.#isNoWorse(other, label) || !this.#sparesCritical(other, label, bestMsat)) continue;
      if (!this.#blocksDeparture(other, label)) return true;
      if (conditional >= 0 && conditional !== pool.last[other]) return true;
      conditional = pool.last[other]!;
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
        this.#sparesCritical(label, other, bestMsat) &&
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
    // Without a discount at the node only p decides what it needs, whatever x is.
    const discounts = this.#view.bounds.discounts[pool.node[left]!] === 1;
    if (discounts && pool.xMsat[left]! + hops > pool.xMsat[right]!) return false;
    if (priced && pool.priceMsat[left]! > pool.priceMsat[right]!) return false;
    if (!this.#resources) return true;
    return (
      pool.hops[left]! <= pool.hops[right]! &&
      pool.cltvBlocks[left]! <= pool.cltvBlocks[right]! &&
      pool.unlikelihood[left]! <= pool.unlikelihood[right]! &&
      pool.onionBytes[left]! <= pool.onionBytes[right]!
    );
  }

  /** A critical node counts only while a path through it could still beat the best price. */
  #sparesCritical(better: number, worse: number, bestMsat: number): boolean {
    const pool = this.#pool;
    const xMsat = pool.xMsat[worse]!;
    const spentMsat = xMsat - this.#view.amountMsat + pool.priceMsat[worse]!;
    for (let at = pool.critical[better]!; at >= 0; at = pool.critical[at]!) {
      if (pool.thresholdMsat[at]! <= xMsat) continue;
      const node = pool.node[at]!;
      if (spentMsat + this.#bounds.distanceTo(node) >= bestMsat) continue;
      if (!this.isOnPath(worse, node)) return false;
    }
    return true;
  }

  #blocksDeparture(better: number, worse: number): boolean {
    if (!this.#request.overlapping) return false;
    const pool = this.#pool;
    if (pool.last[better] === pool.last[worse]) return false;
    const channel = this.#request.last[pool.last[better]!]!;
    const leavable = this.#request.first.some(
      ({ direction }) => direction >> 1 === channel.direction >> 1,
    );
    return leavable && !this.isOnPath(worse, channel.node);
  }
}
