/**
 * All our channels with one peer. Forwarding is not strict: what asks for one of them leaves over any that has the balance
 * (lnd: `htlcswitch/switch.go`, `handlePacketAdd`), and the peer does likewise. So flows, balance and room are theirs
 * together, and moving liquidity from one to the other earns nothing.
 */
import type { ChannelFlows } from './channel-flows.ts';
import { ChannelWorth, type Sides } from './channel-worth.ts';
import { type Flow, sumOfFlows } from './demand.ts';

/** A channel as far as its peer's others have to know it. */
export interface PeerChannel {
  readonly isActive: boolean;
  readonly sides: Sides;
}

export class PeerChannels {
  readonly out: Required<Flow>;
  /** Over the horizon. */
  readonly worth: ChannelWorth;
  /** Over the time for which channels are filled ahead. */
  readonly #soon: ChannelWorth;
  readonly #channels: PeerChannel[] = [];
  /** Reckoned since something last moved, by amount. */
  readonly #localGains = new Map<number, number>();
  readonly #remoteGains = new Map<number, number>();
  #sides: Sides | undefined;
  #version = 0;

  constructor(
    flows: readonly ChannelFlows[],
    { horizonMs, fillAheadMs }: { readonly horizonMs: number; readonly fillAheadMs: number },
  ) {
    this.out = sumOfFlows(flows.map((each) => each.out));
    const both = { out: this.out, in: sumOfFlows(flows.map((each) => each.in)) };
    this.worth = new ChannelWorth(both, horizonMs);
    this.#soon = new ChannelWorth(both, fillAheadMs);
  }

  add(channel: PeerChannel): void {
    this.#channels.push(channel);
    this.moved();
  }

  /** Grows by one with everything that moves. */
  get version(): number {
    return this.#version;
  }

  /** Balance or room of one of them is another now. */
  moved(): void {
    this.#version++;
    this.#sides = undefined;
    this.#localGains.clear();
    this.#remoteGains.clear();
  }

  /** Of the channels that can forward. */
  get sides(): Sides {
    this.#sides ??= sumOfSides(this.#channels.filter(({ isActive }) => isActive));
    return this.#sides;
  }

  /**
   * Fees that more balance brings soon, or with a negative amount those that it takes away over the whole horizon; msat.
   * What will be lacking only later can be brought later, when it is surer, and until then it may come by itself.
   */
  localGainMsat(amountMsat: number): number {
    return kept(this.#localGains, amountMsat, () =>
      this.#worthOf(amountMsat).localGainMsat(this.sides, amountMsat),
    );
  }

  /** The same for room. */
  remoteGainMsat(amountMsat: number): number {
    return kept(this.#remoteGains, amountMsat, () =>
      this.#worthOf(amountMsat).remoteGainMsat(this.sides, amountMsat),
    );
  }

  #worthOf(amountMsat: number): ChannelWorth {
    return amountMsat > 0 ? this.#soon : this.worth;
  }
}

function sumOfSides(channels: readonly PeerChannel[]): Sides {
  let [localMsat, remoteMsat] = [0, 0];
  for (const { sides } of channels) {
    localMsat += sides.localMsat;
    remoteMsat += sides.remoteMsat;
  }
  return { localMsat, remoteMsat };
}

function kept(gains: Map<number, number>, amountMsat: number, reckon: () => number): number {
  const known = gains.get(amountMsat);
  if (known !== undefined) return known;
  const gain = reckon();
  gains.set(amountMsat, gain);
  return gain;
}
