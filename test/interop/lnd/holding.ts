/** Keeps forwards at a given node for as long as a scenario needs, by lnd's own interceptor. */
import type { ClientDuplexStream } from '@grpc/grpc-js';
import type { RawHeldForward } from './messages.ts';
import type { RealDirection, RealNode } from './real-network.ts';

interface Answer {
  readonly incoming_circuit_key: RawHeldForward['incoming_circuit_key'];
  readonly action: 'RESUME';
}

export class Holding {
  readonly #stream: ClientDuplexStream<Answer, RawHeldForward>;
  readonly #chanId: string;
  readonly #held: RawHeldForward[] = [];
  #arrived: PromiseWithResolvers<RawHeldForward> = Promise.withResolvers();
  #failure: Error | undefined;
  #letGo = false;

  /** Keeps what comes in over this channel, as `direction.to` lists it, and lets everything else pass. */
  constructor(direction: RealDirection, listedAtEnd: string) {
    this.#chanId = listedAtEnd;
    this.#stream = direction.to.rpc.duplex('router', 'htlcInterceptor');
    this.#stream.on('data', (forward: RawHeldForward) => this.#offered(forward));
    this.#stream.on('error', (error: Error) => {
      this.#failure = error;
      this.#arrived.reject(error);
    });
    // Nobody may be waiting when it fails.
    this.#arrived.promise.catch(() => undefined);
  }

  /** The first that is kept, or an error after the given time. */
  async arrived(waitMs = 30_000): Promise<RawHeldForward> {
    if (this.#failure !== undefined) throw this.#failure;
    const timeout = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => timeout.reject(new Error(`no forward came within ${waitMs} ms`)),
      waitMs,
    );
    try {
      return await Promise.race([this.#arrived.promise, timeout.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** All that is kept goes on, and whatever comes. */
  letGo(): void {
    this.#letGo = true;
    for (const forward of this.#held.splice(0)) this.#resume(forward);
  }

  /** lnd lets everything go too when its interceptor hangs up. */
  close(): void {
    this.#stream.cancel();
  }

  #offered(forward: RawHeldForward): void {
    const { chan_id } = forward.incoming_circuit_key;
    if (this.#letGo || chan_id !== this.#chanId) {
      this.#resume(forward);
      return;
    }
    this.#held.push(forward);
    this.#arrived.resolve(forward);
  }

  #resume({ incoming_circuit_key }: RawHeldForward): void {
    if (this.#failure === undefined) this.#stream.write({ incoming_circuit_key, action: 'RESUME' });
  }
}

/** Whether the node has an interceptor already, which only one can be. */
export async function canHold({ rpc }: RealNode): Promise<boolean> {
  const stream = rpc.duplex('router', 'htlcInterceptor');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  stream.on('error', () => resolve(false));
  stream.on('data', () => undefined);
  const timer = setTimeout(() => resolve(true), 300);
  const free = await promise;
  clearTimeout(timer);
  stream.cancel();
  // lnd lets the next one in as soon as it has noticed that this one is gone.
  await new Promise((done) => setTimeout(done, 200));
  return free;
}
