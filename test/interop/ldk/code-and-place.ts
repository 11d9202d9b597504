/** A payment's end in one word: its code and the index of the node that failed it, as lnd counts. */
import { Failure_FailureCode } from '../../../src/generated/messages/failure.ts';
import type { PaymentEnd } from './ldk-payment.ts';

const NAMES = new Map<number, string>(
  Object.entries(Failure_FailureCode).map(([name, code]) => [code, name]),
);

export function codeAndPlace(end: PaymentEnd): string {
  if (end.kind === 'settled') return end.kind;
  return `${NAMES.get(end.failure.code)}@${end.failure.failureSourceIndex}`;
}
