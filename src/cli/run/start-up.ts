/** Everything that a run needs, opened in turn; what cannot be had is said with the key of the configuration. */
import { existsSync, mkdirSync } from 'node:fs';
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
import type { NodeId } from '../../units/ids.ts';
import type { Config } from '../config/config.ts';
import { NODE_NAMES } from '../config/node-names.ts';
import { UsageError } from '../exit-codes.ts';
import { defaultJournalPath, opened, ownedBy } from '../journal-file.ts';
import { assertPermitted } from '../node-access/assert-permitted.ts';
import { withRune } from '../node-access/check-access.ts';
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
 * cannot do, or its store is another node's; NodeError where the node cannot be used, or the macaroon or rune lack what
 * rebalances need; ForeignJournalError where another node has unfinished work in the store.
 */
export async function startUp(
  config: Config,
  { log, output }: { readonly log: Log; readonly output: Output },
): Promise<StartedParts> {
  const access = await withRune(config.node, NODE_NAMES);
  const node = await openNode(access, output, { names: NODE_NAMES, log });
  let store: Store | undefined;
  const close = async (): Promise<void> => {
    await Promise.allSettled([node.close(), store?.close()]);
  };
  try {
    assertCapable(node.capabilities, config);
    const [info, channels] = await Promise.all([node.info(), node.ownChannels()]);
    const journal = config.store.path ?? defaultJournalPath(info.nodeId, process.env);
    const isNew = !existsSync(journal);
    if (isNew && !config.dryRun) await assertPermitted(access, NODE_NAMES);
    const file = { path: journal, nodeId: info.nodeId };
    store = config.dryRun ? await openToRead(config, file, log) : await open(config, file);
    const { budget, limits } = config;
    const rebalancer = new Rebalancer({ node, store, log, budget, ...limits });
    // A journal that is another node's, or cannot be read, will not do later either.
    const left = config.dryRun ? [] : await rebalancer.resume();
    // What is under way is followed in any case.
    if (!isNew && !config.dryRun && left.length === 0) await assertPermitted(access, NODE_NAMES);
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

interface NodeJournal {
  readonly path: string;
  readonly nodeId: NodeId;
}

const open = ({ store }: Config, { path, nodeId }: NodeJournal): Promise<Store> =>
  opened({ named: '[store] path', path }, async () => {
    const { maxBytes } = store;
    if (store.path === undefined) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const made = await openSqliteStore(path, maxBytes === undefined ? {} : { maxBytes });
    return ownedBy(nodeId, { path, store: made });
  });

/** A dry run writes nothing, makes no file, and may go on beside the command that writes. */
async function openToRead(config: Config, journal: NodeJournal, log: Log): Promise<Store> {
  if (!existsSync(journal.path)) return memoryStore();
  try {
    return readingStore(await open(config, journal));
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof StoreError) || cause.code !== 'locked') throw error;
    const { path } = journal;
    log.warn('the journal is in use: this dry run knows nothing of the past', { journal: path });
    return memoryStore();
  }
}
