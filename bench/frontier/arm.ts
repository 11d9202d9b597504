/** One way of choosing routes, as the frontier benchmark runs it: types only. */

import type { Verdict } from '../../src/executor/verdict.ts';
import type { Failure } from '../../src/generated/messages/failure.ts';
import type { Route } from '../../src/generated/messages/route.ts';
import type { OwnLiquidity } from '../../src/graph/overlay.ts';
import type { GraphSnapshot } from '../../src/graph/snapshot.ts';
import type { LiquidityFact } from '../../src/liquidity/liquidity-fact.ts';
import type { Path } from '../../src/pathfinder/path.ts';
import type { SeededRandom } from '../../src/sim/random.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

/** One way of choosing routes, with its weight of reliability against fees. */
export interface ArmKind {
  /** `ballast`, `lnd-apriori`, `lnd-bimodal`, `exclude-pairs`, `ldk`, `fee-only`, `oracle`, ... */
  readonly name: string;
  /** Multipliers of the arm's own default weight that the sweep tries, 1 among them; `[1]` for arms that have none. */
  readonly weights: readonly number[];
  open(setting: ArmSetting): Arm;
}

export interface ArmSetting {
  /** The graph as the sender knows it: announced policies, of which a few are stale. The same object for all tasks. */
  readonly snapshot: GraphSnapshot;
  readonly self: NodeId;
  /** The multiplier. */
  readonly weight: number;
  readonly random: SeededRandom;
  /** Only the oracle may look at it. */
  readonly truth: Truth;
}

/** Beliefs live as long as the Arm: cold runs open a new one for each task, warm runs keep it for all tasks of a node. */
export interface Arm {
  /** Forgets what is kept within one task only. */
  begin(task: Task, nowMs: number): void;
  /** The next route to try, or `null`: gives up the task. Priced with the default final delta, within the fee limit. */
  next(nowMs: number): Path | null;
  /** What became of the route that `next` gave. */
  learn(result: AttemptResult, nowMs: number): void;
}

/** Move an amount out over one own channel and back over another. */
export interface Task {
  /** Its place in the node's sequence; time passes between tasks. */
  readonly index: number;
  readonly outChannelId: ChannelId;
  readonly inChannelId: ChannelId;
  readonly amountMsat: bigint;
  readonly maxFeeMsat: bigint;
  /** Those two channels with their exact balances: both can do the amount, the first with the whole fee limit. */
  readonly ownChannels: readonly OwnLiquidity[];
}

/** `Verdict` is that of the product's `interpretFailure`. */
export type AttemptResult =
  /** A `moved` fact for each hop. */
  | { readonly kind: 'settled'; readonly path: Path; readonly facts: readonly LiquidityFact[] }
  | {
      readonly kind: 'failed';
      readonly path: Path;
      readonly route: Route;
      readonly failure: Failure;
      readonly verdict: Verdict;
    };

/** What is hidden from everybody but the oracle, as it is now. */
export interface Truth {
  /** What nodes enforce: the sender's snapshot with its stale policies put right. */
  readonly snapshot: GraphSnapshot;
  /** What a direction can send, reserve taken off, msat. */
  sendableMsat(direction: number): number;
  /** By index of the snapshot. */
  isOnline(node: number): boolean;
}
