/** LDK Server's graph, which it gives record by record: cached, and with a bounded number of calls at a time. */
import { setTimeout } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import {
  GraphGetChannelRequest,
  GraphGetNodeRequest,
  LightningNodeService,
} from '../../generated/services/ldk-server/api.ts';
import type { GraphChannel } from '../../generated/services/ldk-server/types.ts';
import { type ChannelId, type NodeId, tryParseChannelId } from '../../units/ids.ts';
import type { LdkCalls, UnaryMethod } from './ldk-calls.ts';

export interface GraphReaderOptions {
  readonly deadlineMs: number;
  /** Calls at a time. */
  readonly parallel: number;
  /** A record is asked for again when it is older than this, ms. */
  readonly maxAgeMs: number;
}

export interface KnownNode {
  readonly channels: readonly ChannelId[];
  readonly alias: string;
  /** Unix seconds; 0 where it has announced nothing. */
  readonly lastUpdate: number;
}

interface Cached<T> {
  readonly atMs: number;
  readonly value: Promise<T | undefined>;
}

/** A busy server refuses calls that come too many at once; each try has a signature of its own. */
const TRIES = 4;
const FIRST_PAUSE_MS = 100;

export class GraphReader {
  readonly #calls: LdkCalls;
  readonly #options: GraphReaderOptions;
  readonly #nodes = new Map<NodeId, Cached<KnownNode>>();
  readonly #channels = new Map<ChannelId, Cached<GraphChannel>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(calls: LdkCalls, options: GraphReaderOptions) {
    this.#calls = calls;
    this.#options = options;
  }

  /**
   * `undefined` where the graph has no such node.
   *
   * @param maxAgeMs 0 asks the server whatever is known
   */
  node(nodeId: NodeId, maxAgeMs: number = this.#options.maxAgeMs): Promise<KnownNode | undefined> {
    return cached(this.#nodes, { key: nodeId, maxAgeMs }, async () => {
      const request = GraphGetNodeRequest.fromPartial({ nodeId });
      const answer = await this.#ask(LightningNodeService.graphGetNode, request);
      if (answer?.node === undefined) return undefined;
      const { channels, announcementInfo } = answer.node;
      return {
        channels: channels
          .map((channelId) => tryParseChannelId(String(channelId)))
          .filter((channelId) => channelId !== undefined),
        alias: announcementInfo?.alias ?? '',
        lastUpdate: announcementInfo?.lastUpdate ?? 0,
      };
    });
  }

  /** `undefined` where the graph has no such channel. */
  channel(channelId: ChannelId): Promise<GraphChannel | undefined> {
    const { maxAgeMs } = this.#options;
    return cached(this.#channels, { key: channelId, maxAgeMs }, async () => {
      const request = GraphGetChannelRequest.fromPartial({ shortChannelId: channelId });
      const answer = await this.#ask(LightningNodeService.graphGetChannel, request);
      return answer?.channel;
    });
  }

  /** Does the work for each, a bounded number at a time; the first failure ends it. */
  async each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < items.length) {
        const item = items[next++] as T;
        try {
          await work(item);
        } catch (error) {
          next = items.length;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: this.#options.parallel }, worker));
  }

  /** `undefined` where the server knows nothing by that name, for which it has no status of its own. */
  async #ask<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
  ): Promise<Response | undefined> {
    const { deadlineMs } = this.#options;
    for (let tried = 1; ; tried++) {
      const end = await this.#inTurn(() => this.#calls.attempt(method, request, deadlineMs));
      if (end.kind === 'response') return end.response;
      const { code } = end.error;
      if (code === status.INVALID_ARGUMENT || code === status.NOT_FOUND) return undefined;
      if (code !== status.UNAVAILABLE || tried === TRIES || this.#calls.closed) {
        throw await this.#calls.explain(end.error, method.path, deadlineMs);
      }
      await setTimeout(FIRST_PAUSE_MS * 2 ** (tried - 1));
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#options.parallel) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      // The place goes on to who waits, so that nobody slips in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}

/** Callers at the same time share one question. Failures are not kept, nor that there is none: it may come any time. */
function cached<Key, T>(
  table: Map<Key, Cached<T>>,
  { key, maxAgeMs }: { readonly key: Key; readonly maxAgeMs: number },
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const known = table.get(key);
  const nowMs = Date.now();
  if (known !== undefined && nowMs >= known.atMs && nowMs - known.atMs < maxAgeMs) {
    return known.value;
  }
  const value = ask();
  const entry = { atMs: nowMs, value };
  table.set(key, entry);
  const forget = (): void => {
    if (table.get(key) === entry) table.delete(key);
  };
  value.then((found) => {
    if (found === undefined) forget();
  }, forget);
  return value;
}
