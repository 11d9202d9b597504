/**
 * Sees what happens at our node and on its channels, and what that breaks: every millisatoshi stays somewhere, and no
 * payment puts more at risk than the budget has left.
 */
import type { Route } from '../../../src/generated/messages/route.ts';
import type { SimulatedNode } from '../../../src/sim/node.ts';
import type {
  AddInvoiceResult,
  SimulatedInvoice,
  SimulatedPayment,
} from '../../../src/sim/records.ts';
import type { ChannelId, PaymentHash } from '../../../src/units/ids.ts';
import { type Flight, type Flown, Truth } from '../../simulation/truth.ts';
import type { KillNetwork } from './kill-network.ts';

/** A payment on its way, with its place in the order of all that happened. */
export interface Sighting {
  readonly flight: Flight;
  /** As the node was asked to send it. */
  readonly route: Route;
  readonly leftAt: number;
  endedAt: number | null;
}

/** A call that reached our node, or what happened to one of its HTLCs. */
export type Seen = NodeCall | Flown['kind'];

type NodeCall = Extract<
  keyof SimulatedNode,
  | 'addInvoice'
  | 'addHoldInvoice'
  | 'sendToRoute'
  | 'cancelInvoice'
  | 'settleInvoice'
  | 'lookupInvoice'
  | 'subscribeInvoice'
  | 'trackPayment'
  | 'listPayments'
>;

const NODE_CALLS: readonly NodeCall[] = [
  'addInvoice',
  'addHoldInvoice',
  'sendToRoute',
  'cancelInvoice',
  'settleInvoice',
  'lookupInvoice',
  'subscribeInvoice',
  'trackPayment',
  'listPayments',
];

export class NetworkWitness {
  readonly sightings: Sighting[] = [];
  /** Those whose HTLC has not ended. */
  readonly underWay: Set<Sighting> = new Set();
  /** Every hash that an invoice was made for. */
  readonly invoices: Set<PaymentHash> = new Set();
  readonly violations: Set<string> = new Set();
  /** Told of everything as it happens. */
  onSeen: (seen: Seen) => void = () => undefined;
  /** Most that all payments together may cost. */
  budgetMsat = 0n;
  readonly #world: KillNetwork;
  readonly #node: SimulatedNode;
  readonly #lookupInvoice: SimulatedNode['lookupInvoice'];
  readonly #listPayments: SimulatedNode['listPayments'];
  readonly #routes = new Map<PaymentHash, Route>();
  readonly #sums: ReadonlyMap<ChannelId, bigint>;
  readonly #ownedAtStartMsat: bigint;
  #paidMsat = 0n;
  #events = 0;

  constructor(world: KillNetwork) {
    this.#world = world;
    this.#node = world.network.node(world.self);
    this.#lookupInvoice = this.#node.lookupInvoice.bind(this.#node);
    this.#listPayments = this.#node.listPayments.bind(this.#node);
    this.#sums = new Map(world.channelIds.map((id) => [id, this.#sumOf(id)]));
    this.#ownedAtStartMsat = this.#ownedMsat();
    for (const call of NODE_CALLS) this.#listenAt(call);
    new Truth(world.network, world.self, (event) => this.#take(event));
  }

  /** Fees of all that settled. */
  get paidMsat(): bigint {
    return this.#paidMsat;
  }

  /** The same, and what payments under way may still cost. */
  costMsat(): bigint {
    let sum = this.#paidMsat;
    for (const sighting of this.underWay) if (this.#mayCost(sighting)) sum += feeMsat(sighting);
    return sum;
  }

  invoiceState(paymentHash: PaymentHash): SimulatedInvoice['state'] | undefined {
    return this.#lookupInvoice(paymentHash)?.state;
  }

  /** As our node remembers them. */
  payments(): readonly SimulatedPayment[] {
    return this.#listPayments({ includeIncomplete: true, maxPayments: 1_000_000 });
  }

  #listenAt(name: NodeCall): void {
    const method = this.#node[name] as (...args: unknown[]) => unknown;
    const listening = (...args: unknown[]): unknown => {
      if (name === 'sendToRoute') {
        const [{ paymentHash, route }] = args as Parameters<SimulatedNode['sendToRoute']>;
        this.#routes.set(paymentHash, route);
      }
      const answer = method.apply(this.#node, args);
      if (name === 'addInvoice' || name === 'addHoldInvoice') {
        const added = answer as AddInvoiceResult;
        if (added.kind === 'added') this.invoices.add(added.invoice.paymentHash);
      }
      this.onSeen(name);
      return answer;
    };
    Object.assign(this.#node, { [name]: listening });
  }

  #take(event: Flown): void {
    this.#events++;
    const { flight } = event;
    if (event.kind === 'left') this.#left(flight);
    if (event.kind === 'ended') this.#ended(flight);
    if (this.costMsat() > this.budgetMsat) {
      this.violations.add(`payments may cost more than the budget of ${this.budgetMsat} msat`);
    }
    this.#count();
    this.onSeen(event.kind);
  }

  #left(flight: Flight): void {
    const route = this.#routes.get(flight.paymentHash);
    if (route === undefined) throw new Error('an HTLC left us that nobody asked for');
    const sighting = { flight, route, leftAt: this.#events, endedAt: null };
    this.sightings.push(sighting);
    this.underWay.add(sighting);
  }

  #ended(flight: Flight): void {
    for (const sighting of this.underWay) {
      if (sighting.flight !== flight) continue;
      sighting.endedAt = this.#events;
      this.underWay.delete(sighting);
      if (flight.state === 'settled') this.#paidMsat += feeMsat(sighting);
    }
  }

  #count(): void {
    for (const [channelId, sumMsat] of this.#sums) {
      const nowMsat = this.#sumOf(channelId);
      if (nowMsat === sumMsat) continue;
      this.violations.add(`channel ${channelId} has ${nowMsat} msat, not ${sumMsat}`);
    }
    let expectedMsat = this.#ownedAtStartMsat - this.#paidMsat;
    for (const { flight } of this.underWay) {
      expectedMsat -= flight.sentMsat;
      if (flight.back?.state === 'settled') expectedMsat += flight.back.amountMsat;
    }
    const nowMsat = this.#ownedMsat();
    if (nowMsat === expectedMsat) return;
    this.violations.add(`we own ${nowMsat} msat instead of ${expectedMsat}`);
  }

  /** An HTLC whose invoice is cancelled can only come back. */
  #mayCost({ flight: { back, paymentHash } }: Sighting): boolean {
    if (back !== null && back.state !== 'live') return back.state === 'settled';
    return this.invoiceState(paymentHash) !== 'canceled';
  }

  #sumOf(channelId: ChannelId): bigint {
    const { balance1Msat, balance2Msat, inFlightMsat } = this.#world.network.balances(channelId);
    return balance1Msat + balance2Msat + inFlightMsat;
  }

  /** We are the first end of all our channels. */
  #ownedMsat(): bigint {
    const { network, ownChannels } = this.#world;
    return ownChannels.reduce(
      (sum, { channelId }) => sum + network.balances(channelId).balance1Msat,
      0n,
    );
  }
}

/** What it cost, or costs if it settles as the route says. */
export function feeMsat({ flight, route }: Sighting): bigint {
  const arrivesMsat =
    flight.back?.state === 'settled'
      ? flight.back.amountMsat
      : (route.hops.at(-1)?.amtToForwardMsat ?? 0n);
  return flight.sentMsat - arrivesMsat;
}
