/**
 * Onions that a lightningd has made. Nobody here has keys, so an onion is nothing but bytes by which what was put into it
 * is found again; to everybody else it is what an onion for somebody else would be.
 */
import { createHash } from 'node:crypto';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import type { NodeId } from '../../units/ids.ts';

export interface OnionHop {
  readonly nodeId: NodeId;
  /** With its length before it. */
  readonly payload: Uint8Array;
}

export interface MadeOnion {
  /** Hex: version, key, payloads, HMAC. */
  readonly onion: string;
  /** Hex, one for each hop. */
  readonly sharedSecrets: readonly string[];
  readonly hops: readonly OnionHop[];
  /** Hex; what the HTLC must be locked to. */
  readonly assocdata: string;
}

const SECRET_BYTES = 32;
/** Version, key and HMAC. */
const OTHER_BYTES = 1 + 33 + 32;

export class MadeOnions {
  readonly #made = new Map<string, MadeOnion>();

  /** @param packetBytes of the payloads' part */
  make(
    what: Pick<MadeOnion, 'hops' | 'assocdata'>,
    { sessionKey, packetBytes }: { readonly sessionKey?: string; readonly packetBytes: number },
  ): MadeOnion {
    // The same session gives the same onion, and no two sessions are the same by themselves.
    const session = sessionKey ?? bytesToHex(stretched(`session ${this.#made.size}`, SECRET_BYTES));
    const content = what.hops.map(({ nodeId, payload }) => `${nodeId} ${bytesToHex(payload)}`);
    const bytes = stretched(
      [session, what.assocdata, ...content].join(),
      packetBytes + OTHER_BYTES,
    );
    bytes.set([0, 2]);
    const made = {
      ...what,
      onion: bytesToHex(bytes),
      sharedSecrets: what.hops.map((_, i) =>
        bytesToHex(stretched(`${session} ${i}`, SECRET_BYTES)),
      ),
    };
    this.#made.set(made.onion, made);
    return made;
  }

  find(onion: string): MadeOnion | undefined {
    return this.#made.get(onion);
  }
}

/** The code with which lightningd itself cannot read these bytes as an onion, whoever made it; 0 where it can. */
export function onionFlaw(onion: string): number {
  const bytes = hexToBytes(onion);
  if (bytes[0] !== 0) return 0xc004;
  if (bytes.length < 34 || (bytes[1] !== 2 && bytes[1] !== 3)) return 0xc006;
  return bytes.length < OTHER_BYTES ? 0xc005 : 0;
}

const stretched = (seed: string, outputLength: number): Buffer =>
  createHash('shake256', { outputLength }).update(seed).digest();
