/**
 * The engine hashes preimages with Web Crypto, whose answer comes from a thread of the machine, whenever that is done.
 * In a simulation it comes at once, so that only the seed decides the order of things.
 */
import { createHash } from 'node:crypto';

/** Replaces SHA-256 of this process's Web Crypto, until the function that is returned puts it back. */
export function makeDigestDeterministic(): () => void {
  const { subtle } = globalThis.crypto;
  const digest = async (algorithm: string, data: Uint8Array): Promise<ArrayBuffer> => {
    if (algorithm !== 'SHA-256') throw new Error(`the simulation has no ${algorithm}`);
    const bytes = createHash('sha256').update(data).digest();
    return Uint8Array.from(bytes).buffer;
  };
  Object.defineProperty(subtle, 'digest', { value: digest, configurable: true });
  return () => {
    Reflect.deleteProperty(subtle, 'digest');
  };
}
