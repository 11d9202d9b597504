/** Keeps rebalances from sending while a payment of an earlier one is unresolved. */
import type { Clock, StopSignal } from '../ports.ts';
import type { PaymentHash } from '../units/ids.ts';

/** `lost`: nobody follows the payment any more, so its end will not be known here. */
type End = 'ended' | 'lost';

export type Passage =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'blocked';
      readonly cause: 'deadline' | 'aborted' | 'lost';
      readonly paymentHash: PaymentHash;
    };

export interface Wait {
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly signal: StopSignal | undefined;
}

/** Rebalances pass one at a time, so at most one payment is unresolved. */
export class PaymentGate {
  #unresolved: { readonly paymentHash: PaymentHash; readonly end: Promise<End> } | undefined;

  /** @param left Gives the hash again where following ended before the payment did, else `null`. */
  hold(paymentHash: PaymentHash, left: Promise<PaymentHash | null>): void {
    const end = left.then(
      (hash): End => (hash === null ? 'ended' : 'lost'),
      (): End => 'lost',
    );
    const unresolved = { paymentHash, end };
    this.#unresolved = unresolved;
    void end.then((how) => {
      if (how === 'ended' && this.#unresolved === unresolved) this.#unresolved = undefined;
    });
  }

  /** The payment that would have to be waited for. */
  get unresolved(): PaymentHash | undefined {
    return this.#unresolved?.paymentHash;
  }

  /** Waits for the end of the unresolved payment, until the deadline or the signal. */
  async pass(wait: Wait): Promise<Passage> {
    if (this.#unresolved === undefined) return { kind: 'free' };
    const { paymentHash, end } = this.#unresolved;
    const over = new AbortController();
    const cause = await Promise.race([end, waitedOut(wait, over)]);
    over.abort();
    return cause === 'ended' ? { kind: 'free' } : { kind: 'blocked', cause, paymentHash };
  }
}

/** Resolves at the deadline or when the signal aborts; `over` ends the wait. */
async function waitedOut(
  { clock, deadlineMs, signal }: Wait,
  over: AbortController,
): Promise<'deadline' | 'aborted'> {
  if (signal?.aborted === true) return 'aborted';
  let cause: 'deadline' | 'aborted' = 'deadline';
  const abort = (): void => {
    cause = 'aborted';
    over.abort();
  };
  signal?.addEventListener('abort', abort, { once: true });
  await clock.sleep(deadlineMs, over.signal);
  signal?.removeEventListener('abort', abort);
  return cause;
}
