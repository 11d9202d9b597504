/** Runs in a worker thread: plans on a snapshot in shared memory, with a copy of the caller's beliefs. */
import { parentPort } from 'node:worker_threads';
import { openSharedSnapshot, type SharedSnapshot } from '../graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import { LiquidityBook } from '../liquidity/liquidity-book.ts';
import type { PlanGround } from '../planner/plan-ground.ts';
import { planRebalances } from '../planner/plan-rebalances.ts';
import type { RebalancePlan } from '../planner/rebalance-plan.ts';
import { type PlanRequest, PlanRequestError } from '../planner/rebalance-plan-request.ts';
import { type BeliefStart, type BeliefStep, takeStep } from './kept-beliefs.ts';

/** A step with the snapshot that it was observed on: the one of the question before, that of this one, or none. */
export type PostedStep =
  | (Omit<Extract<BeliefStep, { kind: 'observe' }>, 'snapshot'> & {
      readonly snapshot: 'last' | 'this' | null;
    })
  | Exclude<BeliefStep, { kind: 'observe' }>;

export interface PlanQuestion {
  /** With the first question. */
  readonly start: BeliefStart | undefined;
  /** Since the question before. */
  readonly steps: readonly PostedStep[];
  /** Where it is another than before. */
  readonly snapshot: SharedSnapshot | undefined;
  readonly ground: Omit<PlanGround, 'snapshot' | 'prices'>;
  readonly request: PlanRequest;
}

export type PlanAnswer =
  | { readonly kind: 'plan'; readonly plan: RebalancePlan }
  /** The request cannot be meant. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'fault'; readonly error: unknown };

const book = new LiquidityBook();
let opened: GraphSnapshot | undefined;

function answer({ start, steps, snapshot: shared, ground, request }: PlanQuestion): RebalancePlan {
  if (start !== undefined) {
    book.load(start.state);
    for (const step of start.held) takeStep(book, step);
  }
  const last = opened;
  if (shared !== undefined) opened = openSharedSnapshot(shared);
  const snapshot = opened!;
  for (const step of steps) {
    takeStep(book, step.kind === 'observe' ? { ...step, snapshot: known(step.snapshot) } : step);
  }
  const { self, nowMs } = ground;
  const prices: PlanGround['prices'] = (terms) => book.prices({ ...terms, snapshot, self, nowMs });
  return planRebalances({ ...ground, snapshot, prices }, request);

  function known(which: 'last' | 'this' | null): GraphSnapshot | null {
    return which === 'last' ? (last ?? null) : which === 'this' ? snapshot : null;
  }
}

function tryToAnswer(question: PlanQuestion): PlanAnswer {
  try {
    return { kind: 'plan', plan: answer(question) };
  } catch (error) {
    if (error instanceof PlanRequestError) return { kind: 'refused', message: error.message };
    return { kind: 'fault', error };
  }
}

parentPort?.on('message', (question: PlanQuestion) => {
  parentPort?.postMessage(tryToAnswer(question));
});
