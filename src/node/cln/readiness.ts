/** Whether lightningd is in a state in which a rebalance can be made. */
import type { NodeInfo } from '../../ports.ts';
import { NodeError } from '../node-error.ts';
import type { ClnCalls } from './cln-calls.ts';
import { ClnObject } from './cln-object.ts';

/** `wait` and the indexes of `listforwards` and `listsendpays` came with it, which nothing is lost by. */
const OLDEST = { year: 23, month: 11 };

/** In the order in which each check makes sense of the next. @throws NodeError with the first that fails */
export async function requireReady(
  calls: ClnCalls,
  { requireSynced }: { readonly requireSynced: boolean },
): Promise<NodeInfo> {
  const info = await fetchInfo(calls);
  requireSupportedVersion(info.version);
  if (requireSynced && !info.syncedToChain) {
    throw new NodeError(
      'syncing',
      `lightningd at block ${info.blockHeight} is not in sync with the chain, so routes would carry expiries that are too low; wait until \`lightning-cli getinfo\` shows no warning, or connect with requireSynced: false`,
    );
  }
  return info;
}

/**
 * lightningd does not tell whether its gossip is complete, so `syncedToGraph` is always true. It holds no payments, so
 * `holdExpiryBlocks` is 0 and means nothing.
 */
export async function fetchInfo(calls: ClnCalls): Promise<NodeInfo> {
  const info = new ClnObject('getinfo', await calls.call('getinfo'));
  return {
    nodeId: info.nodeId('id'),
    alias: info.optionalText('alias') ?? '',
    version: info.text('version'),
    blockHeight: info.count('blockheight'),
    syncedToChain: !info.has('warning_bitcoind_sync') && !info.has('warning_lightningd_sync'),
    syncedToGraph: true,
    holdExpiryBlocks: 0,
  };
}

/** `v26.06`, `v24.02.1-12-gabcdef`, or whatever a build of one's own calls itself, which is let pass. */
function requireSupportedVersion(version: string): void {
  const parts = /^v?([0-9]{1,3})\.([0-9]{1,2})(?:[^0-9]|$)/.exec(version);
  if (parts === null) return;
  const [year, month] = [Number(parts[1]), Number(parts[2])];
  if (year > OLDEST.year || (year === OLDEST.year && month >= OLDEST.month)) return;
  throw new NodeError(
    'too_old',
    `this is Core Lightning ${version}, and Ballast needs v${OLDEST.year}.${OLDEST.month} or newer; update it`,
  );
}
