/** What scenarios play on: the given network, and Ballast connected to its nodes. */
import { NetworkGraph } from '../../../src/graph/network-graph.ts';
import { type ConnectClnOptions, connectCln } from '../../../src/node/cln/index.ts';
import type { Exclusions } from '../../../src/pathfinder/request.ts';
import type { LightningNode } from '../../../src/ports.ts';
import { parseChannelId } from '../../../src/units/ids.ts';
import type { GivenCln } from '../given-nodes.ts';
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
    const connected = await connectCln(connectOptions(node.given));
    this.#connected.set(node, connected);
    return connected;
  }

  /** The graph as Ballast reads it from the node now; what changes later it does not know. */
  async graphOf(node: RealNode): Promise<NetworkGraph> {
    const ballast = await this.ballastOn(node);
    return NetworkGraph.fromDescription(await ballast.describeGraph()).graph;
  }

  /** The same channel as its other end lists it. */
  otherEnd({ from, to, scid }: RealDirection): RealDirection {
    return this.network.directions.find(
      (other) => other.from === to && other.to === from && other.scid === scid,
    )!;
  }

  /** What of a request makes Ballast go exactly round this circle, if it can go at all. */
  async roundThis({ self, hops }: Circle): Promise<{
    readonly from: string;
    readonly to: string;
    readonly exclude: Exclusions;
  }> {
    const wanted = new Set(hops.map(({ scid }) => scid));
    const own = await self.rpc.channels();
    const others = new Set([
      ...(await self.rpc.graph()).map(({ short_channel_id }) => short_channel_id),
      ...own.flatMap(({ short_channel_id }) => short_channel_id ?? []),
    ]);
    return {
      from: hops[0]!.scid,
      to: hops.at(-1)!.scid,
      exclude: { channels: [...others].filter((id) => !wanted.has(id)).map(parseChannelId) },
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
    if (failures.length > 0) throw new AggregateError(failures, 'not everything was restored');
  }
}

/** Over the socket where there is one, and with all that it offers. */
export function connectOptions({ socket, rest, gossipStore }: GivenCln): ConnectClnOptions {
  const store = gossipStore === null ? {} : { gossipStore };
  if (socket !== null) return { socket, ...store };
  const { url: restUrl, rune, tlsCa } = rest!;
  return { restUrl, rune, tlsCa, ...store };
}
