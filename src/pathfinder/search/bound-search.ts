/**
 * The bidirectional search at the fixed requested amount. All its weights are lower bounds, so the distances of the
 * forward half guide the exact search, and where the halves cannot meet within the limit there is no route.
 */
import type { AmountView } from '../view/amount-view.ts';
import { backwards, forwards, type Half, HalfSearch } from './half-search.ts';
import { Junction } from './junction.ts';
import type { RequestEdges } from './request-edges.ts';
import type { StartBounds, StartWay } from './search-task.ts';

export interface Meeting {
  /** Edges from the first node to the last one; without the request's own first and last channels. */
  readonly edges: readonly number[];
  readonly first: number;
  readonly last: number;
  /** No path costs less, but for one that is a single channel. */
  readonly leastMsat: number;
}

/** The half that begins at the start of the path. */
export interface ForwardHalf extends Half {
  begin(request: RequestEdges, limitMsat: number): void;
  /** Follows the edge of least distance. What this settles, or -1. */
  follow(): number;
  /** Reaches what lies one edge beyond; see `HalfSearch`. */
  reachFrom(settled: number, other: Half, junction: Junction): number;
  /** The way that a node's distance stands for. */
  wayTo(node: number): StartWay;
}

/** Edges that the forward half may look at for each of the backward half: what it settles guides the exact search. */
const FORWARD_SHARE = 3;

/** Edges followed at most to lengthen distances; beyond, the exact search is as quick. Measured on the real graph. */
const DEEPENING = 3000;

export class BoundSearch implements StartBounds {
  readonly #forward: ForwardHalf;
  readonly #backward: HalfSearch;
  readonly #deepening: number;
  /** Every node that the forward half did not settle lies at least this far from the start. */
  protected radius = 0;
  #leastFirst = 0;

  constructor(view: AmountView, half: { forward: ForwardHalf; deepening: number } = plain(view)) {
    this.#forward = half.forward;
    this.#deepening = half.deepening;
    this.#backward = new HalfSearch(backwards(view), view.nodeCount);
  }

  get leastFirstMsat(): number {
    return this.#leastFirst;
  }

  distanceTo(node: number): number {
    const distance = this.#forward.distance[node]!;
    return distance < this.radius ? distance : this.radius;
  }

  wayFor(node: number, _keepsMsat: number): StartWay | undefined {
    const known = this.#forward.distance[node]! < Number.POSITIVE_INFINITY;
    return known ? this.#forward.wayTo(node) : undefined;
  }

  /** The path of least weight below the limit, or `undefined` where there is none. */
  run(request: RequestEdges, limitMsat: number): Meeting | undefined {
    const [forward, backward] = [this.#forward, this.#backward];
    const junction = new Junction(limitMsat);
    forward.begin(request, limitMsat);
    backward.begin(request, limitMsat);
    this.#leastFirst = request.firstEnds.leastMsat;
    let [ahead, behind] = [0, 0];
    while (forward.key + backward.key < junction.totalMsat) {
      if (ahead <= behind * FORWARD_SHARE) {
        const settled = forward.follow();
        ahead += settled < 0 ? 1 : forward.reachFrom(settled, backward, junction);
      } else {
        const node = backward.follow();
        behind += node < 0 ? 1 : backward.reachFrom(node, forward, junction);
      }
    }
    this.radius = forward.key;
    return junction.node < 0 ? undefined : this.#meetingAt(junction);
  }

  /**
   * Nodes that neither half settled then lie on no path that costs less: the exact search, told so by their distance,
   * leaves out the many that are nearly as good, as nodes close to the target behind one dear channel are.
   */
  deepen(belowMsat: number): void {
    const [forward, backward] = [this.#forward, this.#backward];
    for (
      let steps = 0;
      steps < this.#deepening && forward.key + backward.key < belowMsat;
      steps++
    ) {
      if (steps % (FORWARD_SHARE + 1) > 0) forward.follow();
      else backward.follow();
    }
    this.radius = forward.key;
  }

  #meetingAt({ node, totalMsat }: Junction): Meeting {
    const { first, edges } = this.#forward.wayTo(node);
    const rest = this.#backward.trace(node);
    return { first, edges: [...edges, ...rest.edges], last: rest.end, leastMsat: totalMsat };
  }
}

const plain = (view: AmountView) => ({ forward: new PlainForward(view), deepening: DEEPENING });

class PlainForward extends HalfSearch implements ForwardHalf {
  constructor(view: AmountView) {
    super(forwards(view), view.nodeCount);
  }

  wayTo(node: number): StartWay {
    const { edges, end } = this.trace(node);
    return { first: end, edges: edges.reverse() };
  }
}
