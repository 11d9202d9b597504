/** The caller's end of the thread in which plans are reckoned, so that nothing else waits for them. */
import { Worker } from 'node:worker_threads';
import { shareSnapshot } from '../graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { PlanGround } from '../planner/plan-ground.ts';
import type { RebalancePlan } from '../planner/rebalance-plan.ts';
import { type PlanRequest, PlanRequestError } from '../planner/rebalance-plan-request.ts';
import type { BeliefStart, BeliefStep, KeptBeliefs } from './kept-beliefs.ts';
import type { PlanAnswer, PlanQuestion, PostedStep } from './plan-worker.ts';

/** Beside this file, in the language that it is written in: built, or run as it stands. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './plan-worker.ts' : './plan-worker.js',
  import.meta.url,
);
/** So many steps between two plans; beyond, a new thread takes over the whole book. */
const MOST_STEPS = 10_000;

/**
 * One plan at a time. The thread begins with the first, and keeps a copy of the beliefs: it takes the same steps as the
 * book, so its prices are the same.
 */
export class PlanThread {
  readonly #beliefs: KeptBeliefs;
  #worker: Worker | undefined;
  /** Of the thread's copy; `undefined` once it has it. */
  #start: BeliefStart | undefined;
  #steps: PostedStep[] = [];
  /** What the thread has opened. */
  #snapshot: GraphSnapshot | undefined;
  #closed = false;

  private constructor(beliefs: KeptBeliefs) {
    this.#beliefs = beliefs;
  }

  /** `undefined` where the beliefs are the caller's own: nobody else can copy those. */
  static over(beliefs: KeptBeliefs): PlanThread | undefined {
    return beliefs.isOwn ? new PlanThread(beliefs) : undefined;
  }

  /** @throws PlanRequestError as `planRebalances` does, and Error where the thread has broken off or was closed. */
  async plan(
    { snapshot, ...ground }: Omit<PlanGround, 'prices'>,
    request: PlanRequest,
  ): Promise<RebalancePlan> {
    if (this.#closed) throw new Error('planning was ended');
    const worker = this.#worker ?? this.#open();
    const question: PlanQuestion = {
      start: this.#start,
      steps: this.#steps,
      snapshot: snapshot === this.#snapshot ? undefined : shareSnapshot(snapshot),
      ground,
      request,
    };
    this.#start = undefined;
    this.#steps = [];
    this.#snapshot = snapshot;
    const answer = await askOnce(worker, question).catch((error: unknown) => {
      this.#end();
      throw error;
    });
    switch (answer.kind) {
      case 'plan':
        return answer.plan;
      case 'refused':
        throw new PlanRequestError(answer.message);
      case 'fault':
        throw answer.error;
    }
  }

  /** A plan under way rejects. */
  close(): void {
    this.#closed = true;
    this.#end();
  }

  #open(): Worker {
    this.#worker = new Worker(WORKER_URL, { name: 'ballast plan' });
    // It keeps the process alive only while it plans.
    this.#worker.unref();
    this.#start = this.#beliefs.follow((step) => this.#note(step));
    this.#steps = [];
    this.#snapshot = undefined;
    return this.#worker;
  }

  #note(step: BeliefStep): void {
    if (this.#steps.length >= MOST_STEPS) {
      this.#end();
      return;
    }
    this.#steps.push(step.kind === 'observe' ? { ...step, snapshot: this.#which(step) } : step);
  }

  #which({ snapshot }: Extract<BeliefStep, { kind: 'observe' }>): 'last' | 'this' | null {
    if (snapshot === null) return null;
    return snapshot === this.#snapshot ? 'last' : 'this';
  }

  #end(): void {
    this.#beliefs.unfollow();
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#snapshot = undefined;
    this.#steps = [];
  }
}

function askOnce(worker: Worker, question: PlanQuestion): Promise<PlanAnswer> {
  return new Promise<PlanAnswer>((resolve, reject) => {
    const over = (settle: () => void): void => {
      worker.off('message', onAnswer).off('error', onError).off('exit', onExit).unref();
      settle();
    };
    const onAnswer = (answer: PlanAnswer): void => over(() => resolve(answer));
    const onError = (error: Error): void =>
      over(() => reject(new Error(`the thread that plans broke off: ${error.message}`)));
    const onExit = (): void => over(() => reject(new Error('planning was ended')));
    worker.on('message', onAnswer).on('error', onError).on('exit', onExit).ref();
    worker.postMessage(question);
  });
}
