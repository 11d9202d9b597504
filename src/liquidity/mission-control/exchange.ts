/** Between Ballast's beliefs and the pairs of lnd's mission control. */
import type { BeliefRow, MissionControlPair } from '../../ports.ts';
import { LATEST_DATE_MS } from '../../units/time.ts';

const NOTHING_KNOWN = {
  lowMsat: 0,
  lowAtMs: 0,
  highMsat: Number.POSITIVE_INFINITY,
  highAtMs: 0,
  suspectAtMs: 0,
};

/** What a node dates after all dates it cannot mean, and nothing newer would ever come. */
const dateIn = (atMs: number | null): number | null =>
  atMs !== null && atMs >= 0 && atMs <= LATEST_DATE_MS ? atMs : null;

/** The row with what the pair tells anew; `undefined` where that is nothing. */
export function evidenceOf(
  pair: MissionControlPair,
  known: BeliefRow | undefined,
): BeliefRow | undefined {
  const { from, to, successAmtMsat, failAmtMsat } = pair;
  const successAtMs = dateIn(pair.successAtMs);
  const failAtMs = dateIn(pair.failAtMs);
  const before = known ?? { from, to, ...NOTHING_KNOWN };
  let row = before;
  if (successAtMs !== null && successAmtMsat > 0n && successAtMs > row.lowAtMs) {
    const suspectAtMs = successAtMs > row.suspectAtMs ? 0 : row.suspectAtMs;
    row = { ...row, lowMsat: Number(successAmtMsat), lowAtMs: successAtMs, suspectAtMs };
  }
  if (failAtMs !== null && failAmtMsat === 0n && failAtMs > row.suspectAtMs) {
    row = { ...row, suspectAtMs: failAtMs };
  } else if (failAtMs !== null && failAtMs > row.highAtMs && isTold(pair)) {
    row = { ...row, highMsat: Number(failAmtMsat), highAtMs: failAtMs };
  }
  return row === before ? undefined : row;
}

/**
 * Where more passed than had failed before, lnd raises the failure to 1 msat above that and keeps its old date (lnd:
 * `missioncontrol_state.go`): nobody has seen that fail.
 */
const isTold = ({
  successAmtMsat,
  successAtMs,
  failAmtMsat,
  failAtMs,
}: MissionControlPair): boolean =>
  failAmtMsat > 0n &&
  !(failAmtMsat === successAmtMsat + 1n && successAtMs !== null && failAtMs! < successAtMs);

/** `undefined` where there is nothing that lnd could take. */
export function pairOf(row: BeliefRow): MissionControlPair | undefined {
  const { from, to, lowMsat, lowAtMs, highMsat, highAtMs, suspectAtMs } = row;
  const passed = lowMsat >= 1 && lowAtMs > 0;
  const isSuspect = suspectAtMs > 0;
  const failed = isSuspect || (highAtMs > 0 && Number.isFinite(highMsat));
  if (!passed && !failed) return undefined;
  // lnd keeps what passed below what failed.
  const failMsat = isSuspect ? 1 : Math.max(1, Math.floor(highMsat));
  const successMsat = failed ? Math.min(lowMsat, failMsat - 1) : lowMsat;
  return {
    from,
    to,
    successAmtMsat: passed ? BigInt(Math.floor(successMsat)) : 0n,
    successAtMs: passed && successMsat > 0 ? lowAtMs : null,
    failAmtMsat: failed ? BigInt(failMsat) : 0n,
    failAtMs: failed ? (isSuspect ? suspectAtMs : highAtMs) : null,
  };
}
