/** The loop of a Rebalancer that runs by itself: plans, makes the moves, waits, and begins again. */
import type { AttemptCost } from '../executor/attempt-cost.ts';
import {
  type AskedPlan,
  askedBoth,
  nextPlanAtMs,
  nextStep,
  type OperatorState,
  type OperatorTerms,
} from '../planner/next-step.ts';
import type { PlannedMove, RebalancePlan } from '../planner/rebalance-plan.ts';
import type { PlanRequest } from '../planner/rebalance-plan-request.ts';
import type { ChannelId } from '../units/ids.ts';
import { asked, messageOf } from './asked.ts';
import { adjusted } from './assert-run-options.ts';
import { moveRequest } from './move-request.ts';
import { isClosed } from './node-streams.ts';
import type {
  AdjustableOptions,
  OperatorEvent,
  OperatorRun,
  OperatorSummary,
  RunOptions,
} from './operator-run.ts';
import { OperatorTally } from './operator-tally.ts';
import type { RebalanceRequest } from './rebalance-request.ts';
import type { RebalanceRun } from './rebalancer.ts';
import { RecentEvents } from './recent-events.ts';
import { type SideLoopParts, SideLoops } from './side-loops.ts';
import type { SteadyClock } from './steady-clock.ts';
import { tellOfResumed, tellProgress } from './tell-progress.ts';
import { aborted, unlessStopped } from './unless-stopped.ts';

/** What the loop needs of a Rebalancer. */
export interface OperatorParts extends SideLoopParts {
  readonly dates: SteadyClock;
  /** Moves under way at once. */
  readonly slots: number;
  /** Of an attempt, where a plan's request names none. */
  readonly attemptCost: AttemptCost;
  /** @param into The only channels to fill; `null`: any. */
  plan(request: PlanRequest, into: readonly ChannelId[] | null): Promise<RebalancePlan>;
  rebalance(request: RebalanceRequest): RebalanceRun;
  resume(): Promise<readonly RebalanceRun[]>;
}

const DEFAULT_INTERVAL_MS = 600_000;
/** A plan of a large node takes some 100 KB: so many take less memory than its graph. */
const KEPT_EVENTS = 256;

/** Begins at once. */
export function operate(parts: OperatorParts, options: RunOptions): OperatorRun {
  const operation = new Operation(parts, options);
  const ended = operation.run();
  return {
    ended,
    planSoon: (reason, into) => operation.ask({ reasons: [reason], into: into ?? null }),
    adjust: (changed) => operation.adjust(changed),
    get justInTime() {
      return operation.side.figures;
    },
    [Symbol.asyncIterator]: () => operation.events[Symbol.asyncIterator](),
  };
}

/** With what its plan was asked for. */
interface Pending {
  readonly move: PlannedMove;
  readonly request: PlanRequest;
}

class Operation {
  readonly events: RecentEvents<OperatorEvent> = new RecentEvents<OperatorEvent>({
    most: KEPT_EVENTS,
    missed: (count) => ({ kind: 'events_missed', count }),
  });
  readonly side: SideLoops;
  readonly #parts: OperatorParts;
  #options: RunOptions;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #tally = new OperatorTally();
  readonly #startedAtMs: number;
  #state: Omit<OperatorState, 'pending' | 'running'>;
  #pending: readonly Pending[] = [];
  /** Plans and moves since the last `waiting` was told. */
  #worked = true;
  #resumed = false;
  /** What has slept for its time has come to its end, whatever a clock that was set back may say. */
  #leastNowMs = 0;
  #wake = new AbortController();
  #endedBy: OperatorSummary['endedBy'] = 'signal';

  constructor(parts: OperatorParts, options: RunOptions) {
    this.#parts = parts;
    this.#options = options;
    const { watchDemand = true, justInTime = false, dryRun = false } = options;
    this.side = new SideLoops(parts, {
      watchDemand,
      justInTime: dryRun ? false : justInTime,
      keepsBalances: !dryRun && (options.keepBalances ?? true),
      onShortage: ({ channelId, reason }) => {
        this.events.add({ kind: 'shortage', channelId, reason });
        this.ask({ reasons: [reason], into: [channelId] });
      },
      onJustInTime: (event) => this.events.add({ kind: 'just_in_time', event }),
      onFailure: (failure) => this.events.add({ kind: 'just_in_time_failed', ...failure }),
    });
    this.#startedAtMs = parts.dates.now();
    this.#state = {
      plannedAtMs: null,
      idleSinceMs: this.#startedAtMs,
      failures: 0,
      asked: null,
    };
  }

  ask(wish: AskedPlan): void {
    this.#state = { ...this.#state, asked: askedBoth(this.#state.asked, wish) };
    this.#wake.abort();
  }

  /** @throws as `adjusted` does. */
  adjust(changed: AdjustableOptions): void {
    this.#options = adjusted(this.#options, changed);
    // It may be due by now.
    this.#worked = true;
    this.#wake.abort();
  }

  async run(): Promise<OperatorSummary> {
    const { signal } = this.#options;
    const stop = (): void => this.#end('signal');
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const beside = this.#stop.signal.aborted ? undefined : this.side.run(this.#stop.signal);
    while (!this.#stop.signal.aborted) await this.#next();
    signal?.removeEventListener('abort', stop);
    await Promise.all([beside, ...this.#running]);
    this.events.close();
    return {
      endedBy: this.#endedBy,
      startedAtMs: this.#startedAtMs,
      endedAtMs: this.#now(),
      ...this.#tally.figures,
    };
  }

  async #next(): Promise<void> {
    const state = { ...this.#state, pending: this.#pending.length, running: this.#running.size };
    const step = nextStep(state, this.#terms, this.#now());
    switch (step.kind) {
      case 'plan':
        return this.#plan(step.asked);
      case 'begin_move': {
        const [first, ...later] = this.#pending;
        this.#pending = later;
        return this.#begin(first!);
      }
      case 'drop_moves':
        this.#parts.log.info('moves were dropped, for their plan has grown old', {
          count: this.#pending.length,
        });
        this.#pending = [];
        return;
      case 'wait':
        return this.#wait(step.untilMs);
    }
  }

  // ---- planning

  async #plan(wish: AskedPlan | null): Promise<void> {
    const atMs = this.#now();
    const { reasons, into } = wish ?? { reasons: [], into: null };
    // Wishes that come up while it plans are for the next one.
    this.#state = { ...this.#state, plannedAtMs: atMs, asked: null };
    this.#worked = true;
    try {
      await this.#resumeOnce();
      if (wish === null) this.side.keepBalances();
      const request = this.#request();
      const plan = await unlessStopped(
        asked(() => this.#parts.plan(request, into)),
        this.#stop.signal,
      );
      if (plan === undefined) return;
      this.#take(plan, { request, into });
      this.side.reckon(
        new Map(plan.channels.map(({ channelId, localWorthPpm }) => [channelId, localWorthPpm])),
      );
      this.#state = { ...this.#state, failures: 0, idleSinceMs: this.#now() };
      this.#tally.planned();
      const durationMs = this.#now() - atMs;
      this.events.add({ kind: 'planned', plan, atMs, durationMs, into, reasons });
    } catch (error) {
      if (wish !== null) this.ask(wish);
      this.#fail(error);
    }
  }

  #request(): PlanRequest {
    const { plan = {} } = this.#options;
    return typeof plan === 'function' ? plan() : plan;
  }

  /** The moves of a plan take the place of those that were not begun. */
  #take(
    { moves }: RebalancePlan,
    made: { readonly request: PlanRequest; readonly into: readonly ChannelId[] | null },
  ): void {
    // What was planned for other channels stood on ground that these moves now take: it is planned anew.
    if (made.into !== null && this.#pending.length > 0) {
      this.ask({ reasons: ['moves to other channels were put off'], into: null });
    }
    const { maxMovesPerRound = moves.length } = this.#options;
    const { request } = made;
    this.#pending = moves.slice(0, maxMovesPerRound).map((move) => ({ move, request }));
  }

  #fail(error: unknown): void {
    const message = messageOf(error);
    const failures = this.#state.failures + 1;
    const nowMs = this.#now();
    this.#state = { ...this.#state, failures, idleSinceMs: nowMs };
    this.#tally.failed();
    this.#parts.log.warn('no plan could be made', { reason: message, failures });
    if (isClosed(error)) this.#end('node_closed');
    const retryAtMs =
      nextPlanAtMs({ ...this.#state, pending: 0, running: 0 }, this.#terms) ?? nowMs;
    this.events.add({ kind: 'round_failed', message, failures, retryAtMs });
  }

  /** What was left under way by an earlier process; until the journal could be read, each round tries. */
  async #resumeOnce(): Promise<void> {
    if (this.#resumed || this.#options.dryRun === true) return;
    const runs = await unlessStopped(this.#parts.resume(), this.#stop.signal);
    if (runs === undefined) return;
    this.#resumed = true;
    for (const run of runs) tellOfResumed(run, this.events, this.#parts.log);
  }

  // ---- moves

  #begin({ move, request }: Pending): void {
    this.#worked = true;
    const run = this.#parts.rebalance({
      ...moveRequest(move, request, this.#parts.attemptCost),
      dryRun: this.#options.dryRun ?? false,
      signal: this.#stop.signal,
    });
    const { rebalanceId } = run;
    this.#tally.begun();
    this.events.add({ kind: 'move_started', move, rebalanceId });
    const telling = tellProgress(run, this.events);
    const following = run.result.then(
      async (report) => {
        await telling;
        this.#tally.ended(report);
        this.events.add({ kind: 'move_ended', move, report });
      },
      (error: unknown) => {
        const message = messageOf(error);
        this.#parts.log.warn('a move broke off', { rebalanceId, reason: message });
        this.events.add({ kind: 'move_broke_off', move, rebalanceId, message });
      },
    );
    const over = following.then(() => {
      this.#running.delete(over);
      this.#state = { ...this.#state, idleSinceMs: this.#now() };
      this.#wake.abort();
    });
    this.#running.add(over);
  }

  // ---- time

  async #wait(untilMs: number | null): Promise<void> {
    const { signal } = this.#wake;
    if (!signal.aborted) {
      this.#tellWaiting(untilMs);
      if (untilMs === null) await aborted(signal);
      else {
        await this.#parts.clock.sleep(untilMs - this.#now(), signal);
        if (!signal.aborted) this.#leastNowMs = untilMs;
      }
    }
    if (signal.aborted) this.#wake = new AbortController();
  }

  /** Once after each round; after one that failed, `round_failed` has told it. */
  #tellWaiting(untilMs: number | null): void {
    const busy = this.#pending.length > 0 || this.#running.size > 0;
    if (untilMs === null || busy || !this.#worked) return;
    this.#worked = false;
    if (this.#state.failures === 0) this.events.add({ kind: 'waiting', untilMs });
  }

  get #terms(): OperatorTerms {
    const { intervalMs = DEFAULT_INTERVAL_MS } = this.#options;
    return { intervalMs, slots: this.#parts.slots };
  }

  #now(): number {
    return Math.max(this.#leastNowMs, this.#parts.dates.now());
  }

  #end(by: OperatorSummary['endedBy']): void {
    if (this.#stop.signal.aborted) return;
    this.#endedBy = by;
    this.#stop.abort();
    this.#wake.abort();
  }
}
