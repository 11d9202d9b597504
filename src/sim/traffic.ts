/** Everybody else's payments: seeded demand, paid on the network's clock by payers who learn from failures. */
import { createHash } from 'node:crypto';
import { Failure_FailureCode as Code, type Failure } from '../generated/messages/failure.ts';
import type { StopSignal } from '../ports.ts';
import type { NodeId } from '../units/ids.ts';
import type { WalkOutcome } from './htlc-walk.ts';
import type { SimulatedNetwork } from './network.ts';
import { SeededRandom } from './random.ts';
import { TrafficBeliefs } from './traffic-beliefs.ts';
import {
  type DemandedPayment,
  TrafficDemand,
  type TrafficEnd,
  type TrafficFlow,
} from './traffic-demand.ts';
import { type TrafficEdge, TrafficGraph } from './traffic-graph.ts';
import { routeOver } from './traffic-route.ts';
import { TrafficSearch } from './traffic-search.ts';
import { TrafficUpkeep } from './traffic-upkeep.ts';

/** Who pays whom, how often and how much; all of it is drawn from the seed. */
export interface TrafficOptions {
  /** Decides all demand, whatever becomes of it. */
  readonly seed: number | string;
  /** Between nodes that are drawn; `flows` come on top. Default 20,000; 0 leaves the flows only. */
  readonly paymentsPerDay?: number;
  /** Demand between nodes that are named. Default: none. */
  readonly flows?: readonly TrafficFlow[];
  /** Nodes that neither pay, are paid nor have their channels refilled: those under test. They still forward. */
  readonly bystanders?: readonly NodeId[];
  /** Median amount; default 20,000 sat. */
  readonly medianSat?: number;
  /** Standard deviation of the amount's logarithm; default 1.6, at which one payment in a hundred exceeds 40 medians. */
  readonly spread?: number;
  /** Default 5,000,000 sat. */
  readonly mostSat?: number;
  /** Attempts for one payment; default 6. */
  readonly attempts?: number;
  /** Most that a payer pays in fees, in millionths of the amount, and at least 10 sat; default 10,000. */
  readonly mostFeePpm?: number;
  /**
   * Chance that others refill a channel of theirs in an hour in which it is nearly empty at one end; default 0.1. At 0
   * lasting imbalances empty the network in the end.
   */
  readonly refillsPerHour?: number;
}

/** What has become of the demand so far. */
export interface TrafficTally {
  readonly payments: number;
  readonly settled: number;
  /** No path was left to try at the start or after failures, or the attempts were used up. */
  readonly failed: number;
  readonly attempts: number;
  /** Of settled payments. */
  readonly amountMsat: bigint;
  readonly feesMsat: bigint;
  /** Channels that their owners refilled. */
  readonly refills: number;
}

interface RunningPayment extends DemandedPayment {
  readonly preimage: Uint8Array;
  attemptsLeft: number;
}

const LEAST_FEE_LIMIT_MSAT = 10_000;

/**
 * Payments between the nodes of a network, as time goes by: they shift balances, and bring forwards to whoever is on
 * the way.
 */
export class Traffic {
  readonly #network: SimulatedNetwork;
  readonly #options: TrafficOptions;
  readonly #demand: TrafficDemand;
  readonly #graph: TrafficGraph;
  readonly #search: TrafficSearch;
  readonly #upkeep: TrafficUpkeep;
  readonly #beliefs = new Map<NodeId, TrafficBeliefs>();
  readonly #tally = {
    payments: 0,
    settled: 0,
    failed: 0,
    attempts: 0,
    amountMsat: 0n,
    feesMsat: 0n,
  };

  /** @throws RangeError when there would be nothing to pay. */
  constructor(network: SimulatedNetwork, options: TrafficOptions) {
    this.#network = network;
    this.#options = options;
    const random = new SeededRandom(options.seed).fork('traffic');
    const bystanders = new Set(options.bystanders);
    this.#demand = new TrafficDemand(
      {
        ends: endsOf(network, bystanders),
        paymentsPerDay: options.paymentsPerDay ?? 20_000,
        flows: options.flows ?? [],
        medianSat: options.medianSat ?? 20_000,
        spread: options.spread ?? 1.6,
        mostSat: options.mostSat ?? 5_000_000,
      },
      random,
    );
    this.#graph = new TrafficGraph(network);
    this.#search = new TrafficSearch(this.#graph);
    this.#upkeep = new TrafficUpkeep(network, {
      random: random.fork('refills'),
      perHour: options.refillsPerHour ?? 0.1,
      bystanders,
    });
  }

  /** What became of all payments so far. */
  get tally(): TrafficTally {
    return { ...this.#tally, refills: this.#upkeep.refills };
  }

  /**
   * Pays as the demand comes up, until the signal aborts. Payments that are still under way then go on. To be called
   * once.
   */
  async run(signal: StopSignal): Promise<void> {
    const { clock } = this.#network;
    const startMs = clock.now();
    try {
      for (;;) {
        const demanded = this.#demand.next();
        const waitMs = startMs + demanded.atMs - clock.now();
        if (waitMs > 0) await clock.sleep(waitMs, signal);
        if (signal.aborted) return;
        this.#upkeep.follow(demanded.atMs);
        this.#start(demanded);
      }
    } finally {
      this.#graph.close();
    }
  }

  #start(demanded: DemandedPayment): void {
    const number = this.#tally.payments++;
    const preimage = createHash('sha256').update(`${this.#options.seed} ${number}`).digest();
    this.#attempt({
      ...demanded,
      preimage: new Uint8Array(preimage),
      attemptsLeft: this.#options.attempts ?? 6,
    });
  }

  #attempt(payment: RunningPayment): void {
    const path = payment.attemptsLeft > 0 ? this.#find(payment) : undefined;
    if (path === undefined) {
      this.#tally.failed++;
      return;
    }
    payment.attemptsLeft--;
    this.#tally.attempts++;
    const { blockHeight } = this.#network;
    const { from, amountMsat, preimage } = payment;
    const route = routeOver({ graph: this.#graph, path, amountMsat, blockHeight });
    this.#network.sendUnrecorded({
      from,
      route,
      preimage,
      done: (outcome) =>
        this.#finish(payment, { path, outcome, feeMsat: route.amountMsat - amountMsat }),
    });
  }

  #find({ from, to, amountMsat }: RunningPayment): readonly TrafficEdge[] | undefined {
    const [fromPlace, toPlace] = [this.#graph.placeOf(from), this.#graph.placeOf(to)];
    if (fromPlace === undefined || toPlace === undefined) return undefined;
    const amount = Number(amountMsat);
    const nowMs = this.#network.clock.now();
    const beliefs = this.#beliefsOf(from);
    return this.#search.find({
      from: fromPlace,
      to: toPlace,
      amountMsat: amount,
      mostFeeMsat: Math.max(
        LEAST_FEE_LIMIT_MSAT,
        (amount * (this.#options.mostFeePpm ?? 10_000)) / 1e6,
      ),
      ownMsat: ({ channelId }) => Number(this.#network.bandwidthMsat(channelId, from)),
      trusts: (edge, atMsat) => beliefs.trusts(edge, { amountMsat: atMsat, nowMs }),
    });
  }

  #beliefsOf(nodeId: NodeId): TrafficBeliefs {
    let beliefs = this.#beliefs.get(nodeId);
    if (beliefs === undefined) {
      beliefs = new TrafficBeliefs();
      this.#beliefs.set(nodeId, beliefs);
    }
    return beliefs;
  }

  #finish(
    payment: RunningPayment,
    attempt: { path: readonly TrafficEdge[]; outcome: WalkOutcome; feeMsat: bigint },
  ): void {
    const { path, outcome } = attempt;
    if (outcome.kind === 'settled') {
      this.#tally.settled++;
      this.#tally.amountMsat += payment.amountMsat;
      this.#tally.feesMsat += attempt.feeMsat;
      return;
    }
    // The payee itself, or nobody knows who: nothing that another path would mend.
    const { failureSourceIndex: place, code } = outcome.failure;
    const blamed = code === Code.UNREADABLE_FAILURE ? undefined : path[place];
    if (blamed === undefined) {
      this.#tally.failed++;
      return;
    }
    const amountMsat = isLackOfBalance(outcome.failure) ? Number(payment.amountMsat) : 0;
    this.#beliefsOf(payment.from).failed(blamed, { amountMsat, nowMs: this.#network.clock.now() });
    this.#attempt(payment);
  }
}

const isLackOfBalance = ({ code }: Failure): boolean => code === Code.TEMPORARY_CHANNEL_FAILURE;

/** All nodes with channels, the more likely to pay and be paid the more they have in them. */
function endsOf(network: SimulatedNetwork, bystanders: ReadonlySet<NodeId>): TrafficEnd[] {
  const capacities = new Map<NodeId, number>();
  for (const { node1, node2, capacitySat } of network.description().channels) {
    if (bystanders.has(node1) || bystanders.has(node2)) continue;
    for (const end of [node1, node2]) {
      capacities.set(end, (capacities.get(end) ?? 0) + Number(capacitySat));
    }
  }
  return [...capacities].map(([nodeId, capacity]) => ({ nodeId, weight: Math.sqrt(capacity) }));
}
