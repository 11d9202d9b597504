/**
 * What keeps others' channels alive: whoever finds one of theirs nearly empty refills it by a swap, sooner or later.
 * The draws do not depend on what they find, so that two runs get the same chances.
 */
import type { ChannelId, NodeId } from '../units/ids.ts';
import { HOUR_MS } from '../units/time.ts';
import type { SimulatedNetwork } from './network.ts';
import type { SeededRandom } from './random.ts';

/** An end with less than this share of the capacity is nearly empty. */
const EMPTY_SHARE = 0.05;
/** Node1's share after a refill. */
const LEAST_REFILLED = 0.3;
const MOST_REFILLED = 0.7;

export interface UpkeepOptions {
  readonly random: SeededRandom;
  /** Chance in an hour, from 0 to 1. */
  readonly perHour: number;
  /** Whose channels are left alone. */
  readonly bystanders: ReadonlySet<NodeId>;
}

export class TrafficUpkeep {
  readonly #network: SimulatedNetwork;
  readonly #options: UpkeepOptions;
  #hours = 0;
  refills = 0;

  constructor(network: SimulatedNetwork, options: UpkeepOptions) {
    this.#network = network;
    this.#options = options;
  }

  /** Does what has come due since the beginning. */
  follow(atMs: number): void {
    if (this.#options.perHour <= 0) return;
    for (; this.#hours < Math.floor(atMs / HOUR_MS); this.#hours++) this.#lookAround();
  }

  #lookAround(): void {
    const { random, perHour, bystanders } = this.#options;
    for (const { channelId, node1, node2 } of this.#network.description().channels) {
      if (bystanders.has(node1) || bystanders.has(node2)) continue;
      const drawn = random.unit() < perHour;
      const share = LEAST_REFILLED + (MOST_REFILLED - LEAST_REFILLED) * random.unit();
      if (drawn) this.#refill(channelId, share);
    }
  }

  #refill(channelId: ChannelId, share: number): void {
    const { node1, node2, balance1Msat, balance2Msat } = this.#network.balances(channelId);
    const settledMsat = balance1Msat + balance2Msat;
    const share1 = Number(balance1Msat) / Number(settledMsat);
    if (share1 >= EMPTY_SHARE && share1 <= 1 - EMPTY_SHARE) return;
    const wantedMsat = BigInt(Math.floor(Number(settledMsat) * share));
    const from = balance1Msat > wantedMsat ? node1 : node2;
    const missingMsat = from === node1 ? balance1Msat - wantedMsat : wantedMsat - balance1Msat;
    const roomMsat = this.#network.bandwidthMsat(channelId, from);
    const amountMsat = missingMsat < roomMsat ? missingMsat : roomMsat;
    if (amountMsat <= 0n) return;
    this.#network.shiftBalance({ channelId, from, amountMsat });
    this.refills++;
  }
}
