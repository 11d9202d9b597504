/** What scenarios play on: the given network, and Ballast connected to its nodes. */
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { connectLnd } from '../../../src/node/lnd/index.ts';
import type { Exclusions } from '../../../src/pathfinder/request.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import type { Circle } from './circles.ts';
import type { RealDirection, RealNetwork, RealNode } from './real-network.ts';

export class Stage {
  readonly network: RealNetwork;
  readonly #connected = new Map<RealNode, LightningNode>();
  readonly #restores: (() => Promise<void>)[] = [];

  constructor(network: RealNetwork) {
    this.network = network;
  }

  async ballastOn(node: RealNode): Promise<LightningNode> {
    const known = this.#connected.get(node);
    if (known !== undefined) return known;
    const { address, tlsCert, macaroon } = node.given;
    const connected = await connectLnd({ address, tlsCert, macaroon });
    this.#connected.set(node, connected);
    return connected;
  }

  /** The graph as Ballast reads it from the node now; what changes later it does not know. */
  async graphOf(node: RealNode): Promise<NetworkGraph> {
    const ballast = await this.ballastOn(node);
    return NetworkGraph.fromDescription(await ballast.describeGraph()).graph;
  }

  /** The same channel as its other end lists it. */
  otherEnd(direction: RealDirection): RealDirection {
    return this.network.directions.find(
      ({ from, to, channel }) =>
        from === direction.to &&
        to === direction.from &&
        channel.channel_point === direction.channel.channel_point,
    )!;
  }

  /** What of a request makes Ballast go exactly round this circle, if it can go at all. */
  async roundThis({ self, hops }: Circle): Promise<{
    readonly from: string;
    readonly to: string;
    readonly exclude: Exclusions;
  }> {
    const wanted = new Set(hops.map(({ graphId }) => graphId));
    const { edges } = await self.rpc.graph();
    const own = this.network.directions.filter(({ from }) => from === self);
    const others = [
      ...edges.map(({ channel_id }) => channel_id),
      ...own.map(({ graphId }) => graphId),
    ];
    return {
      from: hops[0]!.channel.chan_id,
      to: this.otherEnd(hops.at(-1)!).channel.chan_id,
      exclude: { channels: others.filter((id) => !wanted.has(id)).map(parseChannelId) },
    };
  }

  /** To be done at the end, the last first, if it has not been done by past. Doing it twice must be harmless. */
  atEnd(restore: () => Promise<void>): void {
    this.#restores.push(restore);
  }

  /** Tries all, and past throws what went wrong. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const restore of this.#restores.reverse()) {
      await restore().catch((error: unknown) => failures.push(error));
    }
    for (const node of this.#connected.values()) await node.close();
    this.network.close();
    if (failures.length > 0) throw new AggregateError(failures, 'not everything was restored');
  }
}
