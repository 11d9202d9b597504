/**
 * What happened to our money, told by the channels as it happens: each HTLC that left our node, what came back for it,
 * and how both ended. Nothing of it comes from Ballast.
 */
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import type { HtlcChange } from '../../src/sim/network-records.ts';
import type { ChannelId, NodeId, PaymentHash } from '../../src/units/ids.ts';

/** A payment of ours on its way, from the HTLC that left us. */
export interface Flight {
  /** In the order in which they left. */
  readonly number: number;
  readonly paymentHash: PaymentHash;
  readonly outChannelId: ChannelId;
  readonly sentMsat: bigint;
  readonly expiryHeight: number;
  state: 'live' | 'settled' | 'failed';
  /** The HTLC that came back to us for it. */
  back: Back | null;
}

export interface Back {
  readonly channelId: ChannelId;
  readonly amountMsat: bigint;
  state: 'live' | 'settled' | 'failed';
}

export type Flown =
  | { readonly kind: 'left'; readonly flight: Flight }
  | { readonly kind: 'came_back'; readonly flight: Flight; readonly back: Back }
  | { readonly kind: 'back_ended'; readonly flight: Flight; readonly back: Back }
  | { readonly kind: 'ended'; readonly flight: Flight };

export class Truth {
  readonly flights: Flight[] = [];
  readonly #self: NodeId;
  readonly #open = new Map<string, { readonly flight: Flight; readonly back: Back | null }>();
  readonly #listener: (event: Flown) => void;

  constructor(network: SimulatedNetwork, self: NodeId, listener: (event: Flown) => void) {
    this.#self = self;
    this.#listener = listener;
    network.onHtlc((change) => this.#take(change));
  }

  /** What may cost or has cost us: what left, less what came back or is still to come. */
  live(): readonly Flight[] {
    return this.flights.filter(({ state }) => state === 'live');
  }

  #take(change: HtlcChange): void {
    if (change.from !== this.#self && change.to !== this.#self) return;
    if (change.kind === 'locked') this.#locked(change);
    else this.#ended(change, change.kind);
  }

  #locked(change: HtlcChange): void {
    const { paymentHash, channelId, amountMsat, expiryHeight } = change;
    if (change.from === this.#self) {
      const flight: Flight = {
        number: this.flights.length + 1,
        paymentHash,
        outChannelId: channelId,
        sentMsat: amountMsat,
        expiryHeight,
        state: 'live',
        back: null,
      };
      this.flights.push(flight);
      this.#open.set(keyOf(change), { flight, back: null });
      this.#listener({ kind: 'left', flight });
      return;
    }
    const flight = this.flights.findLast(
      (one) => one.paymentHash === paymentHash && one.state === 'live' && one.back === null,
    );
    if (flight === undefined) throw new Error(`an HTLC came back that never left: ${paymentHash}`);
    const back: Back = { channelId, amountMsat, state: 'live' };
    flight.back = back;
    this.#open.set(keyOf(change), { flight, back });
    this.#listener({ kind: 'came_back', flight, back });
  }

  #ended(change: HtlcChange, state: 'settled' | 'failed'): void {
    const key = keyOf(change);
    const known = this.#open.get(key);
    if (known === undefined) throw new Error(`an HTLC ended that was never locked: ${key}`);
    this.#open.delete(key);
    const { flight, back } = known;
    if (back === null) {
      flight.state = state;
      this.#listener({ kind: 'ended', flight });
    } else {
      back.state = state;
      this.#listener({ kind: 'back_ended', flight, back });
    }
  }
}

const keyOf = ({ channelId, from, index }: HtlcChange): string => `${channelId} ${from} ${index}`;
