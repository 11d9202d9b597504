/** What the measurements of the executor share: the server, the connection to it, and the journals. */
import { join } from 'node:path';
import type { Route } from '../../src/generated/messages/route.ts';
import type { LightningNode, Store } from '../../src/ports.ts';
import { memoryStore } from '../../src/store/index.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { makeBareCalls } from './bare-calls.ts';
import { FAILING_CIRCLES } from './circles-network.ts';
import { type CircleKind, makeRebalances, type RebalancesDone } from './rebalances.ts';
import type { ServedCircles } from './serving-process.ts';

export const JOURNALS = ['memory', 'SQLite'] as const;
type Journal = (typeof JOURNALS)[number];

export class ExecutorBench {
  readonly served: ServedCircles;
  readonly #node: LightningNode;
  readonly #folder: string;
  #route: Route | undefined;
  #files = 0;

  /** @param parts `folder` is where journals are made. */
  constructor(parts: {
    readonly served: ServedCircles;
    readonly node: LightningNode;
    readonly folder: string;
  }) {
    this.served = parts.served;
    this.#node = parts.node;
    this.#folder = parts.folder;
  }

  /** Of an attempt that failed while warming up. */
  get route(): Route {
    if (this.#route === undefined) throw new Error('no attempt was made yet; warm up first');
    return this.#route;
  }

  async warmUp(rebalances: number): Promise<void> {
    const store = memoryStore();
    const parts = { node: this.#node, store, ends: this.served.ends };
    for (const kind of ['settling', 'failing'] as const) {
      await makeRebalances(parts, { kind, rebalances, inFlight: 1 });
    }
    const records = await store.records();
    this.#route = records.findLast((record) => record.kind === 'intent')?.route;
    const calls = rebalances * FAILING_CIRCLES;
    await makeBareCalls(this.served, { route: this.route, calls, inFlight: 1 });
  }

  /** With a journal of its own. */
  async rebalance(
    journal: Journal,
    work: { readonly kind: CircleKind; readonly rebalances: number; readonly inFlight: number },
  ): Promise<RebalancesDone> {
    const store = await this.#open(journal);
    try {
      return await makeRebalances({ node: this.#node, store, ends: this.served.ends }, work);
    } finally {
      await store.close();
    }
  }

  #open(journal: Journal): Promise<Store> {
    if (journal === 'memory') return Promise.resolve(memoryStore());
    return openSqliteStore(join(this.#folder, `${++this.#files}.db`));
  }
}
