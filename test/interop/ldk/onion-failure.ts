/** Failures as LDK's log tells them, and the message that lnd would make of each. */
import { Failure_FailureCode as Code, Failure } from '../../../src/generated/messages/failure.ts';
import type { Route } from '../../../src/generated/messages/route.ts';
import { type NodeId, parseNodeId } from '../../../src/units/ids.ts';

export interface OnionFailure {
  /** The node that made the failure. */
  readonly from: NodeId;
  /** BOLT 4's number, flags included. */
  readonly number: number;
}

const LOG_LINE = /Onion Error\[from ([0-9a-f]{66}): \w+\(0x([0-9a-f]+)\)/;

/** @throws Error for another kind of line. */
export function readFailureLine(line: string): OnionFailure {
  const [, from, number] = LOG_LINE.exec(line) ?? [];
  if (from === undefined || number === undefined) throw new Error(`cannot read: ${line}`);
  return { from: parseNodeId(from), number: Number.parseInt(number, 16) };
}

/** Flags of BOLT 4's failure codes. */
const [BADONION, PERM, NODE, UPDATE] = [0x8000, 0x4000, 0x2000, 0x1000];

/** BOLT 4's numbers in lnd's numbering. */
const CODES: ReadonlyMap<number, Code> = new Map<number, Code>([
  [PERM | 1, Code.INVALID_REALM],
  [NODE | 2, Code.TEMPORARY_NODE_FAILURE],
  [PERM | NODE | 2, Code.PERMANENT_NODE_FAILURE],
  [PERM | NODE | 3, Code.REQUIRED_NODE_FEATURE_MISSING],
  [BADONION | PERM | 4, Code.INVALID_ONION_VERSION],
  [BADONION | PERM | 5, Code.INVALID_ONION_HMAC],
  [BADONION | PERM | 6, Code.INVALID_ONION_KEY],
  [UPDATE | 7, Code.TEMPORARY_CHANNEL_FAILURE],
  [PERM | 8, Code.PERMANENT_CHANNEL_FAILURE],
  [PERM | 9, Code.REQUIRED_CHANNEL_FEATURE_MISSING],
  [PERM | 10, Code.UNKNOWN_NEXT_PEER],
  [UPDATE | 11, Code.AMOUNT_BELOW_MINIMUM],
  [UPDATE | 12, Code.FEE_INSUFFICIENT],
  [UPDATE | 13, Code.INCORRECT_CLTV_EXPIRY],
  [UPDATE | 14, Code.EXPIRY_TOO_SOON],
  [PERM | 15, Code.INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS],
  [17, Code.FINAL_EXPIRY_TOO_SOON],
  [18, Code.FINAL_INCORRECT_CLTV_EXPIRY],
  [19, Code.FINAL_INCORRECT_HTLC_AMOUNT],
  [UPDATE | 20, Code.CHANNEL_DISABLED],
  [21, Code.EXPIRY_TOO_FAR],
  [PERM | 22, Code.INVALID_ONION_PAYLOAD],
  [23, Code.MPP_TIMEOUT],
  [BADONION | PERM | 24, Code.INVALID_ONION_BLINDING],
]);

/**
 * The last node of a circle is the sender, and counts as the last.
 *
 * @throws Error for a number that BOLT 4 does not have, or from a node beside the route: either means that the log was
 * misread, and must not pass for some other failure.
 */
export function asLndFailure(route: Route, { from, number }: OnionFailure): Failure {
  const code = CODES.get(number);
  if (code === undefined) throw new Error(`no failure has the number 0x${number.toString(16)}`);
  const hop = route.hops.findIndex(({ pubKey }) => pubKey === from);
  if (hop === -1) throw new Error(`${from} fails a payment whose route does not pass it`);
  return Failure.fromPartial({ code, failureSourceIndex: hop + 1 });
}
