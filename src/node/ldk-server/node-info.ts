/** GetNodeInfo. */
import {
  GetNodeInfoRequest,
  type GetNodeInfoResponse,
  LightningNodeService,
} from '../../generated/services/ldk-server/api.ts';
import type { NodeInfo } from '../../ports.ts';
import { isNodeId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LdkCalls } from './ldk-calls.ts';

/** LDK Server tells none. */
const VERSION = 'LDK Server (version unknown)';
/** It syncs every minute or so. */
const SYNCED_WITHIN_MS = 15 * 60_000;
/** Blocks before its expiry at which LDK gives back an HTLC that it can claim (LDK: `HTLC_FAIL_BACK_BUFFER`). */
const HOLD_EXPIRY_BLOCKS = 39;

export async function fetchInfo(calls: LdkCalls, deadlineMs: number): Promise<NodeInfo> {
  const method = LightningNodeService.getNodeInfo;
  const info = await calls.unary(method, GetNodeInfoRequest.create(), deadlineMs);
  if (!isNodeId(info.nodeId)) {
    throw new NodeError(
      'rpc',
      `LDK Server answered GetNodeInfo without its public key ("${info.nodeId}"); check that the address is that of an LDK Server`,
    );
  }
  return {
    nodeId: info.nodeId,
    alias: info.nodeAlias ?? '',
    version: VERSION,
    blockHeight: info.currentBestBlock?.height ?? 0,
    syncedToChain: isSynced(info, Date.now()),
    // It does not tell, and has no notion of it.
    syncedToGraph: true,
    holdExpiryBlocks: HOLD_EXPIRY_BLOCKS,
  };
}

/** By when its Lightning wallet was last in sync, which it has to tell at all. */
function isSynced(info: GetNodeInfoResponse, nowMs: number): boolean {
  const { latestLightningWalletSyncTimestamp: atSeconds, currentBestBlock } = info;
  if (atSeconds === undefined || (currentBestBlock?.height ?? 0) === 0) return false;
  return nowMs - Number(atSeconds) * 1000 <= SYNCED_WITHIN_MS;
}

/** @throws NodeError `syncing` */
export function requireSynced(info: NodeInfo): void {
  if (info.syncedToChain) return;
  throw new NodeError(
    'syncing',
    `LDK Server at block ${info.blockHeight} has not been in sync with the chain for ${SYNCED_WITHIN_MS / 60_000} minutes; check its chain source, or connect with requireSynced: false`,
  );
}
