/** The last attempt of each payment hash that this connection has seen the end of. */
import type { PaymentHash } from '../../units/ids.ts';

/** A hash is of use for minutes. */
const MOST_HASHES = 1000;

export class AttemptIds {
  readonly #last = new Map<PaymentHash, bigint>();

  saw(paymentHash: PaymentHash, attemptId: bigint): void {
    const last = this.lastOf(paymentHash);
    this.#last.delete(paymentHash);
    this.#last.set(paymentHash, attemptId > last ? attemptId : last);
    const [oldest] = this.#last.keys();
    if (this.#last.size > MOST_HASHES && oldest !== undefined) this.#last.delete(oldest);
  }

  /** 0 where none is known; lightningd counts from 1. */
  lastOf(paymentHash: PaymentHash): bigint {
    return this.#last.get(paymentHash) ?? 0n;
  }
}
