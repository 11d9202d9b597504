/** The limits that a path keeps as a whole, apart from its fee: time lock, hops, onion bytes and probability. */
import { forwardingPayloadBytes, hopPayloadBytes } from '../../units/onion-size.ts';
import type { SearchTask } from './search-task.ts';

/** What a path uses of them from some node to its end. */
export interface Reach {
  cltvBlocks: number;
  hops: number;
  onionBytes: number;
  unlikelihood: number;
}

type LimitTask = Pick<SearchTask, 'limits' | 'mode' | 'finalCltvDelta' | 'blockHeight' | 'ahead'>;

export class ReachLimits {
  readonly #task: LimitTask;
  /** False where the search ignores them; then only time lock and hops are counted. */
  readonly counts: boolean;

  constructor(task: LimitTask) {
    this.#task = task;
    this.counts = task.mode !== 'ignored';
  }

  /** Of the target alone. */
  ofTarget(amountMsat: number): Reach {
    const { finalCltvDelta, blockHeight } = this.#task;
    const bytes = this.counts
      ? hopPayloadBytes({
          amountToForwardMsat: BigInt(amountMsat),
          expiry: blockHeight + finalCltvDelta,
          hasNextChannel: false,
          mppTotalMsat: BigInt(amountMsat),
        })
      : 0;
    return { cltvBlocks: finalCltvDelta, hops: 0, onionBytes: bytes, unlikelihood: 0 };
  }

  /** Adds a channel before the rest: its node forwards `amountMsat` over it, after which comes what is in `to`. */
  extend(
    to: Reach,
    channel: {
      readonly direction: number;
      readonly amountMsat: number;
      readonly timeLockDelta: number;
    },
  ): void {
    if (this.counts) {
      const { limits, blockHeight } = this.#task;
      to.onionBytes += forwardingPayloadBytes(channel.amountMsat, blockHeight + to.cltvBlocks);
      to.unlikelihood += limits.unlikelihood?.of(channel.direction) ?? 0;
    }
    to.cltvBlocks += channel.timeLockDelta;
    to.hops++;
  }

  /**
   * Whether a path can keep the limits that goes on from the node, if one is given. One more channel comes before it
   * all at least; but for that, the figures are those of the whole route.
   */
  allow(reach: Reach, node = -1): boolean {
    if (!this.counts) return true;
    const { limits, ahead } = this.#task;
    const { maxCltvBlocks, maxHops, maxOnionBytes, unlikelihood } = limits;
    const blocks = node >= 0 && ahead !== undefined ? ahead.blocks[node]! : 0;
    const hops = node >= 0 && ahead !== undefined ? ahead.hops[node]! : 0;
    return (
      (unlikelihood === undefined || reach.unlikelihood <= unlikelihood.max) &&
      reach.cltvBlocks + blocks <= maxCltvBlocks &&
      reach.hops + hops + 1 <= maxHops &&
      reach.onionBytes <= maxOnionBytes
    );
  }

  /** Whether a path is likely enough still when it leaves over this first channel. */
  allowFirst(unlikelihood: number, direction: number): boolean {
    const limit = this.#task.limits.unlikelihood;
    return !this.counts || limit === undefined || unlikelihood + limit.of(direction) <= limit.max;
  }
}
