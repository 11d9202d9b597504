/** Moves liquidity between our own channels, for bots. */
import PQueue from 'p-queue';
import { unstartedReport } from '../executor/closing.ts';
import type { RebalanceEvent, RebalanceReport } from '../executor/rebalance-report.ts';
import type { NetworkGraph } from '../graph/network-graph.ts';
import type { Clock, Entropy, LightningNode, Log, Store } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import { type EngineParts, messageOf } from './answer-command.ts';
import { EventRecord } from './event-record.ts';
import { callersGraph, nodesGraph } from './graph-source.ts';
import { systemEntropy } from './payment-secret.ts';
import {
  assertRequest,
  DEFAULT_DEADLINE_MS,
  type RebalanceRequest,
  resolveTerms,
} from './rebalance-request.ts';
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

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} };

export class Rebalancer {
  readonly #parts: EngineParts;
  /** One at a time: two at once would plan with the same balances, and nothing reserves them for either. */
  readonly #queue = new PQueue({ concurrency: 1 });

  constructor(options: RebalancerOptions) {
    const { node, store, graph } = options;
    const clock = options.clock ?? systemClock;
    const log = options.log ?? silent;
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
   * the deadline of each counts from its own start.
   *
   * @example
   * const run = rebalancer.rebalance({ from: '812345x678x1', to: peer, amountMsat: 500_000_000n, maxFeePpm: 300 });
   * for await (const event of run) console.log(event.kind);
   * const report = await run.result;
   */
  rebalance(request: RebalanceRequest): RebalanceRun {
    const rebalanceId = bytesToHex(this.#parts.entropy.bytes(ID_BYTES));
    const events = new EventRecord<RebalanceEvent>();
    const result = this.#queue.add(() => this.#run(request, rebalanceId, events));
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
    const known = await Promise.all([node.info(), node.ownChannels()]).catch(messageOf);
    if (typeof known === 'string') {
      const report = unstartedReport({ rebalanceId, startedAtMs, message: known }, clock.now());
      events.add({ kind: 'finished', report });
      return report;
    }
    const [info, channels] = known;
    const terms = resolveTerms(request, { rebalanceId, self: info.nodeId, channels });
    return runRebalance(terms, this.#parts, {
      deadlineMs: request.deadlineMs ?? DEFAULT_DEADLINE_MS,
      signal: request.signal,
      onEvent: (event) => events.add(event),
    });
  }
}
