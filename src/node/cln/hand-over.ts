/**
 * The call that hands a route to lightningd: `sendpay`, or `sendonion` with an onion that `createonion` made, where the
 * route has custom records. Nothing is sent before it is made.
 */
import type { PaymentHash } from '../../units/ids.ts';
import type { ClnCalls, ClnParams } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';
import type { ClnRoute } from './cln-route.ts';
import { ClnRpcError } from './cln-rpc-error.ts';

export interface HandOver {
  readonly method: 'sendpay' | 'sendonion';
  readonly params: ClnParams;
}

export interface Payment {
  readonly paymentHash: PaymentHash;
  readonly label: string;
  readonly route: Extract<ClnRoute, { kind: 'route' }>;
}

/** @returns the reason where lightningd makes no onion of the route */
export async function handOverOf(calls: ClnCalls, payment: Payment): Promise<HandOver | string> {
  const { paymentHash, label, route } = payment;
  const { hops, paymentSecret, onion } = route;
  if (onion !== undefined) return overOnion(calls, payment, onion);
  return {
    method: 'sendpay',
    params: {
      route: hops,
      payment_hash: paymentHash,
      label,
      ...(paymentSecret !== undefined && { payment_secret: paymentSecret }),
    },
  };
}

async function overOnion(
  calls: ClnCalls,
  { paymentHash, label, route }: Payment,
  hops: NonNullable<Payment['route']['onion']>,
): Promise<HandOver | string> {
  const end = await calls.attempt('createonion', { hops, assocdata: paymentHash });
  switch (end.kind) {
    case 'error':
      return new ClnRpcError('createonion', end).message;
    case 'not_sent':
    case 'lost':
      return end.error.message;
    case 'result':
      break;
  }
  try {
    const made = new ClnObject('createonion', end.result);
    const last = route.hops.at(-1)!;
    return {
      method: 'sendonion',
      params: {
        onion: made.text('onion'),
        first_hop: route.hops[0]!,
        payment_hash: paymentHash,
        label,
        // With these lightningd reads for us what comes back.
        shared_secrets: made.values('shared_secrets'),
        // Of a foreign onion it knows neither by itself, and shows both in its lists.
        destination: last.id,
        amount_msat: last.amount_msat,
      },
    };
  } catch (error) {
    return (error as Error).message;
  }
}
