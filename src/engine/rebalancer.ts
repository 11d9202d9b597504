/** Moves liquidity between our own channels, for bots. */
import PQueue from 'p-queue';
import type { AttemptCost } from '../executor/attempt-cost.ts';
import { unstartedReport } from '../executor/closing.ts';
import type { FeeBudget } from '../executor/fee-ledger.ts';
import { startRebalance } from '../executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type { RebalancePlan } from '../planner/rebalance-plan.ts';
import type { PlanRequest } from '../planner/rebalance-plan-request.ts';
import { bytesToHex } from '../units/bytes.ts';
import type { EngineParts } from './answer-command.ts';
import { asked, messageOf } from './asked.ts';
import { assertJustInTimeOptions } from './assert-just-in-time-options.ts';
import { assertBudget, assertOptions } from './assert-options.ts';
import { assertPlanRequest } from './assert-plan-request.ts';
import { assertRequest, isSignal } from './assert-request.ts';
import { assertRunOptions } from './assert-run-options.ts';
import { balancesOf } from './balances-of.ts';
import { engineParts } from './engine-parts.ts';
import { EventRecord } from './event-record.ts';
import { JustInTime } from './just-in-time.ts';
import { JUST_IN_TIME_PREFIX } from './just-in-time-accounts.ts';
import type { JustInTimeOptions } from './just-in-time-options.ts';
import { makePlan, type Planning } from './make-plan.ts';
import { operate } from './operate.ts';
import type { OperatorRun, RunOptions } from './operator-run.ts';
import { planAttemptCost } from './plan-attempt-cost.ts';
import { PlanThread } from './plan-thread.ts';
import {
  assertSends,
  DEFAULT_DEADLINE_MS,
  probeTerms,
  type RebalanceRequest,
  resolveTerms,
} from './rebalance-request.ts';
import type { RebalancerOptions } from './rebalancer-options.ts';
import { type RebalancerStatus, statusOf } from './rebalancer-status.ts';
import { openJournal } from './recovery.ts';
import { runRebalance } from './run-rebalance.ts';
import { type RebalanceRun, runOf } from './started-rebalance.ts';

export type { RebalanceRun } from './started-rebalance.ts';

const ID_BYTES = 8;

/** Moves liquidity between one node's channels: as asked, by a plan, or by itself. One for each node and store. */
export class Rebalancer {
  readonly #parts: EngineParts;
  readonly #queue: PQueue;
  readonly #attemptCost: AttemptCost;
  /** What was found unfinished, once the journal has been read. */
  #resumed: Promise<readonly RebalanceRun[]> | undefined;
  #beliefsLoaded: Promise<void> | undefined;
  /** A `run` is under way. */
  #runs = false;

  /** @throws TypeError or RangeError for options that cannot be meant. */
  constructor(options: RebalancerOptions) {
    assertOptions(options);
    const { parts, attemptCost, maxConcurrent } = engineParts(options);
    this.#queue = new PQueue({ concurrency: maxConcurrent });
    this.#attemptCost = attemptCost;
    this.#parts = parts;
  }

  /**
   * Pays ourselves around a circle, out over `from` and back over `to`, one attempt after another, until one settles
   * or there is a reason to end. The fee never exceeds the limit, nor what the budget leaves. Nothing is sent while the
   * end of an earlier attempt is unknown, and an invoice that was not paid is cancelled.
   *
   * Several rebalances run at once, none with liquidity or a share of the budget that another one holds: one that needs
   * those waits until they are free. The deadline of each counts from its own start. A payment that a report calls in
   * flight holds what it has, and is followed on, until it ends or the node is closed. Before the first rebalance, what
   * the journal has unfinished is resumed.
   *
   * @example
   * const run = rebalancer.rebalance({ from: '812345x678x1', to: peer, amountMsat: 500_000_000n, maxFeePpm: 300 });
   * for await (const event of run) console.log(event.kind);
   * const report = await run.result;
   */
  rebalance(request: RebalanceRequest): RebalanceRun {
    return this.#begin(request, 'rebalance');
  }

  /**
   * Finds out how much of `amountMsat` could be moved now, and for what, without moving any of it: it sends payments that
   * nobody has an invoice for, and our own node refuses those that come all the way round. The largest amount is looked
   * for by bisection, to a fiftieth of `amountMsat`, down to `minAmountMsat`, with `maxAttempts` probes at most. Each
   * holds liquidity along the way for as long as it is under way, and leaves a failed payment at the node (see the
   * option `cleanUp`). `report.outcome` is `probed`.
   */
  probe(request: RebalanceRequest): RebalanceRun {
    return this.#begin(request, 'probe');
  }

  /**
   * What could be moved between which channels now, and what it is expected to earn after all costs; and for every channel
   * that is left out why. Nothing is sent, and the journal is read but not written.
   *
   * @throws PlanRequestError where the request cannot be meant, NodeError where the node cannot be asked (its history of
   * forwards needs a permission of its own), and StoreError where the journal cannot be read.
   * @example
   * const { moves } = await rebalancer.plan();
   * for (const { outChannelId: from, inChannelId: to, amountMsat, maxFeeMsat } of moves) {
   *   await rebalancer.rebalance({ from, to, amountMsat, maxFeeMsat }).result;
   * }
   */
  async plan(request: PlanRequest = {}): Promise<RebalancePlan> {
    return this.#plan(request, { into: null, thread: undefined });
  }

  async #plan(
    request: PlanRequest,
    how: Pick<Planning, 'into' | 'thread'>,
  ): Promise<RebalancePlan> {
    assertPlanRequest(request);
    this.#beliefsLoaded ??= this.#parts.beliefs.load();
    await this.#beliefsLoaded;
    return makePlan({ ...request }, { parts: this.#parts, attemptCost: this.#attemptCost, ...how });
  }

  /**
   * Does by itself what `plan` and `rebalance` do: plans, makes the moves, waits, and begins again, until it is told to
   * stop. A round that fails, because the node is away perhaps, is tried again later. One run at a time.
   *
   * @throws TypeError or RangeError for options that cannot be meant, PlanRequestError for such a plan,
   * RebalanceRequestError where the node cannot send and this is no dry run, and Error where a run is under way.
   * @example
   * const run = rebalancer.run({ plan: { settings: { maxFeePpm: 500 } }, signal: stop.signal });
   * for await (const event of run) console.log(event.kind);
   * console.log(await run.ended);
   */
  run(options: RunOptions = {}): OperatorRun {
    assertRunOptions(options);
    if (options.dryRun !== true) assertSends(this.#parts.node.capabilities);
    if (this.#runs) throw new Error('this Rebalancer runs already; stop that run first');
    this.#runs = true;
    const { beliefs, ground, store, dates } = this.#parts;
    const thread = (options.planInThread ?? true) ? PlanThread.over(beliefs) : undefined;
    const run = operate(
      {
        ...this.#parts,
        slots: this.#queue.concurrency,
        attemptCost: planAttemptCost(this.#attemptCost),
        plan: (request, into) => this.#plan(request, { into, thread }),
        rebalance: (request) => this.rebalance(request),
        resume: () => this.resume(),
        justInTime: (waiting) => this.justInTime(waiting),
        keepBalances: async () => {
          const { ownChannels } = (await ground.read({ fresh: false })).ground;
          await store.keepBalances(balancesOf(ownChannels, dates.now()));
        },
      },
      { ...options },
    );
    void run.ended.finally(() => {
      this.#runs = false;
      thread?.close();
    });
    return run;
  }

  /**
   * What rebalances while forwards wait for it; nothing happens before its `run`. Its rebalances are begun at once, beside
   * `maxConcurrent` others, and count like all others for the budget and the attempts of a minute.
   *
   * @throws TypeError or RangeError for options that cannot be meant.
   * @example
   * await rebalancer.justInTime({ stakeMsat: 50_000n }).run(stop.signal);
   */
  justInTime(options: JustInTimeOptions = {}): JustInTime {
    assertJustInTimeOptions(options);
    const rebalance = (request: RebalanceRequest): RebalanceRun =>
      this.#begin(request, 'just_in_time');
    return new JustInTime({ ...this.#parts, rebalance, resume: () => this.resume() }, options);
  }

  /** What is under way, what may still be paid, and how much is known. */
  status(): RebalancerStatus {
    return statusOf(this.#parts);
  }

  /**
   * Another budget in the place of the one that is in force. What was paid, and what is under way, counts as before.
   *
   * @throws TypeError or RangeError for limits that cannot be meant.
   */
  setBudget(budget: FeeBudget): void {
    assertBudget(budget);
    this.#parts.reservations.limit(budget);
  }

  #begin(request: RebalanceRequest, purpose: Purpose): RebalanceRun {
    const drawn = bytesToHex(this.#parts.entropy.bytes(ID_BYTES));
    const rebalanceId = purpose === 'just_in_time' ? `${JUST_IN_TIME_PREFIX}${drawn}` : drawn;
    const events = new EventRecord<RebalanceEvent>();
    // A copy, for the caller may fill the same object anew while this one waits for its turn.
    const asIsNow = { ...request };
    const run = { rebalanceId, events, purpose };
    // A forward that waits cannot wait for others' turns.
    const begin = purpose === 'just_in_time' ? this.#run : this.#inTurn;
    return runOf(rebalanceId, events, begin.call(this, asIsNow, run));
  }

  /**
   * Reads the journal, and follows every rebalance that a process before this one has left unfinished: its invoice is
   * taken back, and what is under way is followed to its end. The first rebalance does so by itself; call it to see the
   * reports. Asking again gives the same runs.
   *
   * @throws StoreError where the journal cannot be read, NodeError where the node cannot be asked who it is, and
   * `ForeignJournalError` where the journal is another node's. Asking again reads it again.
   */
  resume(): Promise<readonly RebalanceRun[]> {
    this.#resumed ??= this.#resume().catch((error: unknown) => {
      this.#resumed = undefined;
      throw error;
    });
    return this.#resumed;
  }

  async #resume(): Promise<readonly RebalanceRun[]> {
    const leftBehind = await openJournal(this.#parts);
    this.#beliefsLoaded ??= this.#parts.beliefs.load();
    await this.#beliefsLoaded;
    return leftBehind.map(({ rebalanceId, first }) => {
      const events = new EventRecord<RebalanceEvent>();
      const report = runRebalance(first, this.#parts, {
        rebalanceId,
        deadlineMs: null,
        signal: undefined,
        onEvent: (event) => events.add(event),
      });
      return runOf(rebalanceId, events, report);
    });
  }

  /** Runs it when its turn comes, unless it is aborted before. */
  async #inTurn(request: RebalanceRequest, run: Identified): Promise<RebalanceReport> {
    const queued = new AbortController();
    let started = false;
    const abort = (): void => {
      if (!started) queued.abort();
    };
    const signal = isSignal(request?.signal) ? request.signal : undefined;
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const task = async (): Promise<RebalanceReport> => {
        started = true;
        return this.#run(request, run);
      };
      return await this.#queue.add(task, { signal: queued.signal });
    } catch (error) {
      if (started || !queued.signal.aborted) throw error;
      assertRequest(request);
      return this.#unstarted(run, { kind: 'aborted', message: 'aborted before its turn came' });
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async #run(request: RebalanceRequest, run: Identified): Promise<RebalanceReport> {
    assertRequest(request);
    const { node, dates } = this.#parts;
    const startedAtMs = dates.now();
    const known = await Promise.all([
      asked(() => node.info()),
      asked(() => node.ownChannels()),
    ]).catch(messageOf);
    if (typeof known === 'string') {
      return this.#unstarted({ ...run, startedAtMs }, { kind: 'node_error', message: known });
    }
    const unread = await this.resume().then(() => undefined, messageOf);
    if (unread !== undefined) {
      const message = `the journal could not be read: ${unread}`;
      return this.#unstarted({ ...run, startedAtMs }, { kind: 'store_error', message });
    }
    const [info, channels] = known;
    const { rebalanceId, events } = run;
    const resolve = run.purpose === 'probe' ? probeTerms : resolveTerms;
    const { nodeId: self, holdExpiryBlocks } = info;
    const terms = resolve(request, {
      rebalanceId,
      self,
      holdExpiryBlocks,
      channels,
      capabilities: node.capabilities,
      attemptCost: this.#attemptCost,
    });
    const waitedMs = dates.now() - startedAtMs;
    return runRebalance(startRebalance(terms, dates.now()), this.#parts, {
      rebalanceId,
      deadlineMs: Math.max(0, (request.deadlineMs ?? DEFAULT_DEADLINE_MS) - waitedMs),
      signal: request.signal,
      onEvent: (event) => events.add(event),
    });
  }

  #unstarted(
    { rebalanceId, events, startedAtMs }: Identified & { readonly startedAtMs?: number },
    outcome: Parameters<typeof unstartedReport>[0]['outcome'],
  ): RebalanceReport {
    const nowMs = this.#parts.dates.now();
    const start = { rebalanceId, startedAtMs: startedAtMs ?? nowMs, outcome };
    const report = unstartedReport(start, nowMs);
    events.add({ kind: 'finished', report });
    return report;
  }
}

type Purpose = 'rebalance' | 'probe' | 'just_in_time';

interface Identified {
  readonly rebalanceId: string;
  readonly purpose: Purpose;
  readonly events: EventRecord<RebalanceEvent>;
}
