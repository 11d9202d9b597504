/**
 * lnd's memory of pairs of nodes. What it is told it keeps until its next start, and one pair that it cannot take makes it
 * refuse all of them (lnd: `routerrpc/router_server.go`, `toPairSnapshot`).
 */
import {
  type PairData,
  QueryMissionControlRequest,
  RouterService,
  XImportMissionControlRequest,
} from '../../generated/services/router.ts';
import type { MissionControlImport, MissionControlPair } from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isNodeId, type NodeId } from '../../units/ids.ts';
import type { LndCalls } from './lnd-calls.ts';
import { oddAnswer } from './odd-answer.ts';

const SECOND_MS = 1000;

export async function missionControl(
  calls: LndCalls,
  deadlineMs: number,
): Promise<readonly MissionControlPair[]> {
  const request = QueryMissionControlRequest.create();
  const answer = await calls.unary(RouterService.queryMissionControl, request, deadlineMs);
  return answer.pairs.map(({ nodeFrom, nodeTo, history }) => ({
    from: nodeIn(nodeFrom),
    to: nodeIn(nodeTo),
    successAmtMsat: history?.successAmtMsat ?? 0n,
    successAtMs: msIn(history?.successTime ?? 0n),
    failAmtMsat: history?.failAmtMsat ?? 0n,
    failAtMs: msIn(history?.failTime ?? 0n),
  }));
}

/** @param deadlineMs for the one call that takes them all */
export async function importMissionControl(
  calls: LndCalls,
  pairs: readonly MissionControlPair[],
  deadlineMs: number,
): Promise<MissionControlImport> {
  const given = pairs.flatMap((pair) => {
    const history = historyOf(pair);
    if (history === null) return [];
    return [{ nodeFrom: hexToBytes(pair.from), nodeTo: hexToBytes(pair.to), history }];
  });
  const leftOut = pairs.length - given.length;
  // lnd refuses an import of nothing.
  if (given.length === 0) return { imported: 0, leftOut };
  const request = XImportMissionControlRequest.fromPartial({ pairs: given, force: false });
  await calls.unary(RouterService.xImportMissionControl, request, deadlineMs);
  return { imported: given.length, leftOut };
}

/**
 * What lnd takes of a pair, or `null` where that is nothing. A failure whatever the amount, which lnd tells but does not
 * take, becomes one of 1 msat. It ends what passed before; if something passed since, that is lnd's last word.
 */
function historyOf(pair: MissionControlPair): Partial<PairData> | null {
  if (pair.from === pair.to) return null;
  const success = resultOf(pair.successAmtMsat, pair.successAtMs);
  const failAmtMsat = pair.failAmtMsat === 0n ? 1n : pair.failAmtMsat;
  const failure = resultOf(failAmtMsat, pair.failAtMs);
  const isTotal = failure !== null && pair.failAmtMsat === 0n;
  const dropsFailure = isTotal && success !== null && success.time > failure.time;
  const dropsSuccess = isTotal && !dropsFailure;
  const history = {
    ...(success === null || dropsSuccess
      ? {}
      : { successAmtMsat: success.amountMsat, successTime: success.time }),
    ...(failure === null || dropsFailure
      ? {}
      : { failAmtMsat: failure.amountMsat, failTime: failure.time }),
  };
  return Object.keys(history).length === 0 ? null : history;
}

/** All bitcoin that there can be: doubles round larger amounts beyond what lnd's int64 holds. */
const MOST_MSAT = 2_100_000_000_000_000_000n;

/** Amount and date need each other, and 0 is neither. */
function resultOf(
  amountMsat: bigint,
  atMs: number | null,
): { readonly amountMsat: bigint; readonly time: bigint } | null {
  const time = BigInt(Math.floor((atMs ?? 0) / SECOND_MS));
  if (amountMsat <= 0n || time <= 0n) return null;
  return { amountMsat: amountMsat < MOST_MSAT ? amountMsat : MOST_MSAT, time };
}

const msIn = (time: bigint): number | null => (time === 0n ? null : Number(time) * SECOND_MS);

function nodeIn(bytes: Uint8Array): NodeId {
  const hex = bytesToHex(bytes);
  if (isNodeId(hex)) return hex;
  throw oddAnswer('QueryMissionControl', `with the node key "${hex}"`);
}
