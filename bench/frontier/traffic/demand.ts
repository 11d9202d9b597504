/**
 * Who pays whom how much. Nobody outside knows, so the rules are few and stated:
 *
 * - 150 services (merchants, exchanges) and 250 nodes behind which wallets sit are drawn from the 2,500 nodes with the
 *   most capacity; smaller networks have fewer of them.
 * - Three payments of four go to a service, drawn by Zipf's law; six of ten of those come from a wallets' node, drawn by
 *   Zipf's law too, and four from any node of the network. The fourth goes back: a service pays a wallets' node.
 * - Amounts are log-normal with a median of 40,000 sat (120,000 where services pay out) and sigma 1.6, up to 5,000,000.
 */
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { PaymentGraph } from './payment-graph.ts';

export interface Wish {
  readonly sender: number;
  readonly receiver: number;
  readonly amountMsat: number;
}

const ENDPOINTS = 2500;
const SERVICES = 150;
const WALLETS = 250;
const TO_SERVICES = 0.75;
const FROM_WALLETS = 0.6;
const MEDIAN_MSAT = 40_000_000;
const PAY_OUT_MEDIAN_MSAT = 120_000_000;
const SIGMA = 1.6;
const LEAST_MSAT = 1_000_000;
const MOST_MSAT = 5_000_000_000;

export class Demand {
  readonly #random: SeededRandom;
  readonly #nodeCount: number;
  readonly #services: Popularity;
  readonly #wallets: Popularity;

  constructor(graph: PaymentGraph, random: SeededRandom) {
    this.#random = random;
    const nodes = Array.from({ length: graph.nodeCount }, (_, node) => node);
    nodes.sort((a, b) => graph.capacitySat[b]! - graph.capacitySat[a]! || a - b);
    const endpoints = nodes.slice(0, ENDPOINTS);
    random.shuffle(endpoints);
    const share = endpoints.length / ENDPOINTS;
    const services = Math.ceil(SERVICES * share);
    const wallets = Math.ceil(WALLETS * share);
    this.#nodeCount = graph.nodeCount;
    this.#services = new Popularity(endpoints.slice(0, services));
    this.#wallets = new Popularity(endpoints.slice(services, services + wallets));
  }

  next(): Wish {
    const random = this.#random;
    for (;;) {
      const toService = random.chance(TO_SERVICES);
      const service = this.#services.draw(random);
      const other =
        toService && !random.chance(FROM_WALLETS)
          ? random.below(this.#nodeCount)
          : this.#wallets.draw(random);
      const amountMsat = this.#amount(toService ? MEDIAN_MSAT : PAY_OUT_MEDIAN_MSAT);
      if (other === service) continue;
      return toService
        ? { sender: other, receiver: service, amountMsat }
        : { sender: service, receiver: other, amountMsat };
    }
  }

  #amount(medianMsat: number): number {
    const amount = medianMsat * Math.exp(SIGMA * normal(this.#random));
    return Math.floor(Math.max(LEAST_MSAT, Math.min(MOST_MSAT, amount)));
  }
}

/** Zipf's law with exponent 1: the n-th of a list is drawn 1/n times as often as the first. */
class Popularity {
  readonly #nodes: readonly number[];
  readonly #upTo: Float64Array;

  constructor(nodes: readonly number[]) {
    this.#nodes = nodes;
    this.#upTo = new Float64Array(nodes.length);
    let total = 0;
    for (let i = 0; i < nodes.length; i++) {
      total += 1 / (i + 1);
      this.#upTo[i] = total;
    }
  }

  draw(random: SeededRandom): number {
    const lot = random.unit() * this.#upTo.at(-1)!;
    let [low, high] = [0, this.#upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#upTo[middle]! > lot) high = middle;
      else low = middle + 1;
    }
    return this.#nodes[low]!;
  }
}

/** Box and Muller's, one of the two. */
export function normal(random: SeededRandom): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
  return radius * Math.cos(2 * Math.PI * random.unit());
}
