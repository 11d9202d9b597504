/** Failures as the bytes that travel back in the onion (BOLT 4, "Failure Messages"), which lightningd hands on as they are. */
import {
  type ChannelUpdate,
  Failure_FailureCode as Code,
  type Failure,
} from '../../generated/messages/failure.ts';

const BADONION = 0x8000;
const PERM = 0x4000;
const NODE = 0x2000;
const UPDATE = 0x1000;

export const isBadOnion = (boltCode: number): boolean => (boltCode & BADONION) !== 0;
export const isPermanent = (boltCode: number): boolean => (boltCode & PERM) !== 0;

interface BoltFailure {
  readonly code: number;
  readonly name: string;
  /** What stands between the code and the update, if any. */
  readonly fields: (failure: Failure) => Uint8Array;
}

const NOTHING = new Uint8Array(0);
const nothing = (): Uint8Array => NOTHING;
const onionHash = ({ onionSha256 }: Failure): Uint8Array =>
  onionSha256.length === 32 ? onionSha256 : new Uint8Array(32);

const FAILURES: ReadonlyMap<Code, BoltFailure> = new Map<Code, BoltFailure>([
  [Code.INVALID_REALM, { code: PERM | 1, name: 'WIRE_INVALID_REALM', fields: nothing }],
  [
    Code.TEMPORARY_NODE_FAILURE,
    { code: NODE | 2, name: 'WIRE_TEMPORARY_NODE_FAILURE', fields: nothing },
  ],
  [
    Code.PERMANENT_NODE_FAILURE,
    { code: PERM | NODE | 2, name: 'WIRE_PERMANENT_NODE_FAILURE', fields: nothing },
  ],
  [
    Code.REQUIRED_NODE_FEATURE_MISSING,
    { code: PERM | NODE | 3, name: 'WIRE_REQUIRED_NODE_FEATURE_MISSING', fields: nothing },
  ],
  [
    Code.INVALID_ONION_VERSION,
    { code: BADONION | PERM | 4, name: 'WIRE_INVALID_ONION_VERSION', fields: onionHash },
  ],
  [
    Code.INVALID_ONION_HMAC,
    { code: BADONION | PERM | 5, name: 'WIRE_INVALID_ONION_HMAC', fields: onionHash },
  ],
  [
    Code.INVALID_ONION_KEY,
    { code: BADONION | PERM | 6, name: 'WIRE_INVALID_ONION_KEY', fields: onionHash },
  ],
  [
    Code.TEMPORARY_CHANNEL_FAILURE,
    { code: UPDATE | 7, name: 'WIRE_TEMPORARY_CHANNEL_FAILURE', fields: nothing },
  ],
  [
    Code.PERMANENT_CHANNEL_FAILURE,
    { code: PERM | 8, name: 'WIRE_PERMANENT_CHANNEL_FAILURE', fields: nothing },
  ],
  [
    Code.REQUIRED_CHANNEL_FEATURE_MISSING,
    { code: PERM | 9, name: 'WIRE_REQUIRED_CHANNEL_FEATURE_MISSING', fields: nothing },
  ],
  [Code.UNKNOWN_NEXT_PEER, { code: PERM | 10, name: 'WIRE_UNKNOWN_NEXT_PEER', fields: nothing }],
  [
    Code.AMOUNT_BELOW_MINIMUM,
    { code: UPDATE | 11, name: 'WIRE_AMOUNT_BELOW_MINIMUM', fields: (f) => uint(f.htlcMsat, 8) },
  ],
  [
    Code.FEE_INSUFFICIENT,
    { code: UPDATE | 12, name: 'WIRE_FEE_INSUFFICIENT', fields: (f) => uint(f.htlcMsat, 8) },
  ],
  [
    Code.INCORRECT_CLTV_EXPIRY,
    { code: UPDATE | 13, name: 'WIRE_INCORRECT_CLTV_EXPIRY', fields: (f) => uint(f.cltvExpiry, 4) },
  ],
  [Code.EXPIRY_TOO_SOON, { code: UPDATE | 14, name: 'WIRE_EXPIRY_TOO_SOON', fields: nothing }],
  [
    Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS,
    {
      code: PERM | 15,
      name: 'WIRE_INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS',
      fields: (f) => joined(uint(f.htlcMsat, 8), uint(f.height, 4)),
    },
  ],
  [
    Code.FINAL_INCORRECT_CLTV_EXPIRY,
    { code: 18, name: 'WIRE_FINAL_INCORRECT_CLTV_EXPIRY', fields: (f) => uint(f.cltvExpiry, 4) },
  ],
  [
    Code.FINAL_INCORRECT_HTLC_AMOUNT,
    { code: 19, name: 'WIRE_FINAL_INCORRECT_HTLC_AMOUNT', fields: (f) => uint(f.htlcMsat, 8) },
  ],
  [
    Code.CHANNEL_DISABLED,
    { code: UPDATE | 20, name: 'WIRE_CHANNEL_DISABLED', fields: (f) => uint(f.flags, 2) },
  ],
  [Code.EXPIRY_TOO_FAR, { code: 21, name: 'WIRE_EXPIRY_TOO_FAR', fields: nothing }],
  [
    Code.INVALID_ONION_PAYLOAD,
    { code: PERM | 22, name: 'WIRE_INVALID_ONION_PAYLOAD', fields: () => new Uint8Array(3) },
  ],
  [Code.MPP_TIMEOUT, { code: 23, name: 'WIRE_MPP_TIMEOUT', fields: nothing }],
]);

/** `undefined` for what no message of BOLT 4 says: a failure that could not be read. */
export function boltFailure(
  failure: Failure,
): { readonly code: number; readonly name: string; readonly bytes: Uint8Array } | undefined {
  const known = FAILURES.get(failure.code);
  if (known === undefined) return undefined;
  const head = joined(uint(known.code, 2), known.fields(failure));
  if ((known.code & UPDATE) === 0) return { ...known, bytes: head };
  const update =
    failure.channelUpdate === undefined ? NOTHING : channelUpdateBytes(failure.channelUpdate);
  return { ...known, bytes: joined(head, uint(update.length, 2), update) };
}

export const boltNameOf = (
  code: Code,
): { readonly code: number; readonly name: string } | undefined => FAILURES.get(code);

/** BOLT 7's `channel_update` with its message type. */
function channelUpdateBytes(update: ChannelUpdate): Uint8Array {
  return joined(
    uint(258, 2),
    update.signature,
    update.chainHash,
    uint(BigInt(update.chanId), 8),
    uint(update.timestamp, 4),
    uint(update.messageFlags, 1),
    uint(update.channelFlags, 1),
    uint(update.timeLockDelta, 2),
    uint(update.htlcMinimumMsat, 8),
    uint(update.baseFee, 4),
    uint(update.feeRate, 4),
    (update.messageFlags & 1) === 1 ? uint(update.htlcMaximumMsat, 8) : NOTHING,
    update.extraOpaqueData,
  );
}

function uint(value: bigint | number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
