/** Moves liquidity between our own channels, for bots. */
import PQueue from 'p-queue';
import { unstartedReport } from '../executor/closing.ts';
import type {
  RebalanceEvent,
  RebalanceOutcome,
  RebalanceReport,
} from '../executor/rebalance-report.ts';
import type { RebalanceTerms } from '../executor/rebalance-terms.ts';
import type { NetworkGraph } from '../graph/network-graph.ts';
import type { Clock, Entropy, LightningNode, Log, Store } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import type { PaymentHash } from '../units/ids.ts';
import { asked, type EngineParts, messageOf } from './answer-command.ts';
import { assertOptions } from './assert-options.ts';
import { assertRequest } from './assert-request.ts';
import { EventRecord } from './event-record.ts';
import { callersGraph, nodesGraph } from './graph-source.ts';
import { guardedLog } from './guarded-log.ts';
import { PaymentGate } from './payment-gate.ts';
import { systemEntropy } from './payment-secret.ts';
import { DEFAULT_DEADLINE_MS, type RebalanceRequest, resolveTerms } from './rebalance-request.ts';
import { runRebalance } from './run-rebalance.ts';
import { systemClock } from './system-clock.ts';

export interface RebalancerOptions {
  readonly node: LightningNode;
  /** Where the journal goes: what may be under way after a crash is known from it alone. */
  readonly store: Store;
  /** A graph that the caller keeps current. @defaultValue loaded from the node on first use, and renewed */
  readonly graph?: NetworkGraph;
  /**
   * Milliseconds after which a graph loaded from the node is loaded again. @defaultValue 600,000: a load costs the
   * node and us about a second at mainnet size, and terms that changed meanwhile come back with the failures
   */
  readonly graphMaxAgeMs?: number;
  /**
   * Milliseconds that a payment under way is given to fail back after a deadline or an abort, before the report calls
   * it in flight. @defaultValue 15,000: failures cross a circle within seconds, unless somebody holds them
   */
  readonly graceMs?: number;
  /** @defaultValue the machine's time */
  readonly clock?: Clock;
  /** @defaultValue the operating system's cryptographic randomness */
  readonly entropy?: Entropy;
  /** Diagnostics. @defaultValue none */
  readonly log?: Log;
}

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

const DEFAULT_GRAPH_MAX_AGE_MS = 600_000;
const DEFAULT_GRACE_MS = 15_000;
const ID_BYTES = 8;

export class Rebalancer {
  readonly #parts: EngineParts;
  /** One at a time: two at once would plan with the same balances, and nothing reserves them for either. */
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #gate = new PaymentGate();

  /** @throws TypeError or RangeError for options that cannot be meant. */
  constructor(options: RebalancerOptions) {
    assertOptions(options);
    const { node, store, graph } = options;
    const clock = options.clock ?? systemClock;
    const log = guardedLog(options.log);
    const maxAgeMs = options.graphMaxAgeMs ?? DEFAULT_GRAPH_MAX_AGE_MS;
    this.#parts = {
      node,
      store,
      clock,
      log,
      entropy: options.entropy ?? systemEntropy,
      graceMs: options.graceMs ?? DEFAULT_GRACE_MS,
      graph: graph === undefined ? nodesGraph({ node, clock, log, maxAgeMs }) : callersGraph(graph),
    };
  }

  /**
   * Pays ourselves around a circle, out over `from` and back over `to`, one attempt after another, until one settles
   * or there is a reason to end. The fee never exceeds the limit. Nothing is sent while the end of an earlier attempt
   * is unknown, and an invoice that was not paid is cancelled. Rebalances of one Rebalancer run one after another;
   * the deadline of each counts from its own start. A payment that a report calls in flight is followed on, until it
   * ends or the node is closed, and the next rebalance waits for its end.
   *
   * @example
   * const run = rebalancer.rebalance({ from: '812345x678x1', to: peer, amountMsat: 500_000_000n, maxFeePpm: 300 });
   * for await (const event of run) console.log(event.kind);
   * const report = await run.result;
   */
  rebalance(request: RebalanceRequest): RebalanceRun {
    const rebalanceId = bytesToHex(this.#parts.entropy.bytes(ID_BYTES));
    const events = new EventRecord<RebalanceEvent>();
    // A copy, for the caller may fill the same object anew while this one waits for its turn.
    const asIsNow = { ...request };
    const result = this.#queue.add(() => this.#run(asIsNow, rebalanceId, events));
    result.then(
      () => events.close(),
      (error: unknown) => events.close({ error }),
    );
    return { rebalanceId, result, [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
  }

  async #run(
    request: RebalanceRequest,
    rebalanceId: string,
    events: EventRecord<RebalanceEvent>,
  ): Promise<RebalanceReport> {
    assertRequest(request);
    const { node, clock } = this.#parts;
    const startedAtMs = clock.now();
    const unstarted = (outcome: Parameters<typeof unstartedReport>[0]['outcome']) => {
      const report = unstartedReport({ rebalanceId, startedAtMs, outcome }, clock.now());
      events.add({ kind: 'finished', report });
      return report;
    };
    const blocked = await this.#blocked(request, events);
    if (blocked !== undefined) return unstarted(blocked);
    const known = await Promise.all([
      asked(() => node.info()),
      asked(() => node.ownChannels()),
    ]).catch(messageOf);
    if (typeof known === 'string') return unstarted({ kind: 'node_error', message: known });
    const [info, channels] = known;
    const terms = resolveTerms(request, { rebalanceId, self: info.nodeId, channels });
    const waitedMs = clock.now() - startedAtMs;
    return this.#drive(terms, {
      deadlineMs: Math.max(0, (request.deadlineMs ?? DEFAULT_DEADLINE_MS) - waitedMs),
      signal: request.signal,
      onEvent: (event) => events.add(event),
    });
  }

  /** Waits for a payment of an earlier rebalance that is still under way; a dry run sends nothing and need not. */
  async #blocked(
    request: RebalanceRequest,
    events: EventRecord<RebalanceEvent>,
  ): Promise<Blocked | undefined> {
    const { unresolved } = this.#gate;
    if (unresolved === undefined || request.dryRun === true) return undefined;
    events.add({ kind: 'waiting', paymentHash: unresolved });
    const passage = await this.#gate.pass({
      clock: this.#parts.clock,
      deadlineMs: request.deadlineMs ?? DEFAULT_DEADLINE_MS,
      signal: request.signal,
    });
    if (passage.kind === 'free') return undefined;
    const { cause, paymentHash } = passage;
    return { kind: 'blocked', cause, paymentHash, message: blockedMessage(cause, paymentHash) };
  }

  async #drive(
    terms: RebalanceTerms,
    options: Parameters<typeof runRebalance>[2],
  ): Promise<RebalanceReport> {
    const { report, left } = runRebalance(terms, this.#parts, options);
    const unresolved = await report.then(
      ({ outcome }) => (outcome.kind === 'in_flight' ? outcome.paymentHash : null),
      () => left,
    );
    if (unresolved !== null) this.#gate.hold(unresolved, left);
    return report;
  }
}

type Blocked = Extract<RebalanceOutcome, { kind: 'blocked' }>;

function blockedMessage(cause: Blocked['cause'], paymentHash: PaymentHash): string {
  switch (cause) {
    case 'deadline':
      return `payment ${paymentHash} of an earlier rebalance was still under way at the deadline; nothing was sent: try again once it has ended`;
    case 'aborted':
      return `aborted while payment ${paymentHash} of an earlier rebalance was still under way; nothing was sent`;
    case 'lost':
      return `payment ${paymentHash} of an earlier rebalance is not followed any more, because its node was closed or the rebalance broke off; nothing was sent: look it up at the node, and go on with a new Rebalancer once it has ended`;
  }
}
