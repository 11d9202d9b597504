/** A process that can be killed: from then on nothing that it calls answers, and nothing that it waits for comes. */
import type { Clock, LightningNode, Store } from '../../../src/ports.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => {});

export class Life {
  readonly #death = new AbortController();

  get isOver(): boolean {
    return this.#death.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#death.signal;
  }

  end(): void {
    this.#death.abort();
  }

  /** The ports, as this process sees them. */
  node(node: LightningNode): LightningNode {
    return {
      ...this.#mortal(node),
      trackPayment: (hash, { signal }) =>
        this.#stream(node.trackPayment(hash, { signal: this.#with(signal) })),
      watchInvoice: (hash, { signal }) =>
        this.#stream(node.watchInvoice(hash, { signal: this.#with(signal) })),
      htlcEvents: ({ signal }) => this.#stream(node.htlcEvents!({ signal: this.#with(signal) })),
      interceptForwards: (options) => {
        const signal = this.#with(options.signal);
        const interception = node.interceptForwards!({ ...options, signal });
        const stream = this.#stream(interception);
        return {
          order: (orders) => interception.order(orders),
          claim: (circuit) => interception.claim(circuit),
          resume: (circuit) => interception.resume(circuit),
          [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
        };
      },
    };
  }

  store(store: Store): Store {
    return this.#mortal(store);
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      sleep: async (milliseconds, signal) => {
        await clock.sleep(milliseconds, signal);
        if (this.isOver) await never();
      },
    };
  }

  #with(signal: unknown): AbortSignal {
    return AbortSignal.any([signal as AbortSignal, this.signal]);
  }

  #mortal<T extends object>(port: T): T {
    const methods = Object.entries(port).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'function' ? this.#call(value.bind(port)) : value,
    ]);
    return Object.fromEntries(methods) as T;
  }

  #call(method: (...args: unknown[]) => unknown) {
    return async (...args: unknown[]): Promise<unknown> => {
      if (this.isOver) return never();
      try {
        return await method(...args);
      } finally {
        if (this.isOver) await never();
      }
    };
  }

  async *#stream<T>(stream: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    for await (const item of stream) {
      if (this.isOver) await never();
      yield item;
    }
    if (this.isOver) await never();
  }
}
