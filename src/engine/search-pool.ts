/** Searches spread over worker threads, which read one snapshot in shared memory. */
import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { type SharedSnapshot, shareSnapshot } from '../graph/shared-snapshot.ts';
import type { GraphSnapshot } from '../graph/snapshot.ts';
import type { CircularPlan, CircularPlanRequest } from '../pathfinder/plan-request.ts';
import type { CircularRouteRequest, RouteResult } from '../pathfinder/request.ts';
import { dividedByPeer, gainTable, joinedPlans, ownChannelIds } from './divided-plan.ts';
import type { SearchJob, SearchQuestion } from './search-worker.ts';
import { NumbersToShare } from './shared-numbers.ts';

/** Threads that search one snapshot; `openSearchPool` starts them. */
export interface SearchPool {
  /** As `findCircularRoute`, in one of the threads. */
  findCircularRoute(request: CircularRouteRequest): Promise<RouteResult>;
  /** As `planCircularRoutes`, the outgoing peers divided among all threads; the ranking is the same. */
  planCircularRoutes(request: CircularPlanRequest): Promise<CircularPlan>;
  /** Searches asked from now on run on this snapshot. */
  update(snapshot: GraphSnapshot): void;
  /** Ends the threads; searches under way, and those asked afterwards, reject. */
  close(): Promise<void>;
}

/** How large a pool of threads is. */
export interface SearchPoolOptions {
  /** @defaultValue one less than the processors, for the caller's own thread needs one; at least 1, at most 8 */
  readonly threads?: number;
}

/**
 * Worker threads for searches on one snapshot. Prices and probabilities may be functions; they are asked once per
 * direction in the caller's thread, so an array is cheaper where they change often, and for prices `DirectionPrices`,
 * which threads follow: a search goes by what they were when it was asked.
 *
 * @throws RangeError for a number of threads that is not a positive whole number.
 * @example
 * const pool = openSearchPool(graph.snapshot());
 * const { circles } = await pool.planCircularRoutes({ self, amountsMsat: [500_000_000n], maxFeePpm: 300 });
 * await pool.close();
 */
export function openSearchPool(
  snapshot: GraphSnapshot,
  options: SearchPoolOptions = {},
): SearchPool {
  const threads = options.threads ?? Math.min(8, Math.max(1, availableParallelism() - 1));
  if (!(Number.isSafeInteger(threads) && threads > 0)) {
    throw new RangeError(`threads must be a positive whole number, but is ${threads}`);
  }
  return new WorkerSearchPool(snapshot, threads);
}

/** Beside this file, in the language that it is written in: built, or run as it stands. */
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './search-worker.ts' : './search-worker.js',
  import.meta.url,
);

class WorkerSearchPool implements SearchPool {
  readonly #threads: number;
  readonly #pool: Tinypool;
  readonly #numbers = new NumbersToShare();
  #snapshot: GraphSnapshot;
  #shared: SharedSnapshot;
  #snapshotId = 0;
  #closed = false;

  constructor(snapshot: GraphSnapshot, threads: number) {
    this.#threads = threads;
    this.#snapshot = snapshot;
    this.#shared = shareSnapshot(snapshot);
    this.#pool = new Tinypool({
      filename: WORKER_URL.href,
      name: 'search',
      minThreads: threads,
      maxThreads: threads,
    });
  }

  update(snapshot: GraphSnapshot): void {
    if (snapshot === this.#snapshot) return;
    this.#snapshot = snapshot;
    this.#shared = shareSnapshot(snapshot);
    this.#snapshotId++;
  }

  async findCircularRoute(request: CircularRouteRequest): Promise<RouteResult> {
    const { cost, probability, ...rest } = request;
    const question = { kind: 'find', request: rest, ...this.#numbersOf(request) } as const;
    return (await this.#ask(question)) as RouteResult;
  }

  async planCircularRoutes(request: CircularPlanRequest): Promise<CircularPlan> {
    const { self } = request;
    const snapshot = this.#snapshot;
    const outChannels = ownChannelIds(snapshot, { self, named: request.outChannels });
    const inChannels = ownChannelIds(snapshot, { self, named: request.inChannels });
    const gains = gainTable(request, { outChannels, inChannels });
    const numbers = this.#numbersOf(request);
    const { gainMsat, cost, probability, ...rest } = request;
    const divided = dividedByPeer(snapshot, { self, outChannels, parts: this.#threads });
    const lists = divided.length === 0 ? [outChannels] : divided;
    const plans = await Promise.all(
      lists.map((list) => {
        const part = { ...rest, outChannels: list };
        return this.#ask({ kind: 'plan', request: part, gains, ...numbers });
      }),
    );
    return joinedPlans(plans as CircularPlan[], request);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.destroy();
  }

  #numbersOf({ cost, probability }: CircularRouteRequest | CircularPlanRequest) {
    return {
      timeLockRiskPpb: cost?.timeLockRiskPpb,
      reliability: this.#numbers.sharePrices(cost?.reliability, this.#snapshot),
      probability: this.#numbers.share(probability, this.#snapshot),
    };
  }

  async #ask(question: SearchQuestion): Promise<RouteResult | CircularPlan> {
    if (this.#closed) throw new Error('the search pool is closed; open another one');
    const job: SearchJob = { snapshotId: this.#snapshotId, snapshot: this.#shared, question };
    return this.#pool.run(job);
  }
}
