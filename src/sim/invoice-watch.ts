/** Follows one invoice, as whoever subscribed to it at lnd does. */
import type { Clock, StopSignal } from '../ports.ts';
import type { PaymentHash } from '../units/ids.ts';
import { DAY_MS } from '../units/time.ts';
import type { InvoiceStore } from './invoice-store.ts';
import type { SimulatedInvoice } from './records.ts';

interface InvoiceWatch {
  readonly invoices: InvoiceStore;
  readonly clock: Clock;
  readonly paymentHash: PaymentHash;
  readonly signal: StopSignal | undefined;
}

/** Timers count milliseconds in 31 bits, which an invoice may outlive. */
const LONGEST_SLEEP_MS = DAY_MS;

/** The current state at once, then every change; ends after settled or canceled. `undefined`: no such invoice. */
export function watchInvoice(watch: InvoiceWatch): AsyncIterable<SimulatedInvoice> | undefined {
  const { invoices, paymentHash } = watch;
  const invoice = invoices.find(paymentHash);
  if (invoice === undefined) return undefined;
  const closed = new AbortController();
  void expireInTime(watch, invoice, closed.signal);
  return invoices.changes.subscribe({
    first: [invoice],
    accepts: (change) => change.paymentHash === paymentHash,
    isLast: ({ state }) => state === 'settled' || state === 'canceled',
    signal: watch.signal,
    onClose: () => closed.abort(),
  });
}

/** The store notices that an invoice has expired when it is asked about it, so it is asked then. */
async function expireInTime(
  { invoices, clock, paymentHash }: InvoiceWatch,
  { creationTime, expirySeconds }: SimulatedInvoice,
  closed: AbortSignal,
): Promise<void> {
  let leftMs = (creationTime + expirySeconds) * 1000 - clock.now();
  while (leftMs > 0 && !closed.aborted) {
    const sleepMs = Math.min(leftMs, LONGEST_SLEEP_MS);
    await clock.sleep(sleepMs, closed);
    leftMs -= sleepMs;
  }
  if (!closed.aborted) invoices.find(paymentHash);
}
