/** Everything that a run needs, opened in turn; what cannot be had is said with the key of the configuration. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Rebalancer } from '../../engine/index.ts';
import type {
  LightningNode,
  Log,
  NodeCapabilities,
  NodeInfo,
  OwnChannel,
  Store,
} from '../../ports.ts';
import { memoryStore } from '../../store/index.ts';
import { openSqliteStore } from '../../store/sqlite.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Config } from '../config/config.ts';
import { NODE_NAMES } from '../config/node-names.ts';
import { UsageError } from '../exit-codes.ts';
import { defaultJournalPath } from '../journal-file.ts';
import { openNode } from '../node-access/open-node.ts';
import type { Output } from '../output.ts';
import { readingStore } from './reading-store.ts';

export interface StartedParts {
  readonly node: LightningNode;
  readonly info: NodeInfo;
  readonly channels: readonly OwnChannel[];
  readonly rebalancer: Rebalancer;
  /** Where the journal is. */
  readonly journal: string;
  close(): Promise<void>;
}

/**
 * @throws UsageError where a file of the configuration will not do, its store is in use, or it asks for what the node
 * cannot do; NodeError where the node cannot be used; ForeignJournalError where the store is another node's.
 */
export async function startUp(
  config: Config,
  { log, output }: { readonly log: Log; readonly output: Output },
): Promise<StartedParts> {
  const node = await openNode(config.node, output, { names: NODE_NAMES, log });
  let store: Store | undefined;
  const close = async (): Promise<void> => {
    await Promise.allSettled([node.close(), store?.close()]);
  };
  try {
    assertCapable(node.capabilities, config);
    const [info, channels] = await Promise.all([node.info(), node.ownChannels()]);
    const journal = config.store.path ?? defaultJournalPath(info.nodeId, process.env);
    store = config.dryRun ? await openToRead(config, journal, log) : await open(config, journal);
    const { budget, limits } = config;
    const rebalancer = new Rebalancer({ node, store, log, budget, ...limits });
    // A journal that is another node's, or cannot be read, will not do later either.
    if (!config.dryRun) await rebalancer.resume();
    return { node, info, channels, rebalancer, journal, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A dry run lets nothing wait. */
function assertCapable(
  { intercept, reasons }: NodeCapabilities,
  { justInTime, dryRun }: Config,
): void {
  if (intercept || justInTime === false || dryRun) return;
  throw new UsageError(
    `[just_in_time] enabled is true, and this node cannot let forwards wait: ${reasons.intercept ?? 'use lnd'}; set it to false`,
  );
}

async function open({ store }: Config, journal: string): Promise<Store> {
  try {
    if (store.path === undefined) mkdirSync(dirname(journal), { recursive: true, mode: 0o700 });
    return await openSqliteStore(
      journal,
      store.maxBytes === undefined ? {} : { maxBytes: store.maxBytes },
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!(error instanceof StoreError) && !code.startsWith('E')) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`[store] path: ${message}`, { cause: error });
  }
}

/** A dry run writes nothing, and may go on beside the command that writes. */
async function openToRead(config: Config, journal: string, log: Log): Promise<Store> {
  try {
    return readingStore(await open(config, journal));
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof StoreError) || cause.code !== 'locked') throw error;
    log.warn('the journal is in use: this dry run knows nothing of the past', { journal });
    return memoryStore();
  }
}
