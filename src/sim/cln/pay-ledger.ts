/**
 * Payments as lightningd's wallet keeps them (Core Lightning: `lightningd/pay.c`, `send_payment_core`): which parts of
 * which groups may be sent under a hash.
 */
import type { Clock } from '../../ports.ts';
import type { NodeId, PaymentHash } from '../../units/ids.ts';
import { RPC_CODE, RpcRefusal } from './rpc-refusal.ts';

export interface PaymentKey {
  readonly paymentHash: PaymentHash;
  readonly groupId: bigint;
  readonly partId: bigint;
}

export type PaymentEnd =
  | { readonly kind: 'complete'; readonly preimage: Uint8Array }
  | {
      readonly kind: 'failed';
      /** What `waitsendpay` answers with where it was waiting; here also to who asks first, as time may stand still. */
      readonly refusal: RpcRefusal;
      /** What it answers with afterwards: the message of the node that failed it is not stored. */
      readonly stored: RpcRefusal;
      wasTold: boolean;
    };

export interface WalletPayment extends PaymentKey {
  readonly createdIndex: bigint;
  updatedIndex: bigint;
  /** Of a foreign onion lightningd knows but what it was told. */
  readonly destination: NodeId | undefined;
  /** What arrives, 0 where nobody told; and what leaves. */
  readonly amountMsat: bigint;
  readonly sentMsat: bigint;
  /** Of all parts together. */
  readonly totalMsat: bigint;
  readonly label: string | undefined;
  readonly createdAt: number;
  completedAt: number;
  /** `undefined` while it is pending. */
  end: PaymentEnd | undefined;
}

export type NewPayment = Omit<
  WalletPayment,
  'createdIndex' | 'updatedIndex' | 'createdAt' | 'completedAt' | 'end'
>;

export class PayLedger {
  readonly #clock: Clock;
  readonly #payments: WalletPayment[] = [];
  readonly #waiters = new Set<() => void>();
  #created = 0n;
  #updated = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The group that a payment belongs to which names none. */
  nextGroup(paymentHash: PaymentHash): bigint {
    return (
      this.#of(paymentHash).reduce((most, { groupId }) => (groupId > most ? groupId : most), 0n) +
      1n
    );
  }

  /**
   * The payment that is there already, where this is the same again; `undefined` where it may be sent.
   *
   * @throws RpcRefusal where it may not.
   */
  admit(payment: NewPayment): WalletPayment | undefined {
    let pendingMsat = payment.amountMsat;
    let hasComplete = false;
    for (const known of this.#of(payment.paymentHash)) {
      if (known.end?.kind === 'failed') continue;
      if (known.end?.kind === 'complete') {
        hasComplete = true;
        if (known.partId !== payment.partId) continue;
        if (known.amountMsat !== payment.amountMsat) {
          throw new RpcRefusal(
            RPC_CODE.rhashAlreadyUsed,
            `Already succeeded with amount ${known.amountMsat}msat (not ${payment.amountMsat}msat)`,
          );
        }
        if (
          known.destination !== undefined &&
          payment.destination !== undefined &&
          known.destination !== payment.destination
        ) {
          throw new RpcRefusal(
            RPC_CODE.rhashAlreadyUsed,
            `Already succeeded to ${known.destination}`,
          );
        }
        return known;
      }
      if (known.groupId !== payment.groupId) {
        throw new RpcRefusal(
          RPC_CODE.inProgress,
          `Payment with groupid=${known.groupId} still in progress, cannot retry.`,
        );
      }
      if ((known.partId === 0n) !== (payment.partId === 0n)) {
        const what = known.partId === 0n ? 'non-parallel' : 'parallel';
        throw new RpcRefusal(RPC_CODE.inProgress, `Already have ${what} payment in progress`);
      }
      if (known.partId === payment.partId) {
        if (known.amountMsat !== payment.amountMsat) {
          throw new RpcRefusal(
            RPC_CODE.rhashAlreadyUsed,
            `Already pending with amount ${known.amountMsat}msat (not ${payment.amountMsat}msat)`,
          );
        }
        return known;
      }
      pendingMsat += known.amountMsat;
    }
    if (hasComplete) {
      throw new RpcRefusal(RPC_CODE.rhashAlreadyUsed, 'Already succeeded other parts');
    }
    if (payment.partId !== 0n && pendingMsat > payment.totalMsat + payment.amountMsat) {
      throw new RpcRefusal(
        RPC_CODE.inProgress,
        `Already have ${pendingMsat - payment.amountMsat}msat of ${payment.totalMsat}msat payments in progress`,
      );
    }
    return undefined;
  }

  /** A failed payment of the same key gives way. */
  add(payment: NewPayment): WalletPayment {
    const before = this.find(payment);
    if (before !== undefined) this.#payments.splice(this.#payments.indexOf(before), 1);
    const stored: WalletPayment = {
      ...payment,
      createdIndex: ++this.#created,
      updatedIndex: 0n,
      createdAt: this.#seconds(),
      completedAt: 0,
      end: undefined,
    };
    this.#payments.push(stored);
    this.#changed();
    return stored;
  }

  end(payment: WalletPayment, end: PaymentEnd): void {
    payment.end = end;
    payment.updatedIndex = ++this.#updated;
    payment.completedAt = this.#seconds();
    this.#changed();
  }

  find({ paymentHash, groupId, partId }: PaymentKey): WalletPayment | undefined {
    return this.#of(paymentHash).find(
      (known) => known.groupId === groupId && known.partId === partId,
    );
  }

  /** The part of that group, or of the last one. */
  latest(key: {
    readonly paymentHash: PaymentHash;
    readonly groupId: bigint | undefined;
    readonly partId: bigint;
  }): WalletPayment | undefined {
    const groupId = key.groupId ?? this.nextGroup(key.paymentHash) - 1n;
    return this.find({ ...key, groupId });
  }

  list(paymentHash?: PaymentHash): readonly WalletPayment[] {
    return paymentHash === undefined ? [...this.#payments] : this.#of(paymentHash);
  }

  delete(payments: readonly WalletPayment[]): void {
    for (const payment of payments) this.#payments.splice(this.#payments.indexOf(payment), 1);
  }

  get created(): bigint {
    return this.#created;
  }

  get updated(): bigint {
    return this.#updated;
  }

  /** Calls back at the next change; what is returned takes that back. */
  onChange(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => this.#waiters.delete(wake);
  }

  #changed(): void {
    for (const wake of [...this.#waiters]) wake();
  }

  #of(paymentHash: PaymentHash): readonly WalletPayment[] {
    return this.#payments.filter((known) => known.paymentHash === paymentHash);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}
