/**
 * One process's connection to lnd's HtlcInterceptor, made anew whenever it ends. lnd sends offers from its switch's only
 * loop, so whoever reads slowly stops the whole node's forwarding: this runs in a thread of its own, reads at once
 * whatever comes, and closes the stream when it finds that it was held up.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientDuplexStream, type ServiceError, status } from '@grpc/grpc-js';
import {
  type ForwardHtlcInterceptRequest,
  type ForwardHtlcInterceptResponse,
  RouterService,
} from '../../generated/services/router.ts';
import { HoldDesk } from '../../holding/hold-desk.ts';
import type { CircuitKey, HoldTerms, InterceptionNews, StandingOrders } from '../../ports.ts';
import { NodeError, type NodeErrorCode } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { readOffer, resumeAnswer } from './offer-message.ts';
import { isServiceError } from './stream-messages.ts';

export interface StreamTuning {
  /** Milliseconds between looks at the time: no forward is kept longer than its terms and this. */
  readonly tickMs: number;
  /** Held up for longer than this, in ms, the thread lets go of everything. */
  readonly mostLagMs: number;
  /** First and longest wait before connecting anew, in ms; it doubles in between. */
  readonly retryMs: number;
  readonly mostRetryMs: number;
}

export const STREAM_DEFAULTS: StreamTuning = {
  tickMs: 25,
  mostLagMs: 1000,
  retryMs: 500,
  mostRetryMs: 30_000,
};

/** lnd gives no sign that it has taken an interceptor; a refusal comes within a round trip. */
const REFUSED_WITHIN_MS = 1000;
/** A connection that has lasted so long was no failure to connect. */
const LASTED_MS = 10_000;
const PASSED_EVERY_MS = 1000;
/** Answers that were written are sent before the stream ends. */
const FAREWELL_MS = 500;

/** Connecting anew cannot help, or nobody wants it. */
const FINAL: ReadonlySet<NodeErrorCode> = new Set([
  'permission_denied',
  'wrong_macaroon',
  'wrong_certificate',
  'wrong_address',
  'closed',
]);

type Stream = ClientDuplexStream<ForwardHtlcInterceptResponse, ForwardHtlcInterceptRequest>;

export interface InterceptorStreamParts {
  readonly calls: LndCalls;
  readonly terms: HoldTerms;
  readonly tell: (news: InterceptionNews) => void;
  readonly isBehind: () => boolean;
  /** Called at each look at the time. */
  readonly beat: () => void;
  readonly tuning: StreamTuning;
}

export class InterceptorStream {
  readonly #parts: InterceptorStreamParts;
  readonly #desk: HoldDesk;
  readonly #stop = new AbortController();
  #stream: Stream | undefined;
  /** Why we ended the stream ourselves. */
  #ownEnd: string | undefined;
  #lastTickMs: number = performance.now();
  #passedAtMs = 0;

  constructor(parts: InterceptorStreamParts) {
    this.#parts = parts;
    this.#desk = new HoldDesk(parts.terms, {
      resume: (circuit) => void this.#stream?.write(resumeAnswer(circuit)),
      tell: parts.tell,
      isBehind: parts.isBehind,
    });
  }

  order(orders: StandingOrders): void {
    this.#desk.order(orders, performance.now());
  }

  claim(circuit: CircuitKey): void {
    this.#desk.claim(circuit);
  }

  resume(circuit: CircuitKey): void {
    this.#desk.resume(circuit, performance.now());
  }

  /** Lets go of everything, and ends. */
  stop(): void {
    this.#desk.resumeAll(performance.now());
    this.#stop.abort();
    this.#stream?.end();
  }

  /** Until it is stopped. @throws NodeError where connecting anew cannot help. */
  async run(): Promise<void> {
    const { tuning, tell } = this.#parts;
    this.#lastTickMs = performance.now();
    const ticking = setInterval(() => this.#tick(), tuning.tickMs);
    let retryMs = tuning.retryMs;
    try {
      while (!this.#stop.signal.aborted) {
        const beganMs = performance.now();
        const error = await this.#connection();
        this.#desk.disconnected(performance.now());
        this.#tellPassed();
        if (this.#stop.signal.aborted) return;
        if (error instanceof NodeError && FINAL.has(error.code)) throw error;
        if (performance.now() - beganMs >= LASTED_MS) retryMs = tuning.retryMs;
        tell({ kind: 'disconnected', reason: error.message, retryInMs: retryMs });
        await delay(retryMs, undefined, { signal: this.#stop.signal }).catch(() => {});
        retryMs = Math.min(tuning.mostRetryMs, 2 * retryMs);
      }
    } finally {
      clearInterval(ticking);
    }
  }

  /** Connects, and resolves with why the connection ended. */
  async #connection(): Promise<Error> {
    const { calls, tell } = this.#parts;
    let stream: Stream;
    try {
      stream = await calls.twoWay(RouterService.htlcInterceptor);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    this.#ownEnd = undefined;
    this.#stream = stream;
    if (this.#stop.signal.aborted) stream.end();
    let connected = false;
    const connect = (): void => {
      if (connected || this.#stop.signal.aborted) return;
      connected = true;
      tell({ kind: 'connected' });
    };
    const unrefused = setTimeout(connect, REFUSED_WITHIN_MS);
    const end = Promise.withResolvers<Error>();
    stream.on('data', (message: ForwardHtlcInterceptRequest) => {
      connect();
      this.#take(message);
    });
    stream.on('error', end.resolve);
    stream.on('end', () => end.resolve(new Error('lnd ended the stream')));
    const farewell = (): unknown =>
      setTimeout(() => end.resolve(new Error('stopped')), FAREWELL_MS);
    this.#stop.signal.addEventListener('abort', farewell, { once: true });
    try {
      return await this.#explain(await end.promise);
    } finally {
      this.#stop.signal.removeEventListener('abort', farewell);
      clearTimeout(unrefused);
      this.#stream = undefined;
      calls.finish(stream);
    }
  }

  #take(message: ForwardHtlcInterceptRequest): void {
    const offer = readOffer(message);
    if (offer !== undefined) this.#desk.offer(offer, performance.now());
    else this.#close('lnd offered a forward without a key to answer by');
  }

  #close(why: string): void {
    this.#ownEnd = why;
    this.#stream?.cancel();
  }

  async #explain(error: Error): Promise<Error> {
    if (this.#ownEnd !== undefined) return new NodeError('rpc', this.#ownEnd);
    if (this.#stop.signal.aborted || !isServiceError(error)) return error;
    if (isTaken(error)) {
      return new NodeError(
        'rpc',
        'another program intercepts the forwards of this lnd already (a circuit breaker, a channel acceptor or a second Ballast, perhaps), and lnd allows one at a time: stop it, or run without just-in-time rebalancing',
        { cause: error },
      );
    }
    return this.#parts.calls.explain(error, RouterService.htlcInterceptor.path, null);
  }

  #tick(): void {
    const { tuning, beat } = this.#parts;
    const nowMs = performance.now();
    const lagMs = nowMs - this.#lastTickMs - tuning.tickMs;
    this.#lastTickMs = nowMs;
    beat();
    this.#desk.expire(nowMs);
    if (lagMs > tuning.mostLagMs && this.#stream !== undefined) {
      this.#close(
        `the thread that answers for forwards stood still for ${Math.round(lagMs)} ms, so they go on without it for a while; the machine may be overloaded or was asleep`,
      );
    }
    if (nowMs - this.#passedAtMs >= PASSED_EVERY_MS) this.#tellPassed();
  }

  #tellPassed(): void {
    this.#passedAtMs = performance.now();
    const passed = this.#desk.takePassed();
    if (passed !== undefined) this.#parts.tell(passed);
  }
}

/** lnd: `routerrpc/router_server.go`, `ErrInterceptorAlreadyExists`. */
const isTaken = (error: ServiceError): boolean =>
  error.code === status.UNKNOWN && error.details === 'interceptor already exists';
