/** Ballast's own port for held forwards, over a simulated node's gate: the same desk that stands beside lnd's stream. */
import { HoldDesk } from '../holding/hold-desk.ts';
import type {
  CircuitKey,
  Clock,
  ForwardInterception,
  InterceptionNews,
  InterceptOptions,
  OfferedForward,
  StandingOrders,
} from '../ports.ts';
import { Feed } from './feed.ts';
import type { OfferedForward as GateOffer, InterceptorConnection } from './forward-gate.ts';
import type { SimulatedNode } from './node.ts';

const RETRY_MS = 500;
/** As often as the thread beside lnd tells it. */
const PASSED_EVERY_MS = 1000;

/** Begins at once. */
export function interceptForwards(
  node: SimulatedNode,
  clock: Clock,
  options: InterceptOptions,
): ForwardInterception {
  const interception = new Interception(node, clock, options);
  void interception.run();
  return interception;
}

class Interception implements ForwardInterception {
  readonly #node: SimulatedNode;
  readonly #clock: Clock;
  readonly #options: InterceptOptions;
  readonly #desk: HoldDesk;
  readonly #feed = new Feed<InterceptionNews>();
  readonly #news: AsyncIterableIterator<InterceptionNews>;
  #connection: InterceptorConnection | undefined;
  #lost: PromiseWithResolvers<string> = Promise.withResolvers();
  /** Ends the sleep until something is due. */
  #rouse = new AbortController();

  constructor(node: SimulatedNode, clock: Clock, options: InterceptOptions) {
    this.#node = node;
    this.#clock = clock;
    this.#options = options;
    this.#news = this.#feed.subscribe();
    this.#desk = new HoldDesk(options.terms, {
      resume: (circuit) => this.#answer(circuit),
      tell: (news) => this.#feed.publish(news),
      isBehind: () => false,
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<InterceptionNews> {
    return this.#news;
  }

  order(orders: StandingOrders): void {
    this.#desk.order(orders, this.#clock.now());
  }

  claim(circuit: CircuitKey): void {
    this.#desk.claim(circuit);
  }

  resume(circuit: CircuitKey): void {
    this.#desk.resume(circuit, this.#clock.now());
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    signal.addEventListener('abort', () => this.#rouse.abort(), { once: true });
    const watching = this.#watchTime();
    while (!signal.aborted) {
      const reason = await this.#connected();
      this.#desk.disconnected(this.#clock.now());
      if (signal.aborted) break;
      this.#feed.publish({ kind: 'disconnected', reason, retryInMs: RETRY_MS });
      await this.#clock.sleep(RETRY_MS, signal);
    }
    await watching;
    await this.#news.return?.();
  }

  /** Resolves with why the connection has ended. */
  async #connected(): Promise<string> {
    const { signal } = this.#options;
    const lost = Promise.withResolvers<string>();
    this.#lost = lost;
    // What is held already is offered before there is a connection to answer over.
    const early: GateOffer[] = [];
    const result = this.#node.interceptForwards({
      offer: (forward) => {
        if (this.#connection === undefined) early.push(forward);
        else this.#take(forward);
        return true;
      },
      ended: (reason) => lost.resolve(reason),
    });
    if (result.kind === 'error') return result.message;
    this.#connection = result.connection;
    this.#feed.publish({ kind: 'connected' });
    for (const forward of early) this.#take(forward);
    const stop = (): void => {
      this.#desk.resumeAll(this.#clock.now());
      result.connection.disconnect();
      lost.resolve('stopped');
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const reason = await lost.promise;
    signal.removeEventListener('abort', stop);
    this.#connection = undefined;
    return reason;
  }

  #take(forward: GateOffer): void {
    this.#desk.offer(readOffer(forward), this.#clock.now());
    this.#rouse.abort();
  }

  #answer({ channelId, htlcId }: CircuitKey): void {
    const lost = this.#lost;
    void this.#connection
      ?.resolve({ channelId, index: htlcId }, { kind: 'resume' })
      .then((outcome) => {
        if (outcome.kind === 'error') lost.resolve(outcome.message);
      });
  }

  async #watchTime(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      this.#rouse = new AbortController();
      const nowMs = this.#clock.now();
      const dueMs = this.#desk.nextDueMs ?? nowMs + PASSED_EVERY_MS;
      await this.#clock.sleep(Math.min(dueMs - nowMs, PASSED_EVERY_MS), this.#rouse.signal);
      this.#desk.expire(this.#clock.now());
      const passed = this.#desk.takePassed();
      if (passed !== undefined) this.#feed.publish(passed);
    }
  }
}

const readOffer = (offer: GateOffer): OfferedForward => ({
  circuit: { channelId: offer.circuit.channelId, htlcId: offer.circuit.index },
  paymentHash: offer.paymentHash,
  amountInMsat: offer.incomingAmountMsat,
  expiryInHeight: offer.incomingExpiry,
  amountOutMsat: offer.outgoingAmountMsat,
  expiryOutHeight: offer.outgoingExpiry,
  outChannelId: offer.outgoingChannelId,
  outPeer: null,
  autoFailHeight: offer.autoFailHeight,
});
