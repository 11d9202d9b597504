/** The best few circles so far. */
import type { PlannedCircle } from './plan-request.ts';

export class RankedCircles {
  readonly #most: number;
  readonly #leastNetMsat: number;
  readonly #circles: PlannedCircle[] = [];

  constructor(most: number, leastNetMsat: number) {
    this.#most = most;
    this.#leastNetMsat = leastNetMsat;
  }

  /** A circle of less net gain than this would not be kept. */
  get thresholdMsat(): number {
    const last = this.#circles[this.#most - 1];
    return last === undefined ? this.#leastNetMsat : last.netMsat;
  }

  add(circle: PlannedCircle): void {
    if (circle.netMsat < this.#leastNetMsat) return;
    let [low, high] = [0, this.#circles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comesBefore(this.#circles[middle]!, circle)) low = middle + 1;
      else high = middle;
    }
    this.#circles.splice(low, 0, circle);
    this.#circles.length = Math.min(this.#circles.length, this.#most);
  }

  best(): readonly PlannedCircle[] {
    return this.#circles;
  }
}

/** By net gain; equals by fee, then by channels and amount, so that the order never depends on who was searched first. */
function comesBefore(a: PlannedCircle, b: PlannedCircle): boolean {
  if (a.netMsat !== b.netMsat) return a.netMsat > b.netMsat;
  if (a.quote.feeMsat !== b.quote.feeMsat) return a.quote.feeMsat < b.quote.feeMsat;
  if (a.outChannel !== b.outChannel) return a.outChannel < b.outChannel;
  if (a.inChannel !== b.inChannel) return a.inChannel < b.inChannel;
  return a.amountMsat <= b.amountMsat;
}
