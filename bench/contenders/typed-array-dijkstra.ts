/**
 * The textbook answer: Dijkstra backwards over typed arrays with true amounts, stopping when the source is reached.
 * Nothing is allocated while it runs. Without inbound fees and limits one label per node is exact, so this is also the
 * reference for costs.
 */
import { type IncomingDirections, outboundFee } from './incoming-directions.ts';
import { LazyHeap } from './lazy-heap.ts';

export interface DijkstraTerms {
  /** The payer; the same as `target` for a circle. */
  readonly source: number;
  readonly target: number;
  readonly amountMsat: number;
  /** Directions that the payment must leave and return by; -1: any. */
  readonly first: number;
  readonly last: number;
  /** Most that may leave the source. */
  readonly maxSentMsat: number;
}

export class TypedArrayDijkstra {
  readonly #graph: IncomingDirections;
  readonly #heap = new LazyHeap();
  /** What a node must be sent, valid where `seen` holds the current search's number. */
  readonly #askedMsat: Float64Array;
  readonly #seen: Uint32Array;
  readonly #settled: Uint32Array;
  #search = 0;

  constructor(graph: IncomingDirections) {
    this.#graph = graph;
    this.#askedMsat = new Float64Array(graph.nodeCount);
    this.#seen = new Uint32Array(graph.nodeCount);
    this.#settled = new Uint32Array(graph.nodeCount);
  }

  /** What must leave the source, in msat, or `null` where there is no way. */
  sentMsat({ source, target, amountMsat, first, last, maxSentMsat }: DijkstraTerms): number | null {
    const { offsets, from, direction, baseMsat, ratePpm, minMsat, maxMsat } = this.#graph;
    const [heap, askedMsat, seen, settled] = [
      this.#heap,
      this.#askedMsat,
      this.#seen,
      this.#settled,
    ];
    const search = ++this.#search;
    heap.clear();
    let bestMsat = maxSentMsat + 1;
    let [node, needsMsat, only] = [target, amountMsat, last];
    for (;;) {
      settled[node] = search;
      for (let i = offsets[node]!, end = offsets[node + 1]!; i < end; i++) {
        if (only >= 0 && direction[i] !== only) continue;
        // An amount below the channel's minimum is raised to it.
        const crossing = needsMsat < minMsat[i]! ? minMsat[i]! : needsMsat;
        if (crossing > maxMsat[i]!) continue;
        const giver = from[i]!;
        if (giver === source) {
          if ((first < 0 || direction[i] === first) && crossing < bestMsat) bestMsat = crossing;
          continue;
        }
        if (settled[giver] === search) continue;
        const asked = crossing + outboundFee(baseMsat[i]!, ratePpm[i]!, crossing);
        if (asked >= bestMsat || (seen[giver] === search && asked >= askedMsat[giver]!)) continue;
        seen[giver] = search;
        askedMsat[giver] = asked;
        heap.push(asked, giver);
      }
      only = -1;
      do {
        if (heap.size === 0) return bestMsat > maxSentMsat ? null : bestMsat;
        node = heap.pop();
      } while (settled[node] === search);
      needsMsat = heap.key;
      if (needsMsat >= bestMsat) return bestMsat > maxSentMsat ? null : bestMsat;
    }
  }
}
