/** The systems that a node may run, as users call them. */
import type { PaymentHash } from '../../units/ids.ts';

export type NodeSystem = 'lnd' | 'cln' | 'ldk_server';

export const SYSTEM_NAMES: Readonly<Record<NodeSystem, string>> = {
  lnd: 'lnd',
  cln: 'Core Lightning',
  ldk_server: 'LDK Server',
};

/** What shows a payment of the node, for a user whose Ballast has ended. */
export function trackCommand(system: NodeSystem, paymentHash: PaymentHash): string {
  switch (system) {
    case 'lnd':
      return `\`lncli trackpayment ${paymentHash}\``;
    case 'cln':
      return `\`lightning-cli -k listsendpays payment_hash=${paymentHash}\``;
    case 'ldk_server':
      // Ballast sends nothing over it.
      return `\`ballast resume\` for payment ${paymentHash}`;
  }
}
