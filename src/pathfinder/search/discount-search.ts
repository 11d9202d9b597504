/**
 * The bidirectional search for views with inbound discounts. What a node keeps then depends on the pair of channels; an
 * edge's weight assumes the node's largest discount on every arrival. So the forward half keeps ways apart by the
 * channel that they arrive over. The backward half goes by weights: it only finds where to meet.
 */
import type { AmountView } from '../view/amount-view.ts';
import type { ArrivalLabels } from './arrival-labels.ts';
import { BoundSearch } from './bound-search.ts';
import type { StartWay } from './search-task.ts';
import { WaySearch } from './way-search.ts';

/** As in `bound-search.ts`; less, as ways take longer to follow, and paths often cost far more than their bound. */
const DEEPENING = 300;

export class DiscountSearch extends BoundSearch {
  readonly #bounds: AmountView['bounds'];
  readonly #ways: ArrivalLabels;

  constructor(view: AmountView) {
    const forward = new WaySearch(view);
    super(view, { forward, deepening: DEEPENING });
    this.#bounds = view.bounds;
    this.#ways = forward.ways;
  }

  restMsat(node: number, keepsMsat: number): number {
    const { leastOutMsat, leastInMsat } = this.#bounds;
    const least = leastInMsat[node]!;
    const unknown =
      this.radius + Math.max(0, keepsMsat + least) - Math.max(0, leastOutMsat[node]! + least);
    return Math.min(unknown, this.#ways.leastFor(node, keepsMsat));
  }

  override wayFor(node: number, keepsMsat: number): StartWay | undefined {
    this.#ways.leastFor(node, keepsMsat);
    return this.#ways.bestWay < 0 ? undefined : this.#ways.wayTo(this.#ways.bestWay);
  }
}
