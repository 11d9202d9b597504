/** Moves liquidity between our own channels, for bots. */
import PQueue from 'p-queue';
import type { AttemptCost } from '../executor/attempt-cost.ts';
import { unstartedReport } from '../executor/closing.ts';
import { startRebalance } from '../executor/rebalance-machine.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type { RebalancePlan } from '../planner/rebalance-plan.ts';
import type { PlanRequest } from '../planner/rebalance-plan-request.ts';
import { bytesToHex } from '../units/bytes.ts';
import type { EngineParts } from './answer-command.ts';
import { asked, messageOf } from './asked.ts';
import { assertOptions } from './assert-options.ts';
import { assertPlanRequest } from './assert-plan-request.ts';
import { assertRequest, isSignal } from './assert-request.ts';
import { EventRecord } from './event-record.ts';
import { callersGraph, nodesGraph } from './graph-source.ts';
import { GroundReader } from './ground-reader.ts';
import { guardedLog } from './guarded-log.ts';
import { KeptBeliefs } from './kept-beliefs.ts';
import { makePlan } from './make-plan.ts';
import { systemEntropy } from './payment-secret.ts';
import {
  DEFAULT_DEADLINE_MS,
  probeTerms,
  type RebalanceRequest,
  resolveTerms,
} from './rebalance-request.ts';
import { DEFAULTS, type RebalancerOptions } from './rebalancer-options.ts';
import { openJournal } from './recovery.ts';
import { Reservations } from './reservations.ts';
import { runRebalance } from './run-rebalance.ts';
import { SteadyClock } from './steady-clock.ts';
import { systemClock } from './system-clock.ts';

/**
 * A rebalance under way. It runs whether anybody reads its events or not: they are kept, and each reader gets all of
 * them from the first. `result` has the report when it is over.
 */
export interface RebalanceRun extends AsyncIterable<RebalanceEvent> {
  readonly rebalanceId: string;
  /**
   * Every end that the world can bring about is a report. Rejects with `RebalanceRequestError` where the request
   * cannot be meant, and with other errors only for faults of Ballast; reading the events then throws the same.
   */
  readonly result: Promise<RebalanceReport>;
}

const ID_BYTES = 8;

export class Rebalancer {
  readonly #parts: EngineParts;
  readonly #queue: PQueue;
  readonly #attemptCost: AttemptCost;
  /** What was found unfinished, once the journal has been read. */
  #resumed: Promise<readonly RebalanceRun[]> | undefined;
  #beliefsLoaded: Promise<void> | undefined;

  /** @throws TypeError or RangeError for options that cannot be meant. */
  constructor(options: RebalancerOptions) {
    assertOptions(options);
    const { node, store, graph, budget = {} } = options;
    const {
      graceMs,
      maxConcurrent,
      maxAttemptsPerMinute,
      graphMaxAgeMs,
      attemptCostMsat,
      attemptCostPpm,
      ...limits
    } = {
      ...DEFAULTS,
      ...withoutUndefined(options),
    };
    const clock = options.clock ?? systemClock;
    const log = guardedLog(options.log);
    this.#queue = new PQueue({ concurrency: maxConcurrent });
    const dates = new SteadyClock(clock);
    const beliefs = new KeptBeliefs({ store, dates, log }, options.beliefs);
    const reservations = new Reservations({ budget, limits, maxAttemptsPerMinute, beliefs });
    this.#attemptCost = { attemptCostMsat, attemptCostPpm };
    this.#parts = {
      node,
      store,
      clock,
      dates,
      beliefs,
      log,
      entropy: options.entropy ?? systemEntropy,
      graceMs,
      cleanUp: options.cleanUp ?? false,
      reservations,
      ground: new GroundReader({
        node,
        clock,
        reservations,
        graph:
          graph === undefined
            ? nodesGraph({ node, clock, log, maxAgeMs: graphMaxAgeMs })
            : callersGraph(graph),
      }),
    };
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
    assertPlanRequest(request);
    this.#beliefsLoaded ??= this.#parts.beliefs.load();
    await this.#beliefsLoaded;
    return makePlan({ ...request }, this.#parts, this.#attemptCost);
  }

  #begin(request: RebalanceRequest, purpose: Purpose): RebalanceRun {
    const rebalanceId = bytesToHex(this.#parts.entropy.bytes(ID_BYTES));
    const events = new EventRecord<RebalanceEvent>();
    // A copy, for the caller may fill the same object anew while this one waits for its turn.
    const asIsNow = { ...request };
    return runOf(rebalanceId, events, this.#inTurn(asIsNow, { rebalanceId, events, purpose }));
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

type Purpose = 'rebalance' | 'probe';

interface Identified {
  readonly rebalanceId: string;
  readonly purpose: Purpose;
  readonly events: EventRecord<RebalanceEvent>;
}

function runOf(
  rebalanceId: string,
  events: EventRecord<RebalanceEvent>,
  result: Promise<RebalanceReport>,
): RebalanceRun {
  result.then(
    () => events.close(),
    (error: unknown) => events.close({ error }),
  );
  return { rebalanceId, result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
}

/** An option that is given as `undefined` is not given. */
function withoutUndefined(options: RebalancerOptions): Partial<typeof DEFAULTS> {
  return Object.fromEntries(
    Object.entries(options).filter(([name, value]) => value !== undefined && name in DEFAULTS),
  );
}
