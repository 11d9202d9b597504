/** The failure of an attempt, out of the error with which `sendpay` and `waitsendpay` tell it. */
import { Failure, Failure_FailureCode } from '../../generated/messages/failure.ts';
import { ClnObject } from './cln-object.ts';
import { RPC_CODES } from './cln-rpc-error.ts';
import { isBadOnion, readFailureMessage } from './failure-message.ts';
import { isObject } from './transport/answer.ts';
import type { CallEnd } from './transport/carrier.ts';

type RpcError = Extract<CallEnd, { kind: 'error' }>;

/** In which an attempt has failed. All others leave open what became of it. */
const FAILED: ReadonlySet<number | null> = new Set([
  RPC_CODES.unparseableOnion,
  RPC_CODES.destinationPermanent,
  RPC_CODES.tryOtherRoute,
  RPC_CODES.unspecifiedFailure,
]);

/**
 * @returns `undefined` where the error does not say that the attempt has failed
 * @throws NodeError where its data is not what it should be
 */
export function paymentFailure(error: RpcError): Failure | undefined {
  if (!FAILED.has(error.code)) return undefined;
  const data = isObject(error.data) ? new ClnObject('waitsendpay', error.data) : undefined;
  const failcode = data?.optionalCount('failcode');
  // 202 without a code: nobody could read the onion that came back. 209: lightningd has not kept the reason.
  if (data === undefined || failcode === undefined) {
    return Failure.fromPartial({ code: Failure_FailureCode.UNREADABLE_FAILURE });
  }
  const message = data.has('raw_message') ? data.bytes('raw_message') : new Uint8Array();
  return {
    ...readFailureMessage(failcode, message),
    failureSourceIndex: saysOurPeer(error, failcode) ? 0 : data.count('erring_index'),
  };
}

/**
 * An onion that a node could not read is reported by the node before it. Where our own peer could not, that is us, but
 * lightningd counts it as told by the peer, and differs in its words alone (lightningd: `pay.c`, `payment_failed`).
 */
const saysOurPeer = ({ message }: RpcError, failcode: number): boolean =>
  isBadOnion(failcode) && message.includes('(local failure)');

/** The failure was found before there was an attempt: then lightningd tells nothing of a payment. */
export const isImmediate = ({ code, data }: RpcError): boolean =>
  code === RPC_CODES.tryOtherRoute &&
  isObject(data) &&
  data['erring_index'] === 0 &&
  data['payment_hash'] === undefined &&
  data['id'] === undefined;
