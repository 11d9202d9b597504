/**
 * One node's invoices (lnd: `invoices/invoiceregistry.go`): which HTLCs they take, when a set is complete, and what
 * happens to the HTLCs then.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../ports.ts';
import { type ChannelId, type PaymentHash, parsePaymentHash } from '../units/ids.ts';
import { nowSeconds } from './clock.ts';
import { checkExit, type ExitHtlc, unacceptable } from './exit-check.ts';
import { Feed } from './feed.ts';
import { type Refusal, refuse } from './forwarding-check.ts';
import { invoiceDefect, openInvoice } from './invoice-terms.ts';
import type {
  AddHoldInvoiceRequest,
  AddInvoiceRequest,
  AddInvoiceResult,
  RequestError,
  SimulatedInvoice,
  SimulatedInvoiceHtlc,
} from './records.ts';

/** What becomes of an HTLC that reached its end. */
export type Resolution =
  | { readonly kind: 'settle'; readonly preimage: Uint8Array }
  | { readonly kind: 'fail'; readonly refusal: Refusal };

export interface Arrival extends ExitHtlc {
  readonly channelId: ChannelId;
  readonly htlcIndex: bigint;
  readonly paymentHash: PaymentHash;
  readonly customRecords: ReadonlyMap<bigint, Uint8Array>;
  /** Called once, now or later. */
  readonly resolve: (resolution: Resolution) => void;
}

interface StoredInvoice {
  invoice: SimulatedInvoice;
  /** Only for ordinary invoices: released when paid. */
  readonly preimage: Uint8Array | null;
  /** Accepted HTLCs by their place in `invoice.htlcs`, with what stops their timeout. */
  readonly waiting: Map<number, { resolve: Arrival['resolve']; timeout: AbortController }>;
}

/** How long lnd waits for the rest of a set, and how close to expiry it gives a held HTLC up (`holdexpirydelta`). */
const MPP_TIMEOUT_MS = 120_000;
export const HOLD_EXPIRY_DELTA = 18;

export interface InvoiceStoreParts {
  readonly clock: Clock;
  readonly blockHeight: () => number;
  /** 32 seeded bytes. */
  readonly secret: () => Uint8Array;
}

export class InvoiceStore {
  readonly #parts: InvoiceStoreParts;
  readonly #invoices = new Map<PaymentHash, StoredInvoice>();
  readonly changes: Feed<SimulatedInvoice> = new Feed();
  #nextAddIndex = 1n;
  #nextSettleIndex = 1n;

  constructor(parts: InvoiceStoreParts) {
    this.#parts = parts;
  }

  add(request: AddInvoiceRequest): AddInvoiceResult {
    const preimage = request.preimage?.slice() ?? this.#parts.secret();
    if (preimage.length !== 32) {
      return { kind: 'error', code: 'UNKNOWN', message: `payment preimage must be 32 bytes` };
    }
    return this.#add(request, { paymentHash: hashOf(preimage), preimage });
  }

  addHold(request: AddHoldInvoiceRequest): AddInvoiceResult {
    return this.#add(request, { paymentHash: request.paymentHash, preimage: null });
  }

  #add(
    request: Omit<AddInvoiceRequest, 'preimage'>,
    secret: { paymentHash: PaymentHash; preimage: Uint8Array | null },
  ): AddInvoiceResult {
    const defect = invoiceDefect(request);
    if (defect !== undefined) return { kind: 'error', code: 'UNKNOWN', message: defect };
    if (this.#invoices.has(secret.paymentHash)) {
      return {
        kind: 'error',
        code: 'UNKNOWN',
        message: 'invoice with payment hash already exists',
      };
    }
    const invoice = openInvoice(request, {
      ...secret,
      paymentAddr: this.#parts.secret(),
      creationTime: nowSeconds(this.#parts.clock),
      addIndex: this.#nextAddIndex++,
    });
    const { preimage } = secret;
    this.#invoices.set(secret.paymentHash, { invoice, preimage, waiting: new Map() });
    this.changes.publish(invoice);
    return { kind: 'added', invoice };
  }

  find(paymentHash: PaymentHash): SimulatedInvoice | undefined {
    return this.#current(paymentHash)?.invoice;
  }

  /** Takes or refuses an HTLC that ends here. */
  receive(arrival: Arrival): void {
    const stored = this.#current(arrival.paymentHash);
    const blockHeight = this.#parts.blockHeight();
    const refusal = checkExit({ htlc: arrival, invoice: stored?.invoice, blockHeight });
    if (refusal !== undefined) {
      arrival.resolve({ kind: 'fail', refusal });
      return;
    }
    if (stored === undefined || arrival.mpp === null)
      throw new Error('an unchecked HTLC was accepted');
    const totalMsat = arrival.mpp.totalMsat;
    const at = this.#accept(stored, arrival, totalMsat);
    const acceptedMsat = sumOf(stored.invoice.htlcs, 'accepted');
    if (acceptedMsat < totalMsat) {
      this.changes.publish(stored.invoice);
      this.#startTimeout(stored, at);
      return;
    }
    for (const { timeout } of stored.waiting.values()) timeout.abort();
    if (stored.preimage !== null) {
      this.#settle(stored, stored.preimage);
      return;
    }
    this.#update(stored, { state: 'accepted', amountPaidMsat: acceptedMsat });
  }

  #accept(stored: StoredInvoice, arrival: Arrival, mppTotalMsat: bigint): number {
    const htlc: SimulatedInvoiceHtlc = {
      channelId: arrival.channelId,
      htlcIndex: arrival.htlcIndex,
      amountMsat: arrival.amountMsat,
      acceptHeight: this.#parts.blockHeight(),
      acceptTime: nowSeconds(this.#parts.clock),
      resolveTime: 0,
      expiryHeight: arrival.expiry,
      state: 'accepted',
      mppTotalMsat,
      customRecords: arrival.customRecords,
    };
    stored.invoice = { ...stored.invoice, htlcs: [...stored.invoice.htlcs, htlc] };
    const at = stored.invoice.htlcs.length - 1;
    stored.waiting.set(at, { resolve: arrival.resolve, timeout: new AbortController() });
    return at;
  }

  /** An HTLC of an incomplete set goes back after two minutes; the invoice stays open. */
  #startTimeout(stored: StoredInvoice, at: number): void {
    const timeout = stored.waiting.get(at)!.timeout;
    void this.#parts.clock.sleep(MPP_TIMEOUT_MS, timeout.signal).then(() => {
      if (timeout.signal.aborted) return;
      const refusal = refuse('MPP_TIMEOUT', { detail: 'MPP_INVOICE_TIMEOUT' });
      this.#resolveHtlcs(stored, [at], { kind: 'fail', refusal });
      this.changes.publish(stored.invoice);
    });
  }

  settle(preimage: Uint8Array): { readonly kind: 'settled' } | RequestError {
    const stored = this.#current(hashOf(preimage));
    if (stored === undefined) return notFound();
    switch (stored.invoice.state) {
      case 'settled':
        return { kind: 'settled' };
      case 'open':
        return { kind: 'error', code: 'UNKNOWN', message: 'invoice still open' };
      case 'canceled':
        return { kind: 'error', code: 'UNKNOWN', message: 'invoice already canceled' };
      case 'accepted':
        this.#settle(stored, preimage);
        return { kind: 'settled' };
    }
  }

  cancel(paymentHash: PaymentHash): { readonly kind: 'canceled' } | RequestError {
    const stored = this.#current(paymentHash);
    if (stored === undefined) return notFound();
    if (stored.invoice.state === 'settled') {
      return { kind: 'error', code: 'UNKNOWN', message: 'invoice already settled' };
    }
    if (stored.invoice.state !== 'canceled') this.#cancel(stored);
    return { kind: 'canceled' };
  }

  deleteCanceled(paymentHash: PaymentHash): { readonly kind: 'deleted' } | RequestError {
    const stored = this.#current(paymentHash);
    if (stored === undefined) return notFound();
    if (stored.invoice.state !== 'canceled') {
      return { kind: 'error', code: 'UNKNOWN', message: 'invoice not canceled' };
    }
    this.#invoices.delete(paymentHash);
    return { kind: 'deleted' };
  }

  /** For long simulations; lnd keeps them for ever. @param beforeS Unix seconds */
  forgetSettled(beforeS: number): void {
    for (const [paymentHash, { invoice }] of this.#invoices) {
      if (invoice.state === 'settled' && invoice.settleTime < beforeS) {
        this.#invoices.delete(paymentHash);
      }
    }
  }

  /** Cancels held invoices whose HTLCs are about to expire (lnd: `invoice_expiry_watcher.go`). */
  blockMined(): void {
    for (const stored of this.#invoices.values()) {
      if (stored.invoice.state !== 'accepted') continue;
      const open = stored.invoice.htlcs.filter(({ state }) => state === 'accepted');
      const expiry = Math.min(...open.map(({ expiryHeight }) => expiryHeight));
      if (this.#parts.blockHeight() >= expiry - HOLD_EXPIRY_DELTA) this.#cancel(stored);
    }
  }

  #settle(stored: StoredInvoice, preimage: Uint8Array): void {
    const state = 'settled';
    this.#resolveHtlcs(stored, [...stored.waiting.keys()], { kind: 'settle', preimage }, () =>
      this.#update(stored, {
        state,
        preimage,
        settleTime: nowSeconds(this.#parts.clock),
        settleIndex: this.#nextSettleIndex++,
        amountPaidMsat: sumOf(stored.invoice.htlcs, 'settled'),
      }),
    );
  }

  #cancel(stored: StoredInvoice): void {
    const refusal = unacceptable('INVOICE_CANCELED', this.#parts.blockHeight());
    this.#resolveHtlcs(stored, [...stored.waiting.keys()], { kind: 'fail', refusal }, () =>
      this.#update(stored, { state: 'canceled', amountPaidMsat: 0n }),
    );
  }

  /** Writes the HTLCs' end down, lets the caller update the invoice, and only then moves money. */
  #resolveHtlcs(
    stored: StoredInvoice,
    places: readonly number[],
    resolution: Resolution,
    beforeResolving: () => void = () => {},
  ): void {
    const state = resolution.kind === 'settle' ? 'settled' : 'canceled';
    const resolveTime = nowSeconds(this.#parts.clock);
    const htlcs = stored.invoice.htlcs.map((htlc, at) =>
      places.includes(at) ? ({ ...htlc, state, resolveTime } as const) : htlc,
    );
    stored.invoice = { ...stored.invoice, htlcs };
    const waiting = places.map((at) => stored.waiting.get(at)!);
    for (const at of places) stored.waiting.delete(at);
    beforeResolving();
    for (const { resolve, timeout } of waiting) {
      timeout.abort();
      resolve(resolution);
    }
  }

  #update(stored: StoredInvoice, change: Partial<SimulatedInvoice>): void {
    stored.invoice = { ...stored.invoice, ...change };
    this.changes.publish(stored.invoice);
  }

  /** An open invoice whose time has run out counts as cancelled from then on. */
  #current(paymentHash: PaymentHash): StoredInvoice | undefined {
    const stored = this.#invoices.get(paymentHash);
    if (stored?.invoice.state !== 'open') return stored;
    const { creationTime, expirySeconds } = stored.invoice;
    if (nowSeconds(this.#parts.clock) >= creationTime + expirySeconds) this.#cancel(stored);
    return stored;
  }
}

export const hashOf = (preimage: Uint8Array): PaymentHash =>
  parsePaymentHash(createHash('sha256').update(preimage).digest('hex'));

const sumOf = (
  htlcs: readonly SimulatedInvoiceHtlc[],
  state: SimulatedInvoiceHtlc['state'],
): bigint => htlcs.reduce((sum, htlc) => (htlc.state === state ? sum + htlc.amountMsat : sum), 0n);

const notFound = (): RequestError => ({
  kind: 'error',
  code: 'NOT_FOUND',
  message: 'unable to locate invoice',
});
