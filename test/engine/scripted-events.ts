/** A node whose HTLC events, channels and forwards are scripted, for tests of what listens to it. */
import type {
  Forward,
  HtlcNews,
  LightningNode,
  NodeCapabilities,
  OwnChannel,
  StopSignal,
} from '../../src/ports.ts';

const CAPABILITIES: NodeCapabilities = {
  sendToRoute: true,
  holdInvoices: true,
  inboundFees: true,
  htlcEvents: true,
  intercept: true,
  missionControl: true,
  importMissionControl: true,
  forwardingHistory: true,
  customMessages: true,
  reasons: {},
};

/** An error with the code that `NodeError` would have. */
export const failure = (code: string, message: string = code): Error =>
  Object.assign(new Error(message), { code });

interface Stream {
  readonly queue: (HtlcNews | Error | 'end')[];
  wake: () => void;
}

export class ScriptedEvents {
  /** When each subscription was made. */
  readonly subscribedAtMs: number[] = [];
  /** `sinceMs` of each reading of the history. */
  readonly historyReadings: number[] = [];
  forwards: Forward[] = [];
  channels: OwnChannel[] = [];
  /** What the next subscriptions end with instead of beginning. */
  readonly refusals: Error[] = [];
  historyFails = false;
  /** What every question about channels waits for. */
  waitFor: Promise<void> | undefined;
  capabilities: NodeCapabilities = CAPABILITIES;
  readonly #nowMs: () => number;
  #stream: Stream | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get listened(): boolean {
    return this.#stream !== undefined;
  }

  /** All that the watch asks of a node. */
  node(): LightningNode {
    const asked = {
      capabilities: this.capabilities,
      htlcEvents: ({ signal }: { readonly signal: StopSignal }) => this.#events(signal),
      ownChannels: async () => {
        await this.waitFor;
        return this.channels;
      },
      forwardingHistory: async ({ sinceMs }: { readonly sinceMs: number }) => {
        this.historyReadings.push(sinceMs);
        if (this.historyFails) throw failure('rpc', 'the history is busy');
        const forwards = this.forwards.filter(({ settledAtMs }) => settledAtMs >= sinceMs);
        return { sinceMs, forwards };
      },
    };
    return asked as unknown as LightningNode;
  }

  tell(...news: readonly HtlcNews[]): void {
    this.#push(...news);
  }

  /** The stream ends: by itself, or with an error. */
  cut(error?: Error): void {
    this.#push(error ?? 'end');
  }

  #push(...items: readonly (HtlcNews | Error | 'end')[]): void {
    const stream = this.#stream;
    if (stream === undefined) throw new Error('nobody listens');
    stream.queue.push(...items);
    stream.wake();
  }

  async *#events(signal: StopSignal): AsyncGenerator<HtlcNews> {
    this.subscribedAtMs.push(this.#nowMs());
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    const stream: Stream = { queue: [{ kind: 'listening' }], wake: () => {} };
    this.#stream = stream;
    const abort = (): void => stream.wake();
    signal.addEventListener('abort', abort, { once: true });
    try {
      while (!signal.aborted) {
        const item = stream.queue.shift();
        if (item === 'end') return;
        if (item instanceof Error) throw item;
        if (item !== undefined) yield item;
        else {
          await new Promise<void>((resolve) => {
            stream.wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
      this.#stream = undefined;
    }
  }
}
