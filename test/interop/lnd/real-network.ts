/** The network that the given nodes and the channels between them make, as those nodes list it themselves. */
import { setTimeout as pause } from 'node:timers/promises';
import type { GivenLnd, GivenNodes } from '../given-nodes.ts';
import { LndRpc } from './lnd-rpc.ts';
import type { RawChannel, RawInfo } from './messages.ts';

export interface RealNode {
  readonly given: GivenLnd;
  readonly rpc: LndRpc;
  readonly info: RawInfo;
  readonly key: string;
}

/** One direction of a channel between two given nodes. */
export interface RealDirection {
  readonly from: RealNode;
  readonly to: RealNode;
  /** The id under which the graph has it. */
  readonly graphId: string;
  readonly channel: RawChannel;
  /** What can surely pass, sat: reserve, fees and a margin are off. */
  readonly usableSat: number;
  /** Channels from the one node to the other, this one included. */
  readonly siblings: number;
  /** By what its owner has announced. */
  readonly disabled: boolean;
}

/** Kept of every balance, sat: for commitment fees that HTLCs add, and for what is under the dust limit. */
const MARGIN_SAT = 6000;

export class RealNetwork {
  readonly nodes: readonly RealNode[];
  readonly amountSat: number;
  #directions: readonly RealDirection[] = [];
  #wasActive: ReadonlySet<string> = new Set();

  private constructor(nodes: readonly RealNode[], amountSat: number) {
    this.nodes = nodes;
    this.amountSat = amountSat;
  }

  static async discover({ lnd, amountSat }: GivenNodes): Promise<RealNetwork> {
    const nodes = await Promise.all(
      lnd.map(async (given) => {
        const rpc = new LndRpc(given);
        const info = await rpc.info().catch((error: Error) => {
          throw new Error(`node ${given.name} at ${given.address}: ${error.message}`);
        });
        return { given, rpc, info, key: info.identity_pubkey };
      }),
    );
    const network = new RealNetwork(nodes, amountSat);
    await network.#list();
    network.#wasActive = network.#activePoints();
    return network;
  }

  get amountMsat(): bigint {
    return BigInt(this.amountSat) * 1000n;
  }

  /** As they stood at the last {@link RealNetwork.settle}. */
  get directions(): readonly RealDirection[] {
    return this.#directions;
  }

  node(key: string): RealNode | undefined {
    return this.nodes.find((node) => node.key === key);
  }

  /** Waits until no HTLC is pending and all channels that were active at first are so again, and lists them anew. */
  async settle(waitMs = 60_000): Promise<void> {
    const until = Date.now() + waitMs;
    for (;;) {
      await this.#list();
      const active = this.#activePoints();
      const away = [...this.#wasActive].filter((point) => !active.has(point));
      const pending = this.#directions.filter(({ channel }) => channel.pending_htlcs.length > 0);
      if (away.length === 0 && pending.length === 0) return;
      if (Date.now() > until) {
        throw new Error(
          `the network did not come to rest: inactive ${away.join(', ')}; HTLCs pending on ${pending.map(({ channel }) => channel.chan_id).join(', ')}`,
        );
      }
      await pause(250);
    }
  }

  close(): void {
    for (const { rpc } of this.nodes) rpc.close();
  }

  #activePoints(): ReadonlySet<string> {
    return new Set(
      this.#directions
        .filter(({ channel }) => channel.active)
        .map(({ channel }) => channel.channel_point),
    );
  }

  /** Directions that their owners have announced as disabled, as `from > channel`. */
  async #disabled(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const { key, rpc } of this.nodes) {
      for (const edge of (await rpc.graph()).edges) {
        const own = edge.node1_pub === key ? edge.node1_policy : edge.node2_policy;
        const isOwn = edge.node1_pub === key || edge.node2_pub === key;
        if (isOwn && own?.disabled === true) found.add(`${key} > ${edge.channel_id}`);
      }
    }
    return found;
  }

  async #list(): Promise<void> {
    const listed = await Promise.all(
      this.nodes.map(async (from) =>
        (await from.rpc.channels()).flatMap((channel) => {
          const to = this.node(channel.remote_pubkey);
          return to === undefined ? [] : [{ from, to, channel }];
        }),
      ),
    );
    const disabled = await this.#disabled();
    this.#directions = listed.flatMap((own) =>
      own.map(({ from, to, channel }) => ({
        from,
        to,
        channel,
        graphId: graphIdOf(channel),
        usableSat: usableSat(channel),
        siblings: own.filter((other) => other.to === to).length,
        disabled: disabled.has(`${from.key} > ${graphIdOf(channel)}`),
      })),
    );
  }
}

/** A public zero-conf channel is announced under its real id once it has confirmed. */
function graphIdOf(channel: RawChannel): string {
  const confirmed = channel.zero_conf_confirmed_scid;
  const moved = channel.zero_conf && !channel.private && confirmed !== '0' && confirmed !== '';
  return moved ? confirmed : channel.chan_id;
}

function usableSat(channel: RawChannel): number {
  const fees = channel.initiator ? Number(channel.commit_fee) + MARGIN_SAT : MARGIN_SAT;
  const reserve = Number(channel.local_constraints.chan_reserve_sat);
  return Math.max(0, Number(channel.local_balance) - reserve - fees);
}
