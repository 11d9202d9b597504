/** The set-up that is looked at: what the user has named, and what can be learnt of it, each asked for once. */
import { existsSync } from 'node:fs';
import { NodeError } from '../../node/node-error.ts';
import type { GraphDescription, LightningNode, NodeInfo, OwnChannel } from '../../ports.ts';
import type { Config } from '../config/config.ts';
import { type LoadedConfig, loadConfig } from '../config/config-file.ts';
import { NODE_NAMES } from '../config/node-names.ts';
import { defaultJournalPath } from '../journal-file.ts';
import {
  type AccessNames,
  type AccessOptions,
  OPTION_NAMES,
} from '../node-access/access-options.ts';
import { ANSWER_MS } from '../node-access/answer-time.ts';
import { chosenAccess, type NodeAccess } from '../node-access/chosen-access.ts';
import { openNode } from '../node-access/open-node.ts';
import { type Rights, rightsOf } from '../node-access/rights.ts';
import type { Output } from '../output.ts';
import { type JournalFacts, journalFacts } from './journal-facts.ts';

export interface SetUpOptions extends AccessOptions {
  readonly config?: string;
  readonly store?: string;
}

export type Connection =
  | { readonly kind: 'connected'; readonly node: LightningNode }
  | { readonly kind: 'refused'; readonly error: NodeError };

export class SetUp {
  readonly options: SetUpOptions;
  readonly now: () => number;
  readonly #output: Output;
  readonly #kept = new Map<string, Promise<unknown>>();
  #node: LightningNode | undefined;
  #closed = false;

  constructor(
    options: SetUpOptions,
    parts: { readonly output: Output; readonly now: () => number },
  ) {
    this.options = options;
    this.now = parts.now;
    this.#output = parts.output;
  }

  /** `undefined` where none is named. @throws ConfigError */
  loaded(): Promise<LoadedConfig | undefined> {
    const { config } = this.options;
    return this.#once('config', async () =>
      config === undefined ? undefined : await loadConfig(config),
    );
  }

  async config(): Promise<Config | undefined> {
    return (await this.loaded())?.config;
  }

  /** How the user names what belongs to the node. */
  get names(): AccessNames {
    return this.options.config === undefined ? OPTION_NAMES : NODE_NAMES;
  }

  /** The same of the journal. */
  get storeName(): string {
    return this.options.config === undefined ? '--store' : '[store] path';
  }

  /** @throws UsageError where none is named, or one in part. */
  async access(): Promise<NodeAccess> {
    return (await this.config())?.node ?? chosenAccess(this.options, OPTION_NAMES);
  }

  /** Whether the node can be spoken to, whether it is in sync or not. @throws UsageError for what cannot be an access. */
  connection(): Promise<Connection> {
    return this.#once('connection', async () => {
      try {
        const node = await openNode(await this.access(), this.#output, {
          names: this.names,
          patience: {
            requireSynced: false,
            callDeadlineMs: ANSWER_MS,
            connectDeadlineMs: ANSWER_MS,
          },
        });
        if (this.#closed) await node.close();
        this.#node = node;
        return { kind: 'connected', node };
      } catch (error) {
        if (error instanceof NodeError) return { kind: 'refused', error };
        throw error;
      }
    });
  }

  /** @throws NodeError where there is no connection. */
  async node(): Promise<LightningNode> {
    const connection = await this.connection();
    if (connection.kind === 'refused') throw connection.error;
    return connection.node;
  }

  info(): Promise<NodeInfo> {
    return this.#once('info', async () => (await this.node()).info());
  }

  graph(): Promise<GraphDescription> {
    return this.#once('graph', async () => (await this.node()).describeGraph());
  }

  channels(): Promise<readonly OwnChannel[]> {
    return this.#once('channels', async () => (await this.node()).ownChannels());
  }

  /** What macaroon or rune allow. */
  rights(): Promise<Rights> {
    return this.#once('rights', async () => {
      const { justInTime = false, dryRun = false } = (await this.config()) ?? {};
      return rightsOf(await this.access(), {
        justInTime: justInTime !== false && !dryRun,
        names: this.names,
      });
    });
  }

  /** Where the journal is, or will be. */
  async journal(): Promise<string> {
    const named = this.options.store ?? (await this.config())?.store.path;
    return named ?? defaultJournalPath((await this.info()).nodeId, process.env);
  }

  async hasJournal(): Promise<boolean> {
    return existsSync(await this.journal());
  }

  /** Of a journal that is there. @throws StoreError as `openJournalCopy` does. */
  journalFacts(): Promise<JournalFacts> {
    return this.#once('journal', async () => journalFacts(await this.journal(), this.now()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#node?.close();
  }

  #once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const kept = (this.#kept.get(name) as Promise<T> | undefined) ?? ask();
    this.#kept.set(name, kept);
    return kept;
  }
}
