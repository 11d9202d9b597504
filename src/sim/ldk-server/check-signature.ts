/**
 * The server's side of `x-auth`. It is written apart from the client's: a formula that both share could be wrong in both.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { LdkRpcError } from './rpc-error.ts';

const SHAPE = /^HMAC ([0-9]{1,20}):([0-9a-fA-F]{64})$/;
const TOLERANCE_SECONDS = 60n;

/** What servers of a time sign: since 2026-05-12 the body too. */
export type SignedParts = 'time_and_body' | 'time';

const refusal = (reason: string): LdkRpcError => new LdkRpcError(status.UNAUTHENTICATED, reason);

/** @throws LdkRpcError UNAUTHENTICATED where the header is missing, out of date, or not made with the key. */
export function checkSignature(call: {
  readonly header: string | undefined;
  /** As it came over the wire, frame and all. */
  readonly body: Uint8Array;
  /** 64 hex characters, which are the key as they stand. */
  readonly apiKey: string;
  readonly nowMs: number;
  readonly signs: SignedParts;
}): void {
  if (call.header === undefined) throw refusal('the call is not signed');
  const shape = SHAPE.exec(call.header);
  if (shape === null) throw refusal('the signature has another shape');
  const seconds = BigInt(shape[1]!);
  const age = BigInt(Math.floor(call.nowMs / 1000)) - seconds;
  if (age > TOLERANCE_SECONDS || age < -TOLERANCE_SECONDS)
    throw refusal('the signature is out of date');
  const signedText = seconds.toString(16).padStart(16, '0');
  const parts = [Buffer.from(signedText, 'hex')];
  if (call.signs === 'time_and_body') parts.push(Buffer.from(call.body));
  const expected = createHmac('sha256', call.apiKey).update(Buffer.concat(parts)).digest();
  if (!timingSafeEqual(expected, Buffer.from(shape[2]!, 'hex'))) {
    throw refusal('the signature is not made with the key');
  }
}
