/** GetInfo and GetState. */
import {
  type LightningServer,
  type LightningService,
  type StateServer,
  type StateService,
  WalletState,
} from '../../generated/services/lightning.ts';
import { GetInfoResponse } from '../../generated/services/node.ts';
import { featureMap, NODE_FEATURES } from './features.ts';
import { blockHash } from './graph-messages.ts';
import type { Methods } from './rpc-methods.ts';
import type { ServedNode } from './served-node.ts';

/** How far lnd's start has come; only `active` answers anything but GetState. */
export type ServedWalletState =
  | 'waiting_to_start'
  | 'non_existing'
  | 'locked'
  | 'starting'
  | 'active';

/** What GetInfo and GetState tell that the network does not decide. Changes while it is being served. */
export interface ReportedState {
  walletState: ServedWalletState;
  syncedToChain: boolean;
  syncedToGraph: boolean;
  /** Such as `0.20.1-beta`; the commit is added where it is missing. */
  version: string;
}

/** Blocks come ten minutes apart; the newest is taken to be half a minute old. */
const HEADER_AGE_SECONDS = 30;

export function infoMethods(
  served: ServedNode,
): Pick<Methods<typeof LightningService, LightningServer>, 'getInfo'> {
  return {
    getInfo: () => {
      const { network, node, reported } = served;
      const channels = node.listChannels();
      const active = channels.filter((channel) => channel.active);
      const online = channels.filter((channel) => network.isOnline(channel.peer));
      const { version } = reported;
      return GetInfoResponse.fromPartial({
        version: version.includes('commit=') ? version : `${version} commit=v${version}`,
        commitHash: '0'.repeat(40),
        identityPubkey: node.nodeId,
        alias: node.alias,
        color: '#3399ff',
        numActiveChannels: active.length,
        numInactiveChannels: channels.length - active.length,
        numPeers: new Set(online.map((channel) => channel.peer)).size,
        blockHeight: network.blockHeight,
        blockHash: blockHash(network.blockHeight),
        bestHeaderTimestamp: BigInt(Math.floor(network.clock.now() / 1000) - HEADER_AGE_SECONDS),
        syncedToChain: reported.syncedToChain,
        syncedToGraph: reported.syncedToGraph,
        chains: [{ chain: 'bitcoin', network: 'regtest' }],
        features: featureMap(NODE_FEATURES),
        requireHtlcInterceptor: network.requiresInterceptor(node.nodeId),
      });
    },
  };
}

const WALLET_STATES: Readonly<Record<ServedWalletState, WalletState>> = {
  waiting_to_start: WalletState.WAITING_TO_START,
  non_existing: WalletState.NON_EXISTING,
  locked: WalletState.LOCKED,
  starting: WalletState.UNLOCKED,
  active: WalletState.SERVER_ACTIVE,
};

export function stateMethods(reported: ReportedState): Methods<typeof StateService, StateServer> {
  return { getState: () => ({ state: WALLET_STATES[reported.walletState] }) };
}

/** What every other RPC answers until lnd is up (lnd: `rpcperms/interceptor.go`, `checkRPCState`). */
export const REFUSAL_UNTIL_ACTIVE: Readonly<Record<Exclude<ServedWalletState, 'active'>, string>> =
  {
    waiting_to_start: 'waiting to start, RPC services not available',
    non_existing: 'wallet not created, create one to enable full RPC access',
    locked: 'wallet locked, unlock it to enable full RPC access',
    starting: 'the RPC server is in the process of starting up, but not yet ready to accept calls',
  };
