/** What an operator that runs by itself does next: plan, begin a move, or wait. */
import type { ChannelId } from '../units/ids.ts';

export interface OperatorTerms {
  /** From the end of a round to the next plan, ms. */
  readonly intervalMs: number;
  /** Moves that are under way at once. */
  readonly slots: number;
}

/** A plan that was asked for before its time. */
export interface AskedPlan {
  readonly reasons: readonly string[];
  /** The only channels that are to be filled; `null`: any. */
  readonly into: readonly ChannelId[] | null;
}

export interface OperatorState {
  /** When the last plan was begun; `null` before the first. */
  readonly plannedAtMs: number | null;
  /** When the last plan or the last move ended, whichever was later. */
  readonly idleSinceMs: number;
  /** Plans that have failed one after another. */
  readonly failures: number;
  /** Moves of the last plan that were not begun yet. */
  readonly pending: number;
  readonly running: number;
  readonly asked: AskedPlan | null;
}

export type OperatorStep =
  | { readonly kind: 'plan'; readonly asked: AskedPlan | null }
  | { readonly kind: 'begin_move' }
  /** What is left of the plan stands on ground that has changed. */
  | { readonly kind: 'drop_moves' }
  /** Until then, or until something ends or is asked for; `null`: for that alone. */
  | { readonly kind: 'wait'; readonly untilMs: number | null };

/** Asking does not plan more often than this: each plan asks the node for its channels and forwards. */
const LEAST_GAP_MS = 10_000;
/**
 * Moves of a plan are not begun after this time: its balances, beliefs and graph are older by then than what a new plan
 * would stand on, which takes seconds.
 */
const PLAN_LIFE_MS = 600_000;
/** After a first failure, and twice as long after each further one; never longer than the interval. */
const FIRST_RETRY_MS = 5_000;

export function nextStep(state: OperatorState, terms: OperatorTerms, nowMs: number): OperatorStep {
  const { plannedAtMs, pending, running, asked } = state;
  const planAtMs = nextPlanAtMs(state, terms);
  if (planAtMs !== null && planAtMs <= nowMs) return { kind: 'plan', asked };
  if (pending > 0) {
    if (plannedAtMs === null || nowMs - plannedAtMs > PLAN_LIFE_MS) return { kind: 'drop_moves' };
    if (running < terms.slots) return { kind: 'begin_move' };
  }
  return { kind: 'wait', untilMs: planAtMs };
}

/** When to plan next, as far as that depends on time; `null` while moves are under way. */
export function nextPlanAtMs(state: OperatorState, { intervalMs }: OperatorTerms): number | null {
  const { plannedAtMs, idleSinceMs, failures, pending, running, asked } = state;
  if (plannedAtMs === null) return idleSinceMs;
  if (failures > 0) return idleSinceMs + retryMs(failures, intervalMs);
  if (asked !== null) return plannedAtMs + LEAST_GAP_MS;
  return pending > 0 || running > 0 ? null : idleSinceMs + intervalMs;
}

/** How long to wait after so many plans have failed one after another. */
const retryMs = (failures: number, intervalMs: number): number =>
  Math.min(intervalMs, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 30));

/** Both wishes in one. */
export function askedBoth(one: AskedPlan | null, other: AskedPlan): AskedPlan {
  if (one === null) return other;
  const reasons = [...new Set([...one.reasons, ...other.reasons])].slice(0, MOST_REASONS);
  if (one.into === null || other.into === null) return { reasons, into: null };
  return { reasons, into: [...new Set([...one.into, ...other.into])] };
}

/** Reasons are for people; whoever asks without end must not fill memory. */
const MOST_REASONS = 16;
