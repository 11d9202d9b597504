/** What unreliability is worth avoiding, for each direction of a snapshot, at one amount. */
import { DirectionPrices } from '../graph/direction-prices.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { NodeId } from '../units/ids.ts';
import type { Beliefs } from './beliefs.ts';
import type { Changes } from './changes.ts';
import {
  corridorBetween,
  type DirectionKinds,
  directionKinds,
  snapshotCorridors,
} from './snapshot-corridors.ts';

/** So unlikely a corridor is still tried where nothing else is left. */
const LEAST_PROBABILITY = 1e-3;
/** Of a direction whose announced policy does not take the amount; news may prove that it does. */
const UNUSABLE = Math.LN2;
/**
 * Evidence fades: what is older than this since it was last reckoned is reckoned anew. What has just failed is soon ten
 * times as likely as a moment before.
 */
const REFRESH_MS = 60 * 1000;

/** Of one amount: a search tries a few, and requests may value attempts differently. Each takes 1 MB at mainnet size. */
const MOST_WEIGHTS = 16;

/** What prices of unreliability are asked for. */
export interface PricedAmount {
  readonly snapshot: GraphSnapshot;
  /** Whose channels have known balances, and so no price. */
  readonly self: NodeId;
  readonly amountMsat: number;
}

/**
 * -ln of each direction's probability, kept up to date with a book, and the same multiplied by weights as prices for a
 * search. Only corridors that changed are reckoned anew.
 */
export class ReliabilityPrices {
  readonly #beliefs: Beliefs;
  readonly #asked: PricedAmount;
  readonly #kinds: DirectionKinds;
  readonly #unlikelihood: Float64Array;
  readonly #weighted = new Map<number, DirectionPrices>();
  readonly #changes: Changes;
  #epoch = -1;
  #refreshedMs = 0;

  constructor(beliefs: Beliefs, asked: PricedAmount) {
    this.#beliefs = beliefs;
    this.#asked = asked;
    this.#changes = beliefs.follow();
    this.#kinds = directionKinds(asked.snapshot, asked.amountMsat);
    this.#unlikelihood = new Float64Array(2 * asked.snapshot.channelSlots);
  }

  /** Nobody asks any more. */
  end(): void {
    this.#beliefs.unfollow(this.#changes);
  }

  /** Prices of `weightMsat` x -ln P now; the same object for the same weight, changed in place. */
  at(weightMsat: number, nowMs: number): DirectionPrices {
    this.#update(nowMs);
    let prices = this.#weighted.get(weightMsat);
    if (prices === undefined) {
      if (this.#weighted.size === MOST_WEIGHTS) this.#weighted.clear();
      prices = new DirectionPrices(this.#unlikelihood.map((u) => weightMsat * u));
      this.#weighted.set(weightMsat, prices);
    }
    return prices;
  }

  #update(nowMs: number): void {
    const epoch = this.#beliefs.epoch;
    if (this.#changes.everything || epoch !== this.#epoch) {
      this.#reckonAll(nowMs);
    } else {
      this.#reckonChanged(nowMs);
      if (nowMs - this.#refreshedMs > REFRESH_MS) this.#refresh(nowMs);
    }
    this.#epoch = epoch;
    this.#changes.clear();
  }

  #reckonChanged(nowMs: number): void {
    for (const at of this.#changes.corridors) this.#reckonKnown(at, nowMs);
    for (const nodeId of this.#changes.nodes) this.#reckonNode(nodeId, nowMs);
  }

  #refresh(nowMs: number): void {
    for (const at of this.#beliefs.table.corridors()) this.#reckonKnown(at, nowMs);
    for (const nodeId of this.#beliefs.nodes.all()) this.#reckonNode(nodeId, nowMs);
    this.#refreshedMs = nowMs;
  }

  #reckonNode(nodeId: NodeId, nowMs: number): void {
    const { snapshot } = this.#asked;
    const node = snapshot.nodeIndex(nodeId);
    if (node === undefined) return;
    const { offsets, outgoing } = snapshot.adjacency;
    const { corridorOf } = snapshotCorridors(snapshot);
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      for (const direction of [outgoing[i]!, outgoing[i]! ^ 1]) {
        this.#reckon(corridorOf[direction]!, nowMs);
      }
    }
  }

  #reckonAll(nowMs: number): void {
    const { amountMsat } = this.#asked;
    const { kinds, kindOf } = this.#kinds;
    const unknown = kinds.map((channels) =>
      unlikelihoodOf(this.#beliefs.unknownProbability(channels, { amountMsat, nowMs })),
    );
    for (let direction = 0; direction < this.#unlikelihood.length; direction++) {
      const kind = kindOf[direction]!;
      this.#unlikelihood[direction] = kind < 0 ? UNUSABLE : unknown[kind]!;
    }
    this.#clearOwn();
    this.#weighted.clear();
    this.#refresh(nowMs);
  }

  /** A corridor that the book knows something of. */
  #reckonKnown(at: number, nowMs: number): void {
    const { table } = this.#beliefs;
    const between = { from: table.from(at), to: table.to(at) };
    const corridor = corridorBetween(this.#asked.snapshot, between);
    if (corridor >= 0) this.#reckon(corridor, nowMs);
  }

  #reckon(corridor: number, nowMs: number): void {
    const { snapshot, self, amountMsat } = this.#asked;
    const { directions, start } = snapshotCorridors(snapshot);
    const first = directions[start[corridor]!]!;
    const [from, to] = [snapshot.nodeId(snapshot.from(first)), snapshot.nodeId(snapshot.to(first))];
    if (from === self || to === self) return;
    const { table } = this.#beliefs;
    const at = table.find(from, to);
    for (let i = start[corridor]!; i < start[corridor + 1]!; i++) {
      const kind = this.#kinds.kindOf[directions[i]!]!;
      if (kind < 0) continue;
      const channels = this.#kinds.kinds[kind]!;
      const asked = { from, to, amountMsat, nowMs };
      this.#set(directions[i]!, unlikelihoodOf(this.#beliefs.probability(at, channels, asked)));
    }
  }

  #clearOwn(): void {
    const { snapshot, self } = this.#asked;
    const node = snapshot.nodeIndex(self);
    if (node === undefined) return;
    const { offsets, outgoing } = snapshot.adjacency;
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      this.#unlikelihood[outgoing[i]!] = 0;
      this.#unlikelihood[outgoing[i]! ^ 1] = 0;
    }
  }

  #set(direction: number, unlikelihood: number): void {
    if (this.#unlikelihood[direction] === unlikelihood) return;
    this.#unlikelihood[direction] = unlikelihood;
    for (const [weightMsat, prices] of this.#weighted) {
      prices.set(direction, weightMsat * unlikelihood);
    }
  }
}

/** A model of the caller's may give no number: then the worst is assumed. */
const unlikelihoodOf = (probability: number): number =>
  -Math.log(probability > LEAST_PROBABILITY ? Math.min(1, probability) : LEAST_PROBABILITY);
