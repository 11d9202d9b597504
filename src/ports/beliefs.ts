/** What is known of the balances of others. */
import type { NodeId } from '../units/ids.ts';

/**
 * What is known of one directed corridor, all channels from one node to another together. Amounts are `number`: they
 * are estimates, and never become part of a route. Dates are milliseconds since the Unix epoch, 0 where there was
 * nothing to date.
 */
export interface BeliefRow {
  readonly from: NodeId;
  readonly to: NodeId;
  /** This much passed, less what has been moved since. 0: nothing is known to pass. */
  readonly lowMsat: number;
  readonly lowAtMs: number;
  /** This much did not pass. Infinity: nothing is known to fail. */
  readonly highMsat: number;
  readonly highAtMs: number;
  /** When it failed for a reason that says nothing about its balance. */
  readonly suspectAtMs: number;
}

/**
 * What attempts have taught, as it is remembered from one process to the next. It says nothing about money: a loss of it
 * costs attempts.
 */
export interface BeliefState {
  /** At most one for each directed corridor. */
  readonly rows: readonly BeliefRow[];
  /** What models have learnt about the network as a whole, under names of their own. */
  readonly models: Readonly<Record<string, readonly number[]>>;
}

/**
 * What lnd's mission control remembers of one directed pair of nodes. Dates are milliseconds since the Unix epoch, in
 * whole seconds; `null`: it never happened.
 */
export interface MissionControlPair {
  readonly from: NodeId;
  readonly to: NodeId;
  /** The most that passed; 0 where nothing did. */
  readonly successAmtMsat: bigint;
  readonly successAtMs: number | null;
  /** The least that failed. With a date, 0 says that it failed whatever the amount. */
  readonly failAmtMsat: bigint;
  readonly failAtMs: number | null;
}

/** What became of pairs that were offered to the node's own memory of past payments. */
export interface MissionControlImport {
  /** Pairs that were given to the node. */
  readonly imported: number;
  /** Pairs that say nothing that the node would take. */
  readonly leftOut: number;
}
