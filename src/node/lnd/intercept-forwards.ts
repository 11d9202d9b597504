/** HtlcInterceptor, as seen from the thread that decides: news of forwards comes, orders go. */
import { Worker } from 'node:worker_threads';
import type {
  CircuitKey,
  ForwardInterception,
  HoldTerms,
  InterceptionNews,
  InterceptOptions,
  StandingOrders,
  StopSignal,
} from '../../ports.ts';
import { NodeError } from '../node-error.ts';
import { STREAM_DEFAULTS, type StreamTuning } from './interceptor-stream.ts';
import {
  type FromThread,
  SharedCounters,
  type ThreadStart,
  type ToThread,
} from './interceptor-thread.ts';
import { closedError, type LndChannelOptions } from './lnd-channel.ts';

export interface InterceptTuning extends StreamTuning {
  /** A thread that shows no sign of life for so long, in ms, is ended and replaced. */
  readonly hangMs: number;
  /** What the thread runs. */
  readonly worker: URL;
}

const TUNING: InterceptTuning = {
  ...STREAM_DEFAULTS,
  hangMs: 4000,
  worker: new URL(
    import.meta.url.endsWith('.ts') ? './interceptor-worker.ts' : './interceptor-worker.js',
    import.meta.url,
  ),
};

/** A thread has its modules to load before its first sign of life. */
const START_MS = 15_000;
/** Answers that were given are still sent out. */
const STOP_MS = 2000;

interface Parts {
  readonly channel: LndChannelOptions;
  readonly options: InterceptOptions;
  /** The node was closed. */
  readonly closed: StopSignal;
  readonly tuning?: Partial<InterceptTuning>;
}

/** With the counters of the thread that told it. */
interface Unread {
  readonly news: InterceptionNews;
  readonly counters: SharedCounters | undefined;
}

/** Begins at once. */
export function interceptForwards(parts: Parts): ForwardInterception {
  return new Interception(parts);
}

class Interception implements ForwardInterception {
  readonly #parts: Parts;
  readonly #tuning: InterceptTuning;
  readonly #terms: HoldTerms;
  readonly #news: Unread[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly error: NodeError | undefined } | undefined;
  #thread: Thread | undefined;
  #retryMs: number;
  #retrying: NodeJS.Timeout | undefined;
  #orders: { readonly orders: StandingOrders; readonly atMs: number } | undefined;
  /** Offers that were told and not released yet. */
  readonly #open = new Map<string, { readonly circuit: CircuitKey; readonly sinceMs: number }>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#terms = parts.options.terms;
    this.#tuning = { ...TUNING, ...parts.tuning };
    this.#retryMs = this.#tuning.retryMs;
    const { signal } = parts.options;
    if (signal.aborted || parts.closed.aborted) {
      this.#finish(parts.closed.aborted ? closedError() : undefined);
      return;
    }
    signal.addEventListener('abort', this.#onStop, { once: true });
    parts.closed.addEventListener('abort', this.#onClosed, { once: true });
    this.#start();
  }

  readonly #onStop = (): void => this.#finish(undefined);
  readonly #onClosed = (): void => this.#finish(closedError());

  // ---- what is said to the thread

  order(orders: StandingOrders): void {
    this.#orders = { orders, atMs: performance.now() };
    this.#thread?.say({ kind: 'order', orders });
  }

  claim(circuit: CircuitKey): void {
    this.#thread?.say({ kind: 'claim', circuit });
  }

  resume(circuit: CircuitKey): void {
    this.#thread?.say({ kind: 'resume', circuit });
  }

  // ---- the thread's life

  #start(): void {
    const { channel } = this.#parts;
    this.#retrying = undefined;
    const thread = new Thread({
      worker: this.#tuning.worker,
      start: { channel, terms: this.#terms, tuning: streamTuning(this.#tuning) },
      hangMs: this.#tuning.hangMs,
      hear: (message) => this.#hear(message),
      ended: (why) => this.#restart(why),
    });
    this.#thread = thread;
    if (this.#orders === undefined) return;
    const { orders, atMs } = this.#orders;
    const validMs = orders.validMs - (performance.now() - atMs);
    if (validMs > 0) thread.say({ kind: 'order', orders: { ...orders, validMs } });
  }

  #hear(message: FromThread): void {
    switch (message.kind) {
      case 'news':
        if (message.news.kind === 'connected') this.#retryMs = this.#tuning.retryMs;
        this.#tell(message.news, this.#thread?.counters);
        break;
      case 'over':
        this.#finish(new NodeError(message.code, message.message));
    }
  }

  /** With its thread the connection has ended, and lnd lets go of what it held. */
  #restart(why: string): void {
    this.#thread = undefined;
    if (this.#end !== undefined) return;
    const nowMs = performance.now();
    for (const { circuit, sinceMs } of [...this.#open.values()]) {
      this.#tell({ kind: 'released', circuit, cause: 'disconnected', heldMs: nowMs - sinceMs });
    }
    this.#tell({ kind: 'disconnected', reason: why, retryInMs: this.#retryMs });
    this.#retrying = setTimeout(() => this.#start(), this.#retryMs);
    this.#retryMs = Math.min(this.#tuning.mostRetryMs, 2 * this.#retryMs);
  }

  // ---- what is told

  #tell(news: InterceptionNews, counters?: SharedCounters): void {
    if (news.kind === 'offered') {
      const { circuit } = news.forward;
      this.#open.set(keyOf(circuit), { circuit, sinceMs: performance.now() });
    }
    if (news.kind === 'released') this.#open.delete(keyOf(news.circuit));
    this.#news.push({ news, counters });
    this.#wake?.();
  }

  #finish(error: NodeError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#parts.options.signal.removeEventListener('abort', this.#onStop);
    this.#parts.closed.removeEventListener('abort', this.#onClosed);
    clearTimeout(this.#retrying);
    this.#thread?.stop();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<InterceptionNews, void, undefined> {
    for (;;) {
      const unread = this.#news.shift();
      if (unread !== undefined) {
        unread.counters?.read();
        yield unread.news;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

interface ThreadParts {
  readonly worker: URL;
  readonly start: Omit<ThreadStart, 'shared'>;
  readonly hangMs: number;
  readonly hear: (message: FromThread) => void;
  /** It broke off, or was ended for hanging. */
  readonly ended: (why: string) => void;
}

/** One worker thread, and the watch over it. */
class Thread {
  readonly counters = new SharedCounters();
  readonly #worker: Worker;
  readonly #hangMs: number;
  readonly #watch: NodeJS.Timeout;
  #lastBeats = 0;
  /** Looks in a row at which the thread had shown no sign of life since the one before. */
  #stillLooks = 0;
  #started = false;
  #why = 'the thread that answers for forwards has ended';

  constructor({ worker, start, hangMs, hear, ended }: ThreadParts) {
    this.#hangMs = hangMs;
    const workerData: ThreadStart = { ...start, shared: this.counters.buffer };
    this.#worker = new Worker(worker, { name: 'ballast forwards', workerData });
    this.#worker.on('message', hear);
    this.#worker.on('error', (error) => {
      this.#why = `the thread that answers for forwards broke off: ${error.message}`;
    });
    this.#worker.on('exit', () => {
      clearInterval(this.#watch);
      ended(this.#why);
    });
    this.#watch = setInterval(() => this.#look(), hangMs / LOOKS);
  }

  say(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** Looks are counted, not time: while we do not run ourselves, nothing is said of the thread. */
  #look(): void {
    const { beats } = this.counters;
    const alive = beats !== this.#lastBeats;
    this.#lastBeats = beats;
    this.#started ||= alive;
    this.#stillLooks = alive ? 0 : this.#stillLooks + 1;
    const patienceMs = this.#started ? this.#hangMs : Math.max(START_MS, this.#hangMs);
    if (this.#stillLooks * (this.#hangMs / LOOKS) < patienceMs) return;
    clearInterval(this.#watch);
    this.#why = `the thread that answers for forwards did not run for ${patienceMs} ms and was replaced; the machine may be overloaded`;
    void this.#worker.terminate();
  }

  stop(): void {
    clearInterval(this.#watch);
    this.say({ kind: 'stop' });
    const ending = setTimeout(() => void this.#worker.terminate(), STOP_MS);
    ending.unref();
    this.#worker.on('exit', () => clearTimeout(ending));
  }
}

const LOOKS = 8;

const streamTuning = ({
  tickMs,
  mostLagMs,
  retryMs,
  mostRetryMs,
}: InterceptTuning): StreamTuning => ({
  tickMs,
  mostLagMs,
  retryMs,
  mostRetryMs,
});

const keyOf = ({ channelId, htlcId }: CircuitKey): string => `${channelId}/${htlcId}`;
