/** Feature bits (BOLT 9) that nodes and invoices of the simulator set, with lnd's names. */
import type { Feature } from '../../generated/services/node.ts';

const NAMES: Readonly<Record<number, string>> = {
  0: 'data-loss-protect',
  5: 'upfront-shutdown-script',
  7: 'gossip-queries',
  8: 'tlv-onion',
  12: 'static-remote-key',
  14: 'payment-addr',
  17: 'multi-path-payments',
  19: 'wumbo-channels',
  23: 'anchors-zero-fee-htlc-tx',
  25: 'route-blinding',
};

/** What lnd announces: an even bit is required, an odd one optional. */
export const NODE_FEATURES: readonly number[] = Object.keys(NAMES).map(Number);

/** TLV payloads and the payment address are required, several parts are allowed. */
export const INVOICE_FEATURES: readonly number[] = [8, 14, 17];

export function featureMap(bits: readonly number[]): { [bit: number]: Feature } {
  return Object.fromEntries(
    bits.map((bit) => [
      bit,
      { name: NAMES[bit] ?? 'unknown', isRequired: bit % 2 === 0, isKnown: bit in NAMES },
    ]),
  );
}
