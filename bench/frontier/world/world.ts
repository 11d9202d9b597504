/**
 * The network as it truly is while one arm works through one node's tasks: hidden balances, who is offline, which
 * policies are enforced. What happens by itself is the same for every arm; only settled payments make a difference.
 */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import type { Truth } from '../arm.ts';
import type { WorldRecipe } from './world-recipe.ts';

export class World implements Truth {
  readonly recipe: WorldRecipe;
  readonly snapshot: GraphSnapshot;
  readonly #usable: Float64Array;
  /** What happened by itself. */
  readonly #base: Float64Array;
  /** What this arm's payments moved to node1 since, by slot. */
  readonly #moved: Float64Array;
  readonly #touched = new Set<number>();
  readonly #offline: Uint8Array;
  #step = 0;
  #balanceEvents = 0;
  #offlineEvents = 0;

  constructor(recipe: WorldRecipe) {
    this.recipe = recipe;
    this.snapshot = recipe.enforced;
    this.#usable = recipe.balances.usableMsat;
    this.#base = recipe.balances.shareMsat.slice();
    this.#moved = new Float64Array(this.#base.length);
    this.#offline = recipe.offline.offline.slice();
  }

  get step(): number {
    return this.#step;
  }

  /** Lets time pass. */
  advanceTo(step: number): void {
    if (step < this.#step) throw new RangeError(`step ${step} is past: it is step ${this.#step}`);
    const { balances, offline } = this.recipe;
    for (; balances.eventStep[this.#balanceEvents]! <= step; this.#balanceEvents++) {
      const slot = balances.eventSlot[this.#balanceEvents]!;
      this.#base[slot] = balances.eventShareMsat[this.#balanceEvents]!;
      if (balances.eventRenews[this.#balanceEvents] === 1) this.#moved[slot] = 0;
    }
    for (; offline.eventStep[this.#offlineEvents]! <= step; this.#offlineEvents++) {
      this.#offline[offline.eventNode[this.#offlineEvents]!]! ^= 1;
    }
    this.#step = step;
  }

  /** Takes back whatever payments moved. */
  forgetPayments(): void {
    for (const slot of this.#touched) this.#moved[slot] = 0;
    this.#touched.clear();
  }

  sendableMsat(direction: number): number {
    const slot = direction >> 1;
    const share = this.#share(slot);
    return (direction & 1) === 0 ? share : this.#usable[slot]! - share;
  }

  usableMsat(slot: number): number {
    return this.#usable[slot]!;
  }

  isOnline(node: number): boolean {
    return this.#offline[node] === 0;
  }

  /**
   * Sends an amount over a direction for good.
   *
   * @throws Error where it is not there.
   */
  move(direction: number, amountMsat: number): void {
    const left = this.sendableMsat(direction) - amountMsat;
    if (left < 0) throw new Error(`direction ${direction} lacks ${-left} msat for a payment`);
    this.setSendable(direction, left);
  }

  /** For the node's own channels, which are brought into position before each task. */
  setSendable(direction: number, amountMsat: number): void {
    const slot = direction >> 1;
    const share = (direction & 1) === 0 ? amountMsat : this.#usable[slot]! - amountMsat;
    this.#moved[slot] = share - this.#base[slot]!;
    this.#touched.add(slot);
  }

  /** What was moved may not fit any more once others have moved theirs: then the channel is full or empty. */
  #share(slot: number): number {
    const share = this.#base[slot]! + this.#moved[slot]!;
    return share < 0 ? 0 : Math.min(share, this.#usable[slot]!);
  }
}
