/** Preimages and their hashes, from the Web Crypto API that Node and browsers share. */
import type { Secret } from '../executor/rebalance-state.ts';
import type { Entropy } from '../ports.ts';
import { bytesToHex } from '../units/bytes.ts';
import { parsePaymentHash } from '../units/ids.ts';

const PREIMAGE_BYTES = 32;

/** Bytes from the operating system's cryptographic source. */
export const systemEntropy: Entropy = {
  bytes: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
};

/** @throws Error when the entropy source gives too few bytes: a preimage that can be guessed can be stolen. */
export async function drawSecret(entropy: Entropy): Promise<Secret> {
  const preimage = Uint8Array.from(entropy.bytes(PREIMAGE_BYTES));
  if (preimage.length !== PREIMAGE_BYTES) {
    throw new Error(
      `the entropy source gave ${preimage.length} bytes instead of ${PREIMAGE_BYTES}`,
    );
  }
  const hash = await globalThis.crypto.subtle.digest('SHA-256', preimage);
  return { preimage, paymentHash: parsePaymentHash(bytesToHex(new Uint8Array(hash))) };
}
