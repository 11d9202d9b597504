/** What is asked of a Rebalancer that runs by itself, and what it tells while it does. */
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type { PlannedMove, RebalancePlan } from '../planner/rebalance-plan.ts';
import type { PlanRequest } from '../planner/rebalance-plan-request.ts';
import type { ChannelId } from '../units/ids.ts';
import type {
  JustInTimeEvent,
  JustInTimeFigures,
  JustInTimeOptions,
} from './just-in-time-options.ts';

/** How a Rebalancer runs by itself; everything has a default. */
export interface RunOptions {
  /** What to plan. A function is asked anew each round, so that settings may change meanwhile. @defaultValue `{}` */
  readonly plan?: PlanRequest | (() => PlanRequest);
  /**
   * Milliseconds from the end of a round to the next plan, from 1,000 to a day. @defaultValue 600,000: forwards shift
   * balances over hours, and where a channel earns much, what has just failed had better be tried again within minutes
   */
  readonly intervalMs?: number;
  /** Moves of a plan that are made before the next one, best first. @defaultValue all that were planned: 20 at most */
  readonly maxMovesPerRound?: number;
  /** Search and price each move as if it were to be sent, and send nothing. @defaultValue false */
  readonly dryRun?: boolean;
  /**
   * Plan in a thread of its own, so that the caller's does not wait for it. The plan is the same. Beliefs that are the
   * caller's own cannot be copied there, so with those it is the caller's thread that plans. @defaultValue true; give
   * false where nothing may happen beside the clock, as in simulated time
   */
  readonly planInThread?: boolean;
  /**
   * Listen to what the node forwards and cannot forward, so that plans know of demand that was not served, and a channel
   * that lacks balance is filled at once. @defaultValue true; where the node does not tell, plans go by its history alone
   */
  readonly watchDemand?: boolean;
  /**
   * Let forwards wait that a channel cannot carry, and rebalance for them meanwhile. Not in a dry run.
   * @defaultValue false: forwards then depend on this process, so it is the operator's to choose
   */
  readonly justInTime?: JustInTimeOptions | false;
  /** Keep in the store how our channels stand, for reports. Not in a dry run. @defaultValue true */
  readonly keepBalances?: boolean;
  /**
   * Ends the run in good order: nothing new is begun or tried, the invoice of a payment under way is cancelled, and it
   * is followed for as long as the Rebalancer's `graceMs` allows.
   */
  readonly signal?: AbortSignal;
}

/** Progress, in the order in which it happens. */
export type OperatorEvent =
  /** What an earlier process had left under way is followed to its end beside the rounds. */
  | { readonly kind: 'resumed'; readonly rebalanceId: string }
  | {
      readonly kind: 'resumed_ended';
      readonly rebalanceId: string;
      readonly report: RebalanceReport;
    }
  | {
      readonly kind: 'planned';
      readonly plan: RebalancePlan;
      /** When it was begun; milliseconds since the Unix epoch. */
      readonly atMs: number;
      readonly durationMs: number;
      /** The only channels that it was to fill; `null`: any. */
      readonly into: readonly ChannelId[] | null;
      /** Why it was made before its time; empty where it was not. */
      readonly reasons: readonly string[];
    }
  | { readonly kind: 'move_started'; readonly move: PlannedMove; readonly rebalanceId: string }
  /** What a move, or a rebalance that was left unfinished, tells of itself. */
  | { readonly kind: 'progress'; readonly rebalanceId: string; readonly event: RebalanceEvent }
  | { readonly kind: 'move_ended'; readonly move: PlannedMove; readonly report: RebalanceReport }
  /** A fault of Ballast ended the move, and is told here once; others go on. */
  | {
      readonly kind: 'move_broke_off';
      readonly move: PlannedMove;
      readonly rebalanceId: string;
      readonly message: string;
    }
  /** A channel has missed so much that it is to be filled before its time. */
  | { readonly kind: 'shortage'; readonly channelId: ChannelId; readonly reason: string }
  /** What just-in-time rebalancing tells of itself. */
  | { readonly kind: 'just_in_time'; readonly event: JustInTimeEvent }
  /** It has ended, and is begun again then. */
  | { readonly kind: 'just_in_time_failed'; readonly message: string; readonly retryAtMs: number }
  /** Nothing is under way, and nothing is begun before then, unless it is asked for. */
  | { readonly kind: 'waiting'; readonly untilMs: number }
  /** No plan could be made: the node did not answer, perhaps. It is tried again then. */
  | {
      readonly kind: 'round_failed';
      readonly message: string;
      /** Rounds that have failed one after another. */
      readonly failures: number;
      readonly retryAtMs: number;
    }
  /** The reader was too slow for so many events before the next one. */
  | { readonly kind: 'events_missed'; readonly count: number };

/** A run from its beginning to its end, in figures. */
export interface OperatorSummary {
  /** `node_closed`: nobody can be asked any more. */
  readonly endedBy: 'signal' | 'node_closed';
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Plans that were made, and that could not be. */
  readonly rounds: number;
  readonly failedRounds: number;
  /** Moves that were begun, those of them that moved something, and those whose payment is under way still. */
  readonly moves: number;
  readonly settledMoves: number;
  readonly inFlightMoves: number;
  /** What all moves brought over, and what that cost. */
  readonly movedMsat: bigint;
  readonly feePaidMsat: bigint;
}

/**
 * A run under way. It goes on whether anybody reads its events or not. The last 256 are kept: a reader begins with
 * those, and one that falls behind by more gets an `events_missed` in their place.
 */
export interface OperatorRun extends AsyncIterable<OperatorEvent> {
  /** Resolves when the run has ended and nothing of it is under way any more. Never rejects. */
  readonly ended: Promise<OperatorSummary>;
  /**
   * Asks for a plan before its time: as soon as the last one is ten seconds old, also while moves are under way. What
   * else was planned and not begun is planned anew.
   *
   * @param reason For the log and the event `planned`.
   * @param into The only channels that are to be filled, as the node lists them. @defaultValue any
   */
  planSoon(reason: string, into?: readonly ChannelId[]): void;
  /**
   * Takes other settings from the next step on; what is left out stays.
   *
   * @throws as `Rebalancer.run` does, and nothing is changed then.
   */
  adjust(options: AdjustableOptions): void;
  /** What just-in-time rebalancing has done so far; `undefined` where it is off. */
  readonly justInTime: JustInTimeFigures | undefined;
}

/** What may change while it runs. */
export type AdjustableOptions = Pick<RunOptions, 'plan' | 'intervalMs' | 'maxMovesPerRound'>;
