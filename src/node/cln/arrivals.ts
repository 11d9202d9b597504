/** Over which channel a payment to us came: invoices do not tell, but the HTLCs of all channels are listed. */
import type { InvoiceArrival } from '../../ports.ts';
import type { PaymentHash } from '../../units/ids.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import { currentIndex } from './indexes.ts';

const PAGE_SIZE = 2_000n;
/** The payment was made a moment ago, or before a restart: so far back it is looked for. */
const MOST_PAGES = 25;

/**
 * The HTLC that paid, from the newest backwards; none where it cannot be found, as with a lightningd before v25.05, which
 * lists HTLCs of all time or none. Those that came before it with the same hash had failed.
 */
export async function arrivalsOf(
  calls: ClnCalls,
  paymentHash: PaymentHash,
): Promise<readonly InvoiceArrival[]> {
  let end = await currentIndex(calls, { subsystem: 'htlcs', indexname: 'created' });
  if (end === undefined) return [];
  for (let page = 0; page < MOST_PAGES && end > 0n; page++) {
    const start: bigint = end > PAGE_SIZE ? end - PAGE_SIZE + 1n : 1n;
    const found = await arrivalIn(calls, { paymentHash, start, limit: end - start + 1n });
    if (found !== undefined) return [found];
    end = start - 1n;
  }
  return [];
}

async function arrivalIn(
  calls: ClnCalls,
  { paymentHash, start, limit }: { paymentHash: PaymentHash; start: bigint; limit: bigint },
): Promise<InvoiceArrival | undefined> {
  const answer = await calls.call('listhtlcs', { index: 'created', start, limit });
  const htlc = new ClnObject('listhtlcs', answer)
    .list('htlcs')
    .findLast(
      (listed) => listed.text('direction') === 'in' && listed.text('payment_hash') === paymentHash,
    );
  if (htlc === undefined) return undefined;
  return {
    channelId: htlc.channelId('short_channel_id'),
    amountMsat: htlc.msat('amount_msat'),
    expiryHeight: htlc.count('expiry'),
    state: 'settled',
  };
}
