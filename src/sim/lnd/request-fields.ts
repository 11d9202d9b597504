/** Reads the fields that many requests share, with lnd's refusals. */
import { bytesToHex } from '../../units/bytes.ts';
import { isPaymentHash, type PaymentHash } from '../../units/ids.ts';
import { plainError } from './rpc-error.ts';

const HASH_BYTES = 32;

/** @throws RpcError unless there are exactly 32 bytes (lnd: `lntypes.MakeHash`). */
export function readHash(bytes: Uint8Array): PaymentHash {
  if (bytes.length !== HASH_BYTES) {
    throw plainError(`invalid hash length of ${bytes.length}, want ${HASH_BYTES}`);
  }
  return bytesToHex(bytes) as PaymentHash;
}

/** @throws RpcError unless the text is 64 hex characters (lnd: `lntypes.MakeHashFromStr`). */
export function readHashText(text: string): PaymentHash {
  const lower = text.toLowerCase();
  if (text.length !== 2 * HASH_BYTES) {
    throw plainError(`invalid hash string length of ${text.length}, want ${2 * HASH_BYTES}`);
  }
  if (!isPaymentHash(lower)) throw plainError(`encoding/hex: the hash is not in hex: ${text}`);
  return lower;
}

/** @throws RpcError unless there are exactly 32 bytes (lnd: `lntypes.MakePreimage`). */
export function readPreimage(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== HASH_BYTES) {
    throw plainError(`invalid preimage length of ${bytes.length}, want ${HASH_BYTES}`);
  }
  return new Uint8Array(bytes);
}

/** An amount given in sat or in msat, but not in both (lnd: `lnrpc.UnmarshallAmt`). */
export function readAmountMsat(amount: { valueSat: bigint; valueMsat: bigint }): bigint {
  const { valueSat, valueMsat } = amount;
  if (valueSat !== 0n && valueMsat !== 0n) {
    throw plainError('sat and msat arguments are mutually exclusive');
  }
  if (valueSat < 0n || valueMsat < 0n) throw plainError('amount cannot be negative');
  return valueSat !== 0n ? valueSat * 1000n : valueMsat;
}
