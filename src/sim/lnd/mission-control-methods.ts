/** lnd's memory of pairs of nodes: what it tells, and what it lets itself be told (lnd: `routerrpc/router_server.go`). */
import { status } from '@grpc/grpc-js';
import type {
  PairHistory,
  RouterServer,
  RouterService,
  XImportMissionControlRequest,
} from '../../generated/services/router.ts';
import { QueryMissionControlResponse } from '../../generated/services/router.ts';
import type { MissionControlPair } from '../../ports.ts';
import { bytesToHex, hexToBytes } from '../../units/bytes.ts';
import { isNodeId, type NodeId } from '../../units/ids.ts';
import { plainError, RpcError } from './rpc-error.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

export function missionControlMethods({
  node,
}: ServedNode): Pick<
  Methods<typeof RouterService, RouterServer>,
  'queryMissionControl' | 'xImportMissionControl'
> {
  return {
    queryMissionControl: () =>
      QueryMissionControlResponse.fromPartial({ pairs: node.missionControl().map(pairHistory) }),
    xImportMissionControl: ({ pairs, force }: XImportMissionControlRequest) => {
      if (pairs.length === 0) throw plainError('at least one pair required for import');
      node.importMissionControl(pairs.map(readPair), { force });
      return {};
    },
  };
}

const SECOND_MS = 1000;

const seconds = (atMs: number | null): bigint => BigInt(atMs === null ? 0 : atMs / SECOND_MS);

const pairHistory = (pair: MissionControlPair) => ({
  nodeFrom: hexToBytes(pair.from),
  nodeTo: hexToBytes(pair.to),
  history: {
    failTime: seconds(pair.failAtMs),
    failAmtSat: pair.failAmtMsat / 1000n,
    failAmtMsat: pair.failAmtMsat,
    successTime: seconds(pair.successAtMs),
    successAmtSat: pair.successAmtMsat / 1000n,
    successAmtMsat: pair.successAmtMsat,
  },
});

function readPair({ nodeFrom, nodeTo, history }: PairHistory): MissionControlPair {
  const [from, to] = [readNode(nodeFrom), readNode(nodeTo)];
  const pair = `pair: ${from} -> ${to}:`;
  if (from === to) throw plainError(`${pair} source and destination node must differ`);
  // lnd takes it for granted, and breaks off where it is not there.
  if (history === undefined) throw new RpcError(status.INTERNAL, 'internal server error');
  const failed = readResult(`${pair} invalid failure`, {
    amountMsat: history.failAmtMsat,
    amountSat: history.failAmtSat,
    time: history.failTime,
  });
  const passed = readResult(`${pair} invalid success`, {
    amountMsat: history.successAmtMsat,
    amountSat: history.successAmtSat,
    time: history.successTime,
  });
  if ((passed.amountMsat === 0n) !== (passed.atMs === null)) {
    const rule =
      passed.atMs === null
        ? 'non-zero amount for success pairs requires non-zero timestamp'
        : 'non-zero timestamp requires non-zero amount for success pairs';
    throw plainError(`${pair} invalid success: ${rule}`);
  }
  // Of a failure, either alone counts for nothing.
  const counts = failed.amountMsat !== 0n && failed.atMs !== null;
  if (passed.amountMsat === 0n && !counts) {
    throw plainError(`${pair}: either success or failure result required`);
  }
  return {
    from,
    to,
    successAmtMsat: passed.amountMsat,
    successAtMs: passed.atMs,
    failAmtMsat: counts ? failed.amountMsat : 0n,
    failAtMs: counts ? failed.atMs : null,
  };
}

/** In msat or sat, or both where they agree. */
function readResult(
  what: string,
  given: { readonly amountMsat: bigint; readonly amountSat: bigint; readonly time: bigint },
): { readonly amountMsat: bigint; readonly atMs: number | null } {
  const { amountMsat, amountSat, time } = given;
  if (amountMsat !== 0n && amountSat !== 0n && amountMsat / 1000n !== amountSat) {
    throw plainError(`${what}: msat: ${amountMsat} and sat: ${amountSat} values not equal`);
  }
  return {
    amountMsat: amountMsat !== 0n ? amountMsat : amountSat * 1000n,
    atMs: time === 0n ? null : Number(time) * SECOND_MS,
  };
}

function readNode(bytes: Uint8Array): NodeId {
  const hex = bytesToHex(bytes);
  if (isNodeId(hex)) return hex;
  throw plainError(`invalid vertex length of ${bytes.length}, want 33`);
}
