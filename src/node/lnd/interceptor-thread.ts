/** What passes between the thread that answers for forwards and the thread that decides about them. */
import type { CircuitKey, HoldTerms, InterceptionNews, StandingOrders } from '../../ports.ts';
import type { NodeErrorCode } from '../node-error.ts';
import type { StreamTuning } from './interceptor-stream.ts';
import type { LndChannelOptions } from './lnd-channel.ts';

/** What the thread begins with. */
export interface ThreadStart {
  readonly channel: LndChannelOptions;
  readonly terms: HoldTerms;
  readonly tuning: StreamTuning;
  readonly shared: SharedArrayBuffer;
}

export type ToThread =
  | { readonly kind: 'order'; readonly orders: StandingOrders }
  | { readonly kind: 'claim'; readonly circuit: CircuitKey }
  | { readonly kind: 'resume'; readonly circuit: CircuitKey }
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'news'; readonly news: InterceptionNews }
  /** A `NodeError` as it crosses threads: connecting anew cannot help. */
  | { readonly kind: 'over'; readonly code: NodeErrorCode; readonly message: string };

/** News that lies unread; beyond it nobody is asked about forwards any more. */
const MOST_UNREAD = 256;

const BEATS = 0;
const TOLD = 1;
const READ = 2;
const CELLS = 3;

/** Counters that both threads see, so that each knows of the other even while that one does not answer. */
export class SharedCounters {
  readonly #cells: Int32Array;
  readonly buffer: SharedArrayBuffer;

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT),
  ) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  beat(): void {
    Atomics.add(this.#cells, BEATS, 1);
  }

  /** Changes while the thread lives; what it is means nothing. */
  get beats(): number {
    return Atomics.load(this.#cells, BEATS);
  }

  told(): void {
    Atomics.add(this.#cells, TOLD, 1);
  }

  read(): void {
    Atomics.add(this.#cells, READ, 1);
  }

  get isBehind(): boolean {
    // The difference is right even after a counter has gone round.
    const unread = (Atomics.load(this.#cells, TOLD) - Atomics.load(this.#cells, READ)) | 0;
    return unread > MOST_UNREAD;
  }
}
