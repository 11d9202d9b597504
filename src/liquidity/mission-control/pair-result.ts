/** What mission control is told about pairs of nodes, and what one result makes of what it knew. */
import { type Evidence, NO_EVIDENCE } from '../evidence.ts';

/** Both outcomes hold for the pair, in the direction of the payment. */
export interface PairResult {
  readonly kind: 'success' | 'failure';
  /** The amount that crossed, or did not. A failure of 0 would have come whatever the amount. */
  readonly amountMsat: number;
}

interface Moment {
  readonly nowMs: number;
  /** Whether the result replaces what it would otherwise only widen, as a forced import does. */
  readonly force: boolean;
  /** So long a failure of a larger amount is ignored after one of a smaller amount. */
  readonly minFailureRelaxMs: number;
}

/**
 * What is known after the result, which may be the same as before (lnd: `missioncontrol_state.go`,
 * `setLastPairResult`).
 */
export function withResult(known: Evidence, result: PairResult, moment: Moment): Evidence {
  return result.kind === 'success'
    ? withSuccess(known, result.amountMsat, moment)
    : withFailure(known, result.amountMsat, moment);
}

/** Everything failed, and nothing is said to have passed ever. */
export const allFailed = (nowMs: number): Evidence => ({
  ...NO_EVIDENCE,
  highMsat: 0,
  highAtMs: nowMs,
});

/** A success of a smaller amount takes nothing back; one within what failed moves the failure up. */
function withSuccess(known: Evidence, amountMsat: number, { nowMs, force }: Moment): Evidence {
  const raised = known.highAtMs > 0 && (force || amountMsat >= known.highMsat);
  return {
    lowMsat: force || amountMsat > known.lowMsat ? amountMsat : known.lowMsat,
    lowAtMs: nowMs,
    highMsat: raised ? amountMsat + 1 : known.highMsat,
    highAtMs: known.highAtMs,
  };
}

function withFailure(known: Evidence, amountMsat: number, moment: Moment): Evidence {
  const { nowMs, force, minFailureRelaxMs } = moment;
  const soon = known.highAtMs > 0 && nowMs - known.highAtMs < minFailureRelaxMs;
  if (!force && soon && amountMsat > known.highMsat) return known;
  // An amount is dated by its own failure: a fresh date on a smaller amount of long ago would revive that.
  return {
    lowMsat: Math.min(known.lowMsat, Math.max(0, amountMsat - 1)),
    lowAtMs: known.lowAtMs,
    highMsat: amountMsat,
    highAtMs: nowMs,
  };
}
