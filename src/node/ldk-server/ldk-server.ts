/** The methods of a node over LDK Server, and what they share: calls, the graph's cache, the ledger of forwards. */
import type {
  ClosingChannel,
  Forward,
  ForwardingHistory,
  GraphDescription,
  MissionControlPair,
  NodeInfo,
  OwnChannel,
} from '../../ports.ts';
import type { NodeId } from '../../units/ids.ts';
import type { ConnectLdkServerOptions } from './connect-ldk-server.ts';
import type { DatedForward } from './forward-ledger.ts';
import { ForwardWatch } from './forward-watch.ts';
import { GraphReader } from './graph-reader.ts';
import type { LdkCalls } from './ldk-calls.ts';
import { type Lever, type LeverOutcome, pull } from './levers.ts';
import { GRAPH_LIMITS, loadGraph } from './load-graph.ts';
import { fetchInfo } from './node-info.ts';
import {
  fetchBalances,
  fetchChannels,
  isMapped,
  type LdkServerChannel,
  ownChannel,
} from './own-channels.ts';
import { closingChannels, pendingHtlcs } from './pending-htlcs.ts';
import { fetchScoredPairs } from './scores.ts';

export class LdkServer {
  readonly #calls: LdkCalls;
  readonly #self: NodeId;
  readonly #options: ConnectLdkServerOptions;
  readonly #deadlineMs: number;
  readonly #reader: GraphReader;
  readonly #watch: ForwardWatch;
  /** What was last said of channels without a place in the graph, so that it is said once. */
  #warned = '';

  constructor(calls: LdkCalls, self: NodeId, options: ConnectLdkServerOptions) {
    const { callDeadlineMs = 30_000, parallelCalls = 6 } = options;
    const { graphMaxAgeMs = 30 * 60_000, forwardsPollMs = 60_000 } = options;
    this.#calls = calls;
    this.#self = self;
    this.#options = options;
    this.#deadlineMs = callDeadlineMs;
    this.#reader = new GraphReader(calls, {
      deadlineMs: callDeadlineMs,
      parallel: parallelCalls,
      maxAgeMs: graphMaxAgeMs,
    });
    this.#watch = new ForwardWatch(calls, {
      deadlineMs: callDeadlineMs,
      pollMs: forwardsPollMs,
    });
  }

  info(): Promise<NodeInfo> {
    return fetchInfo(this.#calls, this.#deadlineMs);
  }

  async describeGraph(): Promise<GraphDescription> {
    const { graph, onGraphProgress } = this.#options;
    const peers = (await this.channels()).map(({ peer }) => peer);
    return loadGraph({
      reader: this.#reader,
      self: this.#self,
      peers,
      limits: { ...GRAPH_LIMITS, ...graph },
      onProgress: onGraphProgress,
    });
  }

  async channels(): Promise<readonly LdkServerChannel[]> {
    const channels = await fetchChannels({
      calls: this.#calls,
      reader: this.#reader,
      self: this.#self,
      deadlineMs: this.#deadlineMs,
    });
    this.#warn(channels);
    return channels;
  }

  async ownChannels(): Promise<readonly OwnChannel[]> {
    const [channels, balances] = await Promise.all([
      this.channels(),
      fetchBalances(this.#calls, this.#deadlineMs),
    ]);
    const pending = pendingHtlcs(balances.lightningBalances);
    return Promise.all(
      channels.filter(isMapped).map(async (channel) =>
        ownChannel(channel, {
          peerAlias: (await this.#reader.node(channel.peer))?.alias ?? '',
          pendingHtlcs: pending.get(channel.ldkChannelId) ?? [],
        }),
      ),
    );
  }

  async closingChannels(): Promise<readonly ClosingChannel[]> {
    const [channels, balances] = await Promise.all([
      this.channels(),
      fetchBalances(this.#calls, this.#deadlineMs),
    ]);
    const open = new Set(channels.map(({ ldkChannelId }) => ldkChannelId));
    return closingChannels(balances.lightningBalances, open);
  }

  /** Forwards in several parts, and such over channels without a place in the graph, are not among them. */
  async forwardingHistory(sinceMs: number): Promise<ForwardingHistory> {
    const known = await this.#watch.forwards(sinceMs);
    const mapped = (await this.channels()).filter(isMapped);
    const ids = new Map(mapped.map(({ userChannelId, mapping }) => [userChannelId, mapping]));
    const forwards = known.forwards.flatMap(({ row, atMs }: DatedForward): Forward[] => {
      const inChannelId = ids.get(row.from ?? '')?.channelId;
      const outChannelId = ids.get(row.to ?? '')?.channelId;
      const { amountOutMsat } = row;
      if (inChannelId === undefined || outChannelId === undefined || amountOutMsat === null) {
        return [];
      }
      const amountInMsat = amountOutMsat + (row.feeMsat ?? 0n);
      return [{ settledAtMs: atMs, inChannelId, outChannelId, amountInMsat, amountOutMsat }];
    });
    return { sinceMs: known.sinceMs, forwards };
  }

  scoredPairs(): Promise<readonly MissionControlPair[]> {
    return fetchScoredPairs(this.#calls, this.#reader, this.#deadlineMs);
  }

  pull(lever: Lever, { dryRun }: { readonly dryRun: boolean }): Promise<LeverOutcome> {
    const channels = (): Promise<readonly LdkServerChannel[]> => this.channels();
    return pull(lever, { dryRun }, { calls: this.#calls, deadlineMs: this.#deadlineMs, channels });
  }

  close(): void {
    this.#watch.close();
    this.#calls.close();
  }

  #warn(channels: readonly LdkServerChannel[]): void {
    const left = channels
      .filter((channel) => !isMapped(channel))
      .map(({ userChannelId, mapping }) => ({ userChannelId, ...mapping }));
    const text = JSON.stringify(left);
    if (text === this.#warned) return;
    this.#warned = text;
    if (left.length === 0) return;
    this.#options.log?.warn('channels are left out, since LDK Server tells no short channel ids', {
      channels: left,
    });
  }
}
