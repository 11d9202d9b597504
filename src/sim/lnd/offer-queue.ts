/** Forwards on their way to a client that may be slow to read. */
import type { OfferedForward } from '../forward-gate.ts';

/** So many may wait before the node stops; with what a connection buffers, lnd's own stream takes about 40. */
const ROOM = 16;

export class OfferQueue {
  readonly #signal: AbortSignal;
  readonly #waiting: OfferedForward[] = [];
  #reason: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  get hasRoom(): boolean {
    return this.#waiting.length < ROOM;
  }

  /** False when this one filled it. */
  push(forward: OfferedForward): boolean {
    this.#waiting.push(forward);
    this.#wake?.();
    return this.hasRoom;
  }

  /** Nothing more is handed out; whoever waits is told the reason. */
  end(reason: Error): void {
    this.#reason = reason;
    this.#wake?.();
  }

  /** `undefined` once the signal has aborted. @throws the reason of {@link end}. */
  async next(): Promise<OfferedForward | undefined> {
    for (;;) {
      if (this.#signal.aborted) return undefined;
      if (this.#reason !== undefined) throw this.#reason;
      const forward = this.#waiting.shift();
      if (forward !== undefined) return forward;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
