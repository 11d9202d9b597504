/**
 * The truth that no formula describes: balances as simulated payments leave them. What it assumes besides `demand.ts`,
 * `tastes.ts` and `traffic.ts`:
 *
 * - A channel begins half and half or, as likely, all on one side; after ten days on average it is filled anew like that
 *   (closed and opened, spliced, swapped). Without it directed payments would dry the network up.
 * - 60,000 payments a day. After the four days that are run first, the figures that `TrafficFacts` has hardly move.
 * - Each node that tasks are made for looks at another stretch of the same long run, so that no two see the same balances.
 */
import type { GraphSnapshot } from '../../../src/graph/snapshot.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import {
  type BalanceEvent,
  type BalanceHistory,
  balanceHistory,
  usableMsat,
} from '../world/balance-history.ts';
import { DAY_MS, STEP_MS } from '../world/sequence.ts';
import { Demand } from './demand.ts';
import { paymentGraph } from './payment-graph.ts';
import { Tastes } from './tastes.ts';
import { Traffic } from './traffic.ts';

export interface TrafficOptions {
  readonly seed: string;
  /** Stretches that are wanted, one for each node, and the steps of each. */
  readonly stretches: number;
  readonly steps: number;
  /** @defaultValue 240,000: the four days */
  readonly paymentsBefore?: number;
}

export interface TrafficFacts {
  readonly payments: number;
  readonly settledShare: number;
  /** Mean of |2 share - 1| over open channels, before the last quarter of the first days, and at their end. */
  readonly imbalanceBefore: number;
  readonly imbalance: number;
  /** Open channels that no payment has ever crossed by then. */
  readonly untouchedShare: number;
}

export interface TrafficBalances {
  readonly stretches: readonly BalanceHistory[];
  readonly facts: TrafficFacts;
}

const PAYMENTS_PER_DAY = 60_000;
const PAYMENTS_PER_STEP = Math.round((PAYMENTS_PER_DAY * STEP_MS) / DAY_MS);
const DAYS_BEFORE = 4;
const RENEWAL_DAYS = 10;

export function trafficBalances(snapshot: GraphSnapshot, options: TrafficOptions): TrafficBalances {
  const run = new TrafficRun(snapshot, options.seed);
  const before = options.paymentsBefore ?? PAYMENTS_PER_DAY * DAYS_BEFORE;
  run.pay(Math.floor(before * 0.75));
  const imbalanceBefore = run.imbalance();
  run.pay(Math.ceil(before * 0.25));
  const facts = { ...run.facts(), imbalanceBefore };
  const stretches = Array.from({ length: options.stretches }, () => run.stretch(options.steps));
  return { stretches, facts };
}

class TrafficRun {
  readonly #usable: Float64Array;
  readonly #open: number[] = [];
  readonly #demand: Demand;
  readonly #traffic: Traffic;
  readonly #renewals: SeededRandom;
  readonly #renewalChance: number;

  constructor(snapshot: GraphSnapshot, seed: string) {
    const random = new SeededRandom(seed);
    const graph = paymentGraph(snapshot);
    for (let slot = 0; slot < snapshot.channelSlots; slot++) {
      if (graph.open[2 * slot] === 1 || graph.open[2 * slot + 1] === 1) this.#open.push(slot);
    }
    this.#usable = usableMsat(snapshot.columns.capacitySat);
    this.#demand = new Demand(graph, random.fork('demand'));
    this.#traffic = new Traffic({
      graph,
      usableMsat: this.#usable,
      shareMsat: new Float64Array(this.#usable.length),
      tastes: new Tastes(snapshot, random.fork('tastes')),
      random: random.fork('lots'),
    });
    this.#renewals = random.fork('renewals');
    this.#renewalChance = this.#open.length / (RENEWAL_DAYS * PAYMENTS_PER_DAY);
    for (const slot of this.#open) this.#traffic.renew(slot);
    this.#traffic.changed.clear();
    this.#traffic.renewed.clear();
  }

  /** Whatever changes meanwhile is noted in `changed`. */
  pay(payments: number): void {
    for (let i = 0; i < payments; i++) {
      this.#traffic.pay(this.#demand.next());
      if (this.#renewals.chance(this.#renewalChance)) {
        this.#traffic.renew(this.#renewals.pick(this.#open));
      }
    }
  }

  stretch(steps: number): BalanceHistory {
    const { changed, renewed, shareMsat } = this.#traffic;
    changed.clear();
    renewed.clear();
    const start = shareMsat.slice();
    const events: BalanceEvent[] = [];
    for (let step = 1; step < steps; step++) {
      this.pay(PAYMENTS_PER_STEP);
      for (const slot of changed) {
        events.push({ step, slot, shareMsat: shareMsat[slot]!, renews: renewed.has(slot) });
      }
      changed.clear();
      renewed.clear();
    }
    return balanceHistory({ usableMsat: this.#usable, shareMsat: start, events });
  }

  imbalance(): number {
    const { shareMsat } = this.#traffic;
    const sum = this.#open.reduce(
      (total, slot) => total + Math.abs((2 * shareMsat[slot]!) / this.#usable[slot]! - 1),
      0,
    );
    return sum / this.#open.length;
  }

  facts(): Omit<TrafficFacts, 'imbalanceBefore'> {
    const { settled, failed, changed } = this.#traffic;
    return {
      payments: settled + failed,
      settledShare: settled / (settled + failed),
      imbalance: this.imbalance(),
      untouchedShare: 1 - changed.size / this.#open.length,
    };
  }
}
