/**
 * Which status errors of SendToRouteV2 prove that no HTLC exists. The list is short on purpose: an error that is
 * missing here costs a little tracking, one that is wrongly here can cost a payment sent twice. After an attempt is
 * registered lnd answers OK with a failed attempt, except when it shuts down or its database fails: then any text
 * may come, so what counts is the text and not the code.
 */
import { type ServiceError, status } from '@grpc/grpc-js';
import { interceptorRefusal } from './interceptor-refusal.ts';

/** From `InitPayment`, lnd's first step with a payment; the only errors that the handler gives a code of their own. */
const INIT_TEXTS: readonly string[] = [
  'invoice is already paid',
  'payment is in transition',
  'payment already exists',
];

/** Plain errors from before the HTLC is handed to the switch. SQL stores wrap them, so they are looked for inside. */
const PLAIN_TEXTS: readonly string[] = [
  // The request is read: `SendToRouteV2`, `UnmarshallRoute`, `UnmarshalMPP`, custom record checks.
  'unable to send, no routes provided',
  'empty route hops provided',
  'missing payment_addr',
  'missing total_msat',
  'no custom records with types below 65536 allowed',
  'cannot skip temp error for non-MPP',
  // The onion is built, before the attempt is stored: `createNewPaymentAttempt`. lnd 0.18 stores the attempt first, and
  // answers with a failed one.
  'route has too many hops',
  'max payload size exceeded',
  'max routing info size of ', // so up to 0.20
  'required tlv missing',
  // The attempt is checked against those before it: `RegisterAttempt`.
  'attempted value exceeds payment amount',
  "attempted value doesn't match payment amount",
  'payment has failure reason',
  'payment has settled htlcs',
  'payment address mismatch',
  'mp payment total amount mismatch',
  'payment has non-MPP attempts',
];

export function refusedBeforeSending(error: Pick<ServiceError, 'code' | 'details'>): boolean {
  const { code, details } = error;
  const says = (text: string): boolean => details.includes(text);
  // The interceptors run before the handler, and what they refuse never reaches it.
  if (interceptorRefusal(error) !== undefined) return true;
  if (code === status.ALREADY_EXISTS) return INIT_TEXTS.some(says);
  // UNAVAILABLE, CANCELLED, DEADLINE_EXCEEDED and INTERNAL are made by transports at any time; they prove nothing.
  return code === status.UNKNOWN && PLAIN_TEXTS.some(says);
}
