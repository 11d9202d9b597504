/** The failure message of BOLT 4, as the failing node wrote it, as the one that Ballast knows. */
import {
  type ChannelUpdate,
  Failure,
  Failure_FailureCode,
} from '../../generated/messages/failure.ts';
import { ByteReader } from './byte-reader.ts';
import { CHANNEL_UPDATE, readChannelUpdate } from './channel-update.ts';

const BADONION = 0x8000;
const PERM = 0x4000;
const NODE = 0x2000;
const UPDATE = 0x1000;

/** BOLT 4's numbers, with their flags, as lnd's, which go by another count. */
const CODES: ReadonlyMap<number, Failure_FailureCode> = new Map([
  [PERM | 1, Failure_FailureCode.INVALID_REALM],
  [NODE | 2, Failure_FailureCode.TEMPORARY_NODE_FAILURE],
  [PERM | NODE | 2, Failure_FailureCode.PERMANENT_NODE_FAILURE],
  [PERM | NODE | 3, Failure_FailureCode.REQUIRED_NODE_FEATURE_MISSING],
  [BADONION | PERM | 4, Failure_FailureCode.INVALID_ONION_VERSION],
  [BADONION | PERM | 5, Failure_FailureCode.INVALID_ONION_HMAC],
  [BADONION | PERM | 6, Failure_FailureCode.INVALID_ONION_KEY],
  [UPDATE | 7, Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE],
  [PERM | 8, Failure_FailureCode.PERMANENT_CHANNEL_FAILURE],
  [PERM | 9, Failure_FailureCode.REQUIRED_CHANNEL_FEATURE_MISSING],
  [PERM | 10, Failure_FailureCode.UNKNOWN_NEXT_PEER],
  [UPDATE | 11, Failure_FailureCode.AMOUNT_BELOW_MINIMUM],
  [UPDATE | 12, Failure_FailureCode.FEE_INSUFFICIENT],
  [UPDATE | 13, Failure_FailureCode.INCORRECT_CLTV_EXPIRY],
  [UPDATE | 14, Failure_FailureCode.EXPIRY_TOO_SOON],
  [PERM | 15, Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS],
  [PERM | 16, Failure_FailureCode.INCORRECT_PAYMENT_AMOUNT],
  [17, Failure_FailureCode.FINAL_EXPIRY_TOO_SOON],
  [18, Failure_FailureCode.FINAL_INCORRECT_CLTV_EXPIRY],
  [19, Failure_FailureCode.FINAL_INCORRECT_HTLC_AMOUNT],
  [UPDATE | 20, Failure_FailureCode.CHANNEL_DISABLED],
  [21, Failure_FailureCode.EXPIRY_TOO_FAR],
  [PERM | 22, Failure_FailureCode.INVALID_ONION_PAYLOAD],
  [23, Failure_FailureCode.MPP_TIMEOUT],
  [BADONION | PERM | 24, Failure_FailureCode.INVALID_ONION_BLINDING],
]);

export const isBadOnion = (failcode: number): boolean => (failcode & BADONION) !== 0;

/**
 * @param failcode BOLT 4's number; one that we do not know becomes UNKNOWN_FAILURE, which blames the node that sent it
 * @param message What that node sent, which begins with the same number; empty where it sent nothing, as we ourselves
 */
export function readFailureMessage(failcode: number, message: Uint8Array): Failure {
  const code = CODES.get(failcode) ?? Failure_FailureCode.UNKNOWN_FAILURE;
  const reader = new ByteReader(message);
  if (reader.u16() !== failcode) return Failure.fromPartial({ code });
  return Failure.fromPartial({ code, ...readFields(code, reader) });
}

function readFields(code: Failure_FailureCode, reader: ByteReader): Partial<Failure> {
  switch (code) {
    case Failure_FailureCode.INVALID_ONION_VERSION:
    case Failure_FailureCode.INVALID_ONION_HMAC:
    case Failure_FailureCode.INVALID_ONION_KEY:
    case Failure_FailureCode.INVALID_ONION_BLINDING:
      return { onionSha256: reader.bytes(32) };
    case Failure_FailureCode.TEMPORARY_CHANNEL_FAILURE:
    case Failure_FailureCode.EXPIRY_TOO_SOON:
      return { channelUpdate: readEnclosed(reader) };
    case Failure_FailureCode.AMOUNT_BELOW_MINIMUM:
    case Failure_FailureCode.FEE_INSUFFICIENT:
      return { htlcMsat: reader.u64(), channelUpdate: readEnclosed(reader) };
    case Failure_FailureCode.INCORRECT_CLTV_EXPIRY:
      return { cltvExpiry: reader.u32(), channelUpdate: readEnclosed(reader) };
    case Failure_FailureCode.CHANNEL_DISABLED:
      return { flags: reader.u16(), channelUpdate: readEnclosed(reader) };
    case Failure_FailureCode.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS:
      return { htlcMsat: reader.u64(), height: reader.u32() };
    case Failure_FailureCode.FINAL_INCORRECT_CLTV_EXPIRY:
      return { cltvExpiry: reader.u32() };
    case Failure_FailureCode.FINAL_INCORRECT_HTLC_AMOUNT:
      return { htlcMsat: reader.u64() };
    default:
      return {};
  }
}

/**
 * Its length, and then the update, before which most nodes write its wire type and some do not. Where a channel lacks the
 * balance, Core Lightning writes the length 0 and the update all the same, with its type (lightningd: `peer_htlcs.c`,
 * `rcvd_htlc_reply`).
 */
function readEnclosed(reader: ByteReader): ChannelUpdate | undefined {
  const length = reader.u16();
  if (reader.ranOut) return undefined;
  const enclosed = length === 0 ? reader.rest() : reader.bytes(length);
  if (reader.ranOut || enclosed.length === 0) return undefined;
  const typed = new ByteReader(enclosed).u16() === CHANNEL_UPDATE;
  if (length === 0 && !typed) return undefined;
  return readChannelUpdate(typed ? enclosed.subarray(2) : enclosed);
}
