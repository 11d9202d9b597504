/** The whole paths that an exact search comes across, and the price that is to beat. */
import { outboundFeeNumber } from '../../units/fee-number.ts';
import type { AmountView } from '../view/amount-view.ts';
import { HOP_MSAT } from '../view/bounds.ts';
import { isSteep } from '../view/edge-terms.ts';
import type { LabelPool } from './label-pool.ts';
import { arriving, priceMeeting } from './price-meeting.ts';
import type { Reach, ReachLimits } from './reach-limits.ts';
import type { FoundPath, SearchTask } from './search-task.ts';

/** A first channel and edges, before the node of a label that knows the rest; label -1 for the first channel alone. */
interface Completion {
  readonly first: number;
  readonly edges: readonly number[];
  readonly label: number;
  readonly sentMsat: number;
  readonly costMsat: number;
}

export class Completions {
  readonly #view: AmountView;
  readonly #pool: LabelPool;
  #task!: SearchTask;
  #limits!: ReachLimits;
  #best: Completion | undefined;
  #seeded: FoundPath | undefined;
  #walk: Completion | undefined;
  /** Whole costs below this are improvements. */
  bestMsat = 0;
  /** Least cost of a completion that passes a node twice. */
  walkMsat = 0;
  /** False once a first channel was looked at over which a larger amount could pay less. */
  monotone = true;

  constructor(view: AmountView, pool: LabelPool) {
    this.#view = view;
    this.#pool = pool;
  }

  begin(task: SearchTask, limits: ReachLimits): void {
    this.#task = task;
    this.#limits = limits;
    this.#best = undefined;
    this.#walk = undefined;
    this.walkMsat = Number.POSITIVE_INFINITY;
    this.monotone = true;
    const { request, meeting, mode } = task;
    const { maxFeeMsat } = task.limits;
    // A fee of exactly the limit is an improvement.
    const mostMsat = request.priced ? Number.POSITIVE_INFINITY : maxFeeMsat + 1;
    this.bestMsat = Math.ceil(Math.min(mostMsat, task.belowMsat));
    this.#seeded = undefined;
    // What breaks a limit on time lock, hops or bytes must not prune what keeps it.
    if (meeting === undefined || mode !== 'ignored') return;
    const seeded = priceMeeting(meeting, request, maxFeeMsat);
    if (seeded === undefined || seeded.costMsat >= this.bestMsat) return;
    this.#seeded = seeded;
    this.bestMsat = Math.floor(seeded.costMsat);
  }

  /** Whether the bounds alone prove that nothing beats what is known. */
  get proven(): boolean {
    const { meeting, request } = this.#task;
    return meeting !== undefined && !request.direct && meeting.leastMsat >= this.bestMsat;
  }

  /** Whether what was found needs the label. */
  keeps(label: number): boolean {
    return this.#best?.label === label || this.#walk?.label === label;
  }

  found(): FoundPath | undefined {
    if (this.#best === undefined) return this.#seeded;
    const { first, sentMsat, costMsat } = this.#best;
    const { edge, parent } = this.#pool;
    const edges = [...this.#best.edges];
    let label = this.#best.label;
    for (; label >= 0 && edge[label]! >= 0; label = parent[label]!) edges.push(edge[label]!);
    const last = label < 0 ? -1 : -1 - edge[label]!;
    return { first, edges, last, sentMsat, costMsat };
  }

  /** Nodes that the best walk passes more than once, where it costs less than the best path. */
  passedAgain(): readonly number[] {
    if (this.#walk === undefined || this.walkMsat >= this.bestMsat) return [];
    const { node, parent } = this.#pool;
    const [seen, again] = [new Set<number>(), new Set<number>()];
    for (let at = this.#walk.label; at >= 0; at = parent[at]!) {
      (seen.has(node[at]!) ? again : seen).add(node[at]!);
    }
    return [...again];
  }

  /** One channel from source to target: nobody forwards. */
  addDirect(last: number): void {
    const { request } = this.#task;
    const { amountMsat } = this.#view;
    const { direction } = request.last[last]!;
    const first = request.first.findIndex((channel) => channel.direction === direction);
    if (first < 0) return;
    const reach = this.#limits.ofTarget(amountMsat);
    if (!this.#limits.allow(reach) || !this.#limits.allowFirst(0, direction)) return;
    const costMsat = request.first[first]!.priceMsat + HOP_MSAT;
    this.#add({ first, edges: [], label: -1, sentMsat: amountMsat, costMsat });
  }

  /** Tries every first channel that leads to the label's node, except the one that the path comes back over. */
  addFirsts(label: number, firstIndex: number): void {
    const { firstEnds, first } = this.#task.request;
    const { xMsat, pMsat, unlikelihood } = this.#pool;
    for (let i = firstIndex; i >= 0; i = firstEnds.next(i)) {
      const { terms, edge } = first[i]!;
      if (isSteep(terms, edge)) this.monotone = false;
      this.#addFirst(
        { first: i, edges: [], label },
        {
          xMsat: xMsat[label]!,
          pMsat: pMsat[label]!,
          unlikelihood: unlikelihood[label]!,
          pricesMsat: 0,
        },
      );
    }
  }

  /** Tries the way that the bounds know to the label's node: the sooner there is a price to beat, the fewer labels. */
  addWay(label: number): void {
    const { request, bounds } = this.#task;
    // Without discounts the path that the bounds found is the best in 99 of 100 real searches: no way beats it.
    if (this.#seeded !== undefined && bounds.restMsat === undefined) return;
    const pool = this.#pool;
    const { terms, from } = this.#view;
    let [xMsat, pMsat] = [pool.xMsat[label]!, pool.pMsat[label]!];
    const way = bounds.wayFor?.(pool.node[label]!, pMsat - xMsat);
    if (way === undefined) return;
    const reach: Reach = {
      cltvBlocks: pool.cltvBlocks[label]!,
      hops: pool.hops[label]!,
      onionBytes: pool.onionBytes[label]!,
      unlikelihood: pool.unlikelihood[label]!,
    };
    let pricesMsat = 0;
    for (let i = way.edges.length - 1; i >= 0; i--) {
      const edge = way.edges[i]!;
      if (pool.isPassed(label, from[edge]!)) return;
      xMsat = arriving(terms, edge, xMsat, pMsat);
      if (xMsat > request.maximum(edge)) return;
      pMsat = xMsat + outboundFeeNumber(terms.feeBaseMsat[edge]!, terms.feeRatePpm[edge]!, xMsat);
      pricesMsat += request.priceMsat(edge) + HOP_MSAT;
      const [direction, timeLockDelta] = [terms.direction[edge]!, terms.timeLockDelta[edge]!];
      this.#limits.extend(reach, { direction, amountMsat: xMsat, timeLockDelta });
    }
    if (!this.#limits.allow(reach) || passesTwice(way.edges, from)) return;
    this.#addFirst(
      { ...way, label },
      { xMsat, pMsat, unlikelihood: reach.unlikelihood, pricesMsat },
    );
  }

  #addFirst(
    way: Pick<Completion, 'first' | 'edges' | 'label'>,
    at: { xMsat: number; pMsat: number; unlikelihood: number; pricesMsat: number },
  ): void {
    const { request, limits } = this.#task;
    const pool = this.#pool;
    const { label } = way;
    if (way.edges.length === 0 && pool.parent[label]! < 0 && !request.mayTurn) return;
    const { terms, edge, direction, priceMsat } = request.first[way.first]!;
    const back = request.last[pool.last[label]!]!.direction >> 1;
    if (direction >> 1 === back || !this.#limits.allowFirst(at.unlikelihood, direction)) return;
    const sentMsat = arriving(terms, edge, at.xMsat, at.pMsat);
    const feeMsat = sentMsat - this.#view.amountMsat;
    if (sentMsat > terms.maxMsat[edge]! || feeMsat > limits.maxFeeMsat) return;
    const pricesMsat = pool.priceMsat[label]! + at.pricesMsat + priceMsat;
    const costMsat = feeMsat + pricesMsat + (pool.hops[label]! + 1) * HOP_MSAT;
    this.#add({ ...way, sentMsat, costMsat });
  }

  /** From here on only what is cheaper by a whole msat counts: a trifle per hop decides which path is tried first. */
  #add(completion: Completion): void {
    const { costMsat, label } = completion;
    if (costMsat >= this.bestMsat) return;
    if (this.#task.onceOnly === undefined || !this.#pool.passesTwice(label)) {
      this.#best = completion;
      this.bestMsat = Math.floor(costMsat);
    } else if (costMsat < this.walkMsat) {
      this.#walk = completion;
      this.walkMsat = costMsat;
    }
  }
}

function passesTwice(edges: readonly number[], from: Uint32Array): boolean {
  return new Set(edges.map((edge) => from[edge]!)).size < edges.length;
}
