/** One way of tending a node, as the operator benchmark runs it: types only. */
import type { NetworkGraph } from '../../src/graph/network-graph.ts';
import type { Clock, LightningNode } from '../../src/ports.ts';
import type { SeededRandom } from '../../src/sim/random.ts';
import type { NodeId } from '../../src/units/ids.ts';

export interface OperatorArm {
  /** `none`, `economic`, `balance`, `regolancer`, `rebalance-lnd`, ... */
  readonly name: string;
  /** Tends the node until the signal aborts, and resolves when nothing of its own is under way any more. */
  tend(setting: ArmSetting): Promise<ArmFigures>;
}

/** What an operator's program has: its node, the announced graph and the time. Balances of others are hidden. */
export interface ArmSetting {
  readonly node: LightningNode;
  readonly self: NodeId;
  readonly graph: NetworkGraph;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly signal: AbortSignal;
}

/** By the arm's own books; the simulator's truth is compared with them. */
export interface ArmFigures {
  readonly attempts: number;
  readonly settled: number;
  readonly movedMsat: bigint;
  /** Paid for what settled. */
  readonly feesMsat: bigint;
}

export const NO_FIGURES: ArmFigures = { attempts: 0, settled: 0, movedMsat: 0n, feesMsat: 0n };
