/**
 * Asks how a payment ends before lightningd has said that it began. What a node on the way answers, its new policy in it,
 * is told to those who are waiting then, and not kept (lightningd: `pay.c`, `wallet_payment_get_failinfo`): a peer may have
 * refused while two round trips to a distant clnrest go by. Of an onion of ours nothing at all is kept of that.
 */
import type { PaymentHash } from '../../units/ids.ts';
import type { ClnCalls } from './cln-calls.ts';
import { isObject } from './transport/answer.ts';
import type { CallEnd } from './transport/carrier.ts';

/** What sends it is to arrive first, and both are under way at once. */
const HEAD_START_MS = 10;

export class WaitAhead {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #asked: Promise<CallEnd> | undefined;

  constructor(
    calls: ClnCalls,
    {
      paymentHash,
      waitSeconds,
    }: { readonly paymentHash: PaymentHash; readonly waitSeconds: number },
  ) {
    this.#timer = setTimeout(() => {
      this.#asked = calls.attempt(
        'waitsendpay',
        { payment_hash: paymentHash, timeout: waitSeconds },
        { waitMs: waitSeconds * 1000, signal: this.#stop.signal },
      );
    }, HEAD_START_MS);
  }

  /** The end of this attempt, if that is what was told: it may have been asked too early, or about an older one. */
  async endOf(attemptId: bigint): Promise<CallEnd | undefined> {
    clearTimeout(this.#timer);
    const end = await this.#asked;
    return end !== undefined && isAbout(end, attemptId) ? end : undefined;
  }

  /** Nothing was sent, as far as is known. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }
}

function isAbout(end: CallEnd, attemptId: bigint): boolean {
  const payment = end.kind === 'result' ? end.result : end.kind === 'error' ? end.data : null;
  if (!isObject(payment)) return false;
  const id = payment['created_index'] ?? payment['id'];
  return (typeof id === 'number' || typeof id === 'bigint') && BigInt(id) === attemptId;
}
