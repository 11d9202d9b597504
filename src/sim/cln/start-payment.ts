/** What sendpay and sendonion have in common (Core Lightning: `lightningd/pay.c`, `send_payment_core`). */
import type { ChannelId, NodeId } from '../../units/ids.ts';
import type { SentRoute } from '../route-reader.ts';
import type { Json } from './parameters.ts';
import { endOf, firstPeerRefusal, type KnownRoute } from './pay-failure.ts';
import type { NewPayment } from './pay-ledger.ts';
import type { ServedCln } from './served-cln.ts';
import { pendingFields, shownPayment } from './shown-payment.ts';

export interface FirstHop {
  /** `undefined` is nobody. */
  readonly nodeId: NodeId | undefined;
  readonly channelId: ChannelId;
}

/** @throws RpcRefusal where it is not sent. */
export function startPayment(
  { node, pays }: ServedCln,
  {
    payment,
    first,
    route,
    known,
  }: {
    readonly payment: NewPayment;
    readonly first: FirstHop;
    readonly route: SentRoute;
    readonly known: KnownRoute;
  },
): Json {
  const before = pays.admit(payment);
  if (before !== undefined) return shownPayment(before);
  const channel = node.channel(first.channelId);
  if (channel === undefined || !channel.active || channel.peer !== first.nodeId) {
    throw firstPeerRefusal(
      node.nodeId,
      channel === undefined ? 'No connection to first peer found' : 'First peer not ready',
    );
  }
  const stored = pays.add(payment);
  node.offerHtlc({
    paymentHash: payment.paymentHash,
    route,
    done: (outcome) => pays.end(stored, endOf(outcome, { known, payment: stored })),
  });
  return {
    message: 'Monitor status with listpays or waitsendpay',
    ...pendingFields(stored),
    status: 'pending',
  };
}
