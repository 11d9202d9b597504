/**
 * LDK's scorer in Ballast's search, for LDK's own router knows no way back to its own node: fees plus penalties, channel
 * by channel as announced. As in LDK, what just failed is left out until the payment ends, bounds and history are kept,
 * and policies that failures bring are not believed.
 */
import type { Blame } from '../../../../src/executor/verdict.ts';
import { LdkScorer, type ScoredHop } from '../../../../src/liquidity/ldk/ldk-scorer.ts';
import type { LdkFees } from '../../../../src/liquidity/ldk/parameters.ts';
import { findCircularRoute } from '../../../../src/pathfinder/find-circular-route.ts';
import type { Path } from '../../../../src/pathfinder/path.ts';
import type { ChannelId } from '../../../../src/units/ids.ts';
import type { Arm, ArmSetting, AttemptResult, Task } from '../../arm.ts';
import { penaltyPrices, scoredHop } from './penalty-prices.ts';

/**
 * Codes after which LDK takes the channel out of its graph, and how long it remembers not to take it in again (LDK:
 * `onion_utils.rs`, `gossip.rs`). An offline peer is one of them, as far as the message tells.
 */
const REMOVING: readonly string[] = [
  'UNKNOWN_NEXT_PEER',
  'PERMANENT_CHANNEL_FAILURE',
  'REQUIRED_CHANNEL_FEATURE_MISSING',
];
const REMOVED_MS = 7 * 86_400_000;
/** LDK's `DEFAULT_MAX_TOTAL_CLTV_EXPIRY_DELTA`, and how often its background processor lets time pass. */
const MOST_CLTV_BLOCKS = 1008;
const TICK_MS = 5 * 60_000;

export class LdkArm implements Arm {
  readonly #setting: ArmSetting;
  readonly #fees: LdkFees;
  readonly #scorer = new LdkScorer();
  #task!: Task;
  #failed: readonly ChannelId[] = [];
  /** Channels that were taken out of the graph, and when. */
  readonly #removedAtMs = new Map<ChannelId, number>();
  #tickedAtMs = 0;

  constructor(setting: ArmSetting, fees: LdkFees) {
    this.#setting = setting;
    this.#fees = fees;
  }

  begin(task: Task): void {
    this.#task = task;
    this.#failed = [];
  }

  next(nowMs: number): Path | null {
    this.#tick(nowMs);
    const { snapshot, self, weight } = this.#setting;
    const { amountMsat, maxFeeMsat, outChannelId, inChannelId, ownChannels } = this.#task;
    const terms = { amountMsat: Number(amountMsat), fees: this.#fees, weight };
    const result = findCircularRoute(snapshot, {
      self,
      outChannels: [outChannelId],
      inChannels: [inChannelId],
      amountMsat,
      maxFeeMsat,
      maxCltvBlocks: MOST_CLTV_BLOCKS,
      siblings: 'named',
      exclude: { channels: [...this.#failed, ...this.#removedAtMs.keys()] },
      overlay: { ownChannels },
      cost: { timeLockRiskPpb: 0, reliability: penaltyPrices(snapshot, this.#scorer, terms) },
    });
    return result.kind === 'route' ? result.path : null;
  }

  learn(result: AttemptResult, nowMs: number): void {
    const { path } = result;
    const hops = path.hops.map(({ channelId, from }) => this.#hop(channelId, from));
    const payment = { amountMsat: Number(this.#task.amountMsat), nowMs };
    if (result.kind === 'settled') {
      this.#scorer.settled({ hops: announced(hops), ...payment });
      return;
    }
    const { blame, position } = result.verdict;
    if (position === 'final') {
      this.#scorer.failed({ hops: announced(hops), ...payment }, true);
      return;
    }
    const failedAt = failedHop(result, blame);
    if (failedAt === null) return;
    const { channelId } = path.hops[failedAt]!;
    this.#failed = [...this.#failed, channelId];
    if (failedAt > 0 && REMOVING.includes(result.verdict.code)) {
      this.#removedAtMs.set(channelId, nowMs);
    }
    this.#scorer.failed({ hops: announced(hops.slice(0, failedAt + 1)), ...payment });
  }

  #tick(nowMs: number): void {
    if (nowMs - this.#tickedAtMs < TICK_MS) return;
    this.#scorer.timePassed(nowMs);
    for (const [channelId, atMs] of this.#removedAtMs) {
      if (nowMs - atMs >= REMOVED_MS) this.#removedAtMs.delete(channelId);
    }
    this.#tickedAtMs = nowMs;
  }

  #hop(channelId: ChannelId, from: Path['hops'][number]['from']): ScoredHop | null {
    const { snapshot } = this.#setting;
    return scoredHop(snapshot, snapshot.directionFrom(channelId, from)!);
  }
}

const announced = (hops: readonly (ScoredHop | null)[]): ScoredHop[] =>
  hops.filter((hop) => hop !== null);

/**
 * Place of the channel that LDK blames: the one into a node that failed as a whole, else the one behind the failing
 * node; `null` where nobody can tell, which LDK learns nothing from (LDK: `onion_utils.rs`).
 */
function failedHop({ verdict }: AttemptResult & { kind: 'failed' }, blame: Blame): number | null {
  const { sourceIndex } = verdict;
  if (sourceIndex === null) return null;
  return blame.kind === 'node' ? Math.max(0, sourceIndex - 1) : sourceIndex;
}
