/** A payment of the wallet as its commands show it. */
import { bytesToHex } from '../../units/bytes.ts';
import type { Json } from './parameters.ts';
import type { WalletPayment } from './pay-ledger.ts';

const STATUS = { pending: 'pending', failed: 'failed', complete: 'complete' } as const;
export const statusOf = ({ end }: WalletPayment): keyof typeof STATUS =>
  STATUS[end?.kind ?? 'pending'];

type Fields = Readonly<Record<string, Json>>;

export const pendingFields = (payment: WalletPayment): Fields => ({
  created_index: payment.createdIndex,
  id: payment.createdIndex,
  payment_hash: payment.paymentHash,
  groupid: payment.groupId,
  ...(payment.partId === 0n ? {} : { partid: payment.partId }),
  ...(payment.destination === undefined ? {} : { destination: payment.destination }),
  ...(payment.amountMsat === 0n ? {} : { amount_msat: payment.amountMsat }),
  amount_sent_msat: payment.sentMsat,
  created_at: payment.createdAt,
  ...(payment.label === undefined ? {} : { label: payment.label }),
});

export function shownPayment(payment: WalletPayment): Fields {
  const { end } = payment;
  return {
    ...pendingFields(payment),
    status: statusOf(payment),
    ...(end === undefined
      ? {}
      : { updated_index: payment.updatedIndex, completed_at: payment.completedAt }),
    ...(end?.kind === 'complete' ? { payment_preimage: bytesToHex(end.preimage) } : {}),
  };
}
