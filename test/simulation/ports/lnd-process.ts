/**
 * The node that all processes of ours talk to. It may restart: what it has under way stays there meanwhile, and of
 * attempts that fail afterwards it has no record any more, as lnd deletes failed attempts of resumed payments.
 */
import type {
  GraphDescription,
  LightningNode,
  PaymentRecord,
  SendOutcome,
  SendRequest,
  TrackUpdate,
} from '../../../src/ports.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { NodeId, PaymentHash } from '../../../src/units/ids.ts';

export class LndProcess {
  readonly #network: SimulatedNetwork;
  readonly #self: NodeId;
  readonly #inner: LightningNode;
  /** Attempts that were under way at a restart. */
  readonly #resumed = new Set<bigint>();
  /** Payments that got no attempt because lnd failed in between; a restart ends them. */
  readonly #stillborn = new Set<PaymentHash>();
  readonly #ended = new Set<PaymentHash>();
  /** Payments that lnd has begun, while it takes its time over their attempt. */
  readonly #begun = new Map<PaymentHash, Promise<void>>();
  readonly #failsToRegister: () => boolean;
  readonly #registering: () => Promise<void> | undefined;
  readonly #onRemoved: (paymentHash: PaymentHash) => void;
  #frozenGraph: GraphDescription | undefined;
  up = true;
  synced = true;

  constructor(parts: {
    readonly network: SimulatedNetwork;
    readonly self: NodeId;
    readonly inner: LightningNode;
    /** Whether lnd fails between a payment's beginning and its attempt, this time. */
    readonly failsToRegister: () => boolean;
    /** How long it takes over it, where it does not do both at once. */
    readonly registering: () => Promise<void> | undefined;
    /** A record of this hash is gone: a payment's, or an invoice's. */
    readonly onRemoved: (paymentHash: PaymentHash) => void;
  }) {
    this.#network = parts.network;
    this.#self = parts.self;
    this.#inner = parts.inner;
    this.#failsToRegister = parts.failsToRegister;
    this.#registering = parts.registering;
    this.#onRemoved = parts.onRemoved;
  }

  /** Whether there are payments that only a restart ends. */
  get needsRestart(): boolean {
    return this.#stillborn.size > this.#ended.size;
  }

  stop(): void {
    this.up = false;
    this.#network.setOnline(this.#self, false);
    const payments = this.#network
      .node(this.#self)
      .listPayments({ includeIncomplete: true, maxPayments: 10_000 });
    for (const { attempts } of payments) {
      for (const { attemptId, state } of attempts) {
        if (state === 'in_flight') this.#resumed.add(attemptId);
      }
    }
  }

  start(): void {
    this.up = true;
    for (const paymentHash of this.#stillborn) this.#ended.add(paymentHash);
    this.#network.setOnline(this.#self, true);
  }

  /** From now on the graph is told as it is now, until it is told fresh again. */
  freezeGraph(): void {
    this.#frozenGraph = this.#network.description();
  }

  thawGraph(): void {
    this.#frozenGraph = undefined;
  }

  /** The node's own answers, without the way to it. */
  get node(): LightningNode {
    const inner = this.#inner;
    return {
      ...inner,
      info: async () => ({ ...(await inner.info()), syncedToChain: this.synced }),
      describeGraph: async () => this.#frozenGraph ?? inner.describeGraph(),
      sendToRoute: (request) => this.#send(request),
      trackPayment: (paymentHash, options) =>
        this.#track(paymentHash, () => inner.trackPayment(paymentHash, options)),
      unfinishedPayments: async (options) =>
        (await inner.unfinishedPayments(options))
          .map((payment) => this.#remembered(payment))
          .filter(({ state }) => state === 'in_flight'),
      deleteFailedPayment: async (paymentHash) => {
        await inner.deleteFailedPayment(paymentHash);
        this.#onRemoved(paymentHash);
      },
      deleteCanceledInvoice: async (paymentHash) => {
        await inner.deleteCanceledInvoice(paymentHash);
        this.#onRemoved(paymentHash);
      },
    };
  }

  /** An onion that does not fit is refused at the point at which a failing database would refuse an attempt. */
  async #send(request: SendRequest): Promise<SendOutcome> {
    const { paymentHash, route } = request;
    const registering = this.#begun.has(paymentHash) ? undefined : this.#registering();
    if (registering !== undefined) {
      this.#begun.set(paymentHash, registering);
      await registering;
      this.#begun.delete(paymentHash);
    }
    if (!this.#failsToRegister()) return this.#inner.sendToRoute(request);
    this.#stillborn.add(paymentHash);
    const [last, ...others] = route.hops.toReversed();
    const customRecords = new Map([[70_000n, new Uint8Array(1300)]]);
    const hops = [...others.reverse(), { ...last!, customRecords }];
    return this.#inner.sendToRoute({ paymentHash, route: { ...route, hops } });
  }

  async *#track(
    paymentHash: PaymentHash,
    open: () => AsyncIterable<TrackUpdate>,
  ): AsyncGenerator<TrackUpdate> {
    const registering = this.#begun.get(paymentHash);
    if (registering !== undefined) {
      const begun = { paymentHash, state: 'in_flight', valueMsat: 0n, attempts: [] } as const;
      yield { kind: 'payment', payment: begun };
      await registering;
    }
    for await (const update of open()) {
      if (update.kind === 'not_found') {
        yield update;
        return;
      }
      const payment = this.#remembered(update.payment);
      yield { kind: 'payment', payment };
      if (payment.state !== 'in_flight') return;
    }
  }

  #remembered(payment: PaymentRecord): PaymentRecord {
    const attempts = payment.attempts.filter(
      ({ attemptId, state }) => state !== 'failed' || !this.#resumed.has(attemptId),
    );
    const { state, paymentHash } = payment;
    const isOver = payment.attempts.length === 0 && this.#ended.has(paymentHash);
    return { ...payment, attempts, state: isOver ? 'failed' : state };
  }
}
