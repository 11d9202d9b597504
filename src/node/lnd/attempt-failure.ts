/** The failure of an HTLC attempt, as the core may rely on it. */
import { type Failure, Failure_FailureCode } from '../../generated/messages/failure.ts';
import { ownBytes } from './own-bytes.ts';

const KNOWN_CODES: ReadonlySet<number> = new Set(Object.values(Failure_FailureCode));

/** A copy; a code newer than our enum becomes UNKNOWN_FAILURE, which blames the node that sent it. */
export function readFailure(failure: Failure): Failure {
  const copy = ownBytes(failure);
  const known = KNOWN_CODES.has(copy.code) && copy.code !== Failure_FailureCode.UNRECOGNIZED;
  return known ? copy : { ...copy, code: Failure_FailureCode.UNKNOWN_FAILURE };
}
