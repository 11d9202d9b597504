/** Whether lnd is in a state in which a rebalance can be made. */
import { setTimeout } from 'node:timers/promises';
import {
  GetStateRequest,
  LightningService,
  StateService,
  WalletState,
} from '../../generated/services/lightning.ts';
import {
  GetInfoRequest,
  type GetInfoResponse,
  GraphCacheStatus,
} from '../../generated/services/node.ts';
import type { NodeInfo } from '../../ports.ts';
import { isNodeId } from '../../units/ids.ts';
import { NodeError } from '../node-error.ts';
import type { LndCalls } from './lnd-calls.ts';
import { holdExpiryBlocks, requireSupportedVersion } from './version.ts';

export interface ReadinessOptions {
  readonly requireSynced: boolean;
  readonly deadlineMs: number;
}

/** In the order in which each check makes sense of the next. @throws NodeError with the first that fails */
export async function requireReady(calls: LndCalls, options: ReadinessOptions): Promise<void> {
  const { state } = await calls.unary(
    StateService.getState,
    GetStateRequest.create(),
    options.deadlineMs,
  );
  requireOpenWallet(state, options);
  let info = await askInfo(calls, options);
  requireSupportedVersion(info.version);
  if (!options.requireSynced) return;
  for (let waitedMs = 0; waitedMs < BLOCK_WAIT_MS; waitedMs += BLOCK_POLL_MS) {
    if (info.syncedToChain) break;
    await setTimeout(BLOCK_POLL_MS);
    info = await askInfo(calls, options);
  }
  requireSynced(info);
}

/** After each block lnd says for a moment that it is not in sync with the chain, until it has taken that in. */
const BLOCK_WAIT_MS = 3000;
const BLOCK_POLL_MS = 250;

const askInfo = (calls: LndCalls, { deadlineMs }: ReadinessOptions): Promise<GetInfoResponse> =>
  calls.unary(LightningService.getInfo, GetInfoRequest.create(), deadlineMs);

function requireOpenWallet(state: number, { requireSynced }: ReadinessOptions): void {
  const starting = (what: string): NodeError =>
    new NodeError('starting', `lnd is not ready: ${what}; try again later`);
  switch (state) {
    case WalletState.SERVER_ACTIVE:
      return;
    case WalletState.RPC_ACTIVE:
      if (requireSynced) throw starting('it is still connecting to the chain and to its peers');
      return;
    case WalletState.UNLOCKED:
      throw starting('its wallet is open, but its RPC services are still starting');
    case WalletState.WAITING_TO_START:
      throw starting('it waits to start, perhaps to become the leader of its cluster');
    case WalletState.LOCKED:
      throw new NodeError('locked', "lnd's wallet is locked; unlock it with `lncli unlock`");
    case WalletState.NON_EXISTING:
      throw new NodeError(
        'locked',
        'lnd has no wallet yet; create one with `lncli create`, and open channels first',
      );
    default:
      throw starting(`it reports the unknown state ${state}`);
  }
}

function requireSynced(info: GetInfoResponse): void {
  const behind = (what: string): NodeError =>
    new NodeError(
      'syncing',
      `lnd at block ${info.blockHeight} is not in sync with ${what}; wait until \`lncli getinfo\` says that it is, or connect with requireSynced: false`,
    );
  if (!info.syncedToChain) {
    throw behind('the chain (synced_to_chain), so routes would carry expiries that are too low');
  }
  if (!knowsGraph(info)) {
    throw behind('the graph (synced_to_graph), so routes would rest on missing channels');
  }
}

/** From 0.21 on the graph may be in sync while lnd still loads it into the cache that its answers come from. */
const knowsGraph = (info: GetInfoResponse): boolean =>
  info.syncedToGraph && info.graphCacheStatus !== GraphCacheStatus.GRAPH_CACHE_STATUS_LOADING;

export async function fetchInfo(calls: LndCalls, deadlineMs: number): Promise<NodeInfo> {
  const info = await calls.unary(LightningService.getInfo, GetInfoRequest.create(), deadlineMs);
  if (!isNodeId(info.identityPubkey)) {
    throw new NodeError(
      'rpc',
      `lnd answered GetInfo without its public key ("${info.identityPubkey}"); check that the address is that of an lnd`,
    );
  }
  return {
    nodeId: info.identityPubkey,
    alias: info.alias,
    version: info.version,
    blockHeight: info.blockHeight,
    syncedToChain: info.syncedToChain,
    syncedToGraph: knowsGraph(info),
    holdExpiryBlocks: holdExpiryBlocks(info.version),
    requiresInterceptor: info.requireHtlcInterceptor,
    ...(info.bestHeaderTimestamp > 0n && {
      bestBlockAtMs: Number(info.bestHeaderTimestamp) * 1000,
    }),
  };
}
