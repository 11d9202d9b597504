/**
 * Stand-ins for lnd's macaroons. Clients treat a macaroon as opaque bytes, so these carry what the server needs and
 * no more: the permissions in clear and an HMAC over them. They have no caveats and are not the macaroon format.
 *
 * Layout: one version byte, the permissions as comma-separated UTF-8, and the HMAC-SHA256 of both (32 bytes).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isKnownPermission, permits } from './permissions.ts';
import { plainError } from './rpc-error.ts';

/** A macaroon, in both forms in which clients take one. */
export interface BakedMacaroon {
  readonly macaroonBytes: Uint8Array;
  /** The same bytes in lower-case hex, as gRPC metadata carries them. */
  readonly macaroonHex: string;
}

const VERSION = 0x62;
const MAC_BYTES = 32;
const METADATA_KEY = 'macaroon';

export class MacaroonBakery {
  readonly #rootKey = randomBytes(32);

  /** @throws RangeError for a permission that no served method asks for. */
  bake(permissions: readonly string[]): BakedMacaroon {
    const unknown = permissions.find((permission) => !isKnownPermission(permission));
    if (unknown !== undefined) {
      throw new RangeError(
        `"${unknown}" is no permission that a served method asks for; write entity:action such as offchain:read, or uri: and the path of a method`,
      );
    }
    const body = Buffer.concat([Buffer.of(VERSION), Buffer.from(permissions.join(','), 'utf8')]);
    const macaroonBytes = new Uint8Array(Buffer.concat([body, this.#mac(body)]));
    return { macaroonBytes, macaroonHex: bytesToHex(macaroonBytes) };
  }

  /**
   * Lets the call pass or throws the status that lnd answers with: one text for none, one for a macaroon that this
   * node did not bake, and "permission denied" without a word about which permission.
   */
  check(call: { readonly methodPath: string; readonly metadata: Metadata }): void {
    const values = call.metadata.get(METADATA_KEY);
    if (values.length !== 1) throw plainError(`expected 1 macaroon, got ${values.length}`);
    const granted = this.#permissionsIn(String(values[0]));
    if (!permits(granted, call.methodPath)) throw plainError('permission denied');
  }

  #permissionsIn(macaroonHex: string): ReadonlySet<string> {
    const bytes = Buffer.from(readHex(macaroonHex));
    if (bytes.length <= MAC_BYTES || bytes[0] !== VERSION) {
      throw plainError('cannot detect data format of binary unmarshaled macaroon');
    }
    const body = bytes.subarray(0, -MAC_BYTES);
    if (!timingSafeEqual(this.#mac(body), bytes.subarray(-MAC_BYTES))) {
      throw plainError('verification failed: signature mismatch after caveat verification');
    }
    return new Set(body.subarray(1).toString('utf8').split(','));
  }

  #mac(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#rootKey).update(body).digest();
  }
}

function readHex(text: string): Uint8Array {
  try {
    return hexToBytes(text);
  } catch {
    throw plainError(`encoding/hex: the macaroon is not in hex: ${text.slice(0, 16)}`);
  }
}
