/** The network that the given nodes and the channels between them make, as those nodes list it themselves. */
import { setTimeout as pause } from 'node:timers/promises';
import type { GivenCln, GivenNodes } from '../given-nodes.ts';
import { ClnRpc } from './cln-rpc.ts';
import type { RawChannel, RawInfo } from './messages.ts';

export interface RealNode {
  readonly given: GivenCln;
  readonly rpc: ClnRpc;
  readonly info: RawInfo;
  readonly key: string;
}

/** One direction of a channel between two given nodes. */
export interface RealDirection {
  readonly from: RealNode;
  readonly to: RealNode;
  /** As `NxNxN`. */
  readonly scid: string;
  readonly channel: RawChannel;
  readonly active: boolean;
  /** What can surely pass, msat: by both ends' own figures, less a margin. */
  readonly usableMsat: number;
  /** Channels from the one node to the other, this one included. */
  readonly siblings: number;
  /** By what its owner has announced. */
  readonly disabled: boolean;
}

/** Kept of every balance, msat: for commitment fees that HTLCs add, and for what is under the dust limit. */
const MARGIN_MSAT = 6_000_000;

export class RealNetwork {
  readonly nodes: readonly RealNode[];
  readonly amountMsat: bigint;
  #directions: readonly RealDirection[] = [];
  #wasActive: ReadonlySet<string> = new Set();

  private constructor(nodes: readonly RealNode[], amountSat: number) {
    this.nodes = nodes;
    this.amountMsat = BigInt(amountSat) * 1000n;
  }

  static async discover({ cln, amountSat }: GivenNodes): Promise<RealNetwork> {
    const nodes = await Promise.all(
      cln.map(async (given) => {
        const rpc = new ClnRpc(given);
        const info = await rpc.info().catch((error: Error) => {
          throw new Error(`node ${given.name}: ${error.message}`);
        });
        return { given, rpc, info, key: info.id };
      }),
    );
    const network = new RealNetwork(nodes, amountSat);
    await network.#list();
    network.#wasActive = network.#activeIds();
    return network;
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
      const active = this.#activeIds();
      const away = [...this.#wasActive].filter((id) => !active.has(id));
      const pending = this.#directions.filter(({ channel }) => channel.htlcs.length > 0);
      if (away.length === 0 && pending.length === 0) return;
      if (Date.now() > until) {
        throw new Error(
          `the network did not come to rest: inactive ${away.join(', ')}; HTLCs pending on ${pending.map(({ scid }) => scid).join(', ')}`,
        );
      }
      await pause(250);
    }
  }

  #activeIds(): ReadonlySet<string> {
    return new Set(
      this.#directions
        .filter(({ active }) => active)
        .map(({ from, scid }) => `${from.key} ${scid}`),
    );
  }

  async #list(): Promise<void> {
    const listed = await Promise.all(
      this.nodes.map(async (from) => {
        const shown = await from.rpc.graph({ source: from.key });
        const disabled = new Set(
          shown.filter(({ active }) => !active).map(({ short_channel_id }) => short_channel_id),
        );
        return (await from.rpc.channels()).flatMap((channel) => {
          const to = this.node(channel.peer_id);
          const scid = channel.short_channel_id;
          if (to === undefined || scid === undefined) return [];
          return [{ from, to, scid, channel, disabled: disabled.has(scid) }];
        });
      }),
    );
    const all = listed.flat();
    this.#directions = all.map((one) => {
      const isPair = (other: (typeof all)[number]): boolean =>
        other.from === one.from && other.to === one.to;
      const back = all.find((other) => other.from === one.to && other.scid === one.scid);
      const ends = Math.min(one.channel.spendable_msat, back?.channel.receivable_msat ?? 0);
      return {
        ...one,
        active: isActive(one.channel) && back !== undefined && isActive(back.channel),
        usableMsat: Math.max(0, ends - MARGIN_MSAT),
        siblings: all.filter(isPair).length,
      };
    });
  }
}

const isActive = ({ state, peer_connected, reestablished }: RawChannel): boolean =>
  state === 'CHANNELD_NORMAL' && peer_connected && reestablished !== false;
