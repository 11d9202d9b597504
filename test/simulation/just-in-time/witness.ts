/**
 * What an interceptor does to its node, seen from the node's side of the connection: each offer, each answer to it, and
 * whether one came in time. Nothing of it comes from Ballast.
 */
import type { HtlcKey } from '../../../src/sim/channel.ts';
import type {
  ForwardResolution,
  InterceptorClient,
  InterceptorConnection,
  InterceptorResult,
  OfferedForward,
} from '../../../src/sim/forward-gate.ts';
import type { SimulatedNetwork } from '../../../src/sim/network.ts';
import type { NodeId } from '../../../src/units/ids.ts';

interface OpenOffer {
  readonly circuit: HtlcKey;
  readonly atMs: number;
  onChain: boolean;
}

/** An answer may be this much late: the node's own time to hear it is none. */
const SLACK_MS = 30;

export class GateWitness {
  readonly violations: string[] = [];
  offers = 0;
  repeated = 0;
  onChainOffers = 0;
  connections = 0;
  answers = 0;
  longestMs = 0;
  /** Forwards that waited at all. */
  readonly waited: Set<string> = new Set();
  readonly #network: SimulatedNetwork;
  readonly #mostMs: number;
  readonly #seen = new Set<string>();
  /** Of the connection that lives; offers of a dead one are the node's to see to. */
  #open: Map<string, OpenOffer> | undefined;

  /** @param holdMs Offers are answered within this time, unless they come from the chain. */
  constructor(network: SimulatedNetwork, self: NodeId, options: { readonly holdMs: number }) {
    this.#network = network;
    this.#mostMs = options.holdMs + SLACK_MS;
    const node = network.node(self);
    const intercept = node.interceptForwards.bind(node);
    node.interceptForwards = (client) => this.#watch(client, intercept);
  }

  #watch(
    client: InterceptorClient,
    intercept: (client: InterceptorClient) => InterceptorResult,
  ): InterceptorResult {
    const open = new Map<string, OpenOffer>();
    const end = (): void => {
      if (this.#open === open) this.#open = undefined;
    };
    // Before it is connected, for it is offered what is held at once.
    const before = this.#open;
    this.#open = open;
    const result = intercept({
      offer: (forward) => {
        this.#offered(open, forward);
        return client.offer(forward);
      },
      ended: (reason) => {
        end();
        client.ended?.(reason);
      },
    });
    if (result.kind === 'error') {
      this.#open = before;
      return result;
    }
    this.connections++;
    return { kind: 'connected', connection: this.#watched(result.connection, { open, end }) };
  }

  #watched(
    connection: InterceptorConnection,
    { open, end }: { readonly open: Map<string, OpenOffer>; readonly end: () => void },
  ): InterceptorConnection {
    return {
      ready: () => connection.ready(),
      disconnect: () => {
        end();
        connection.disconnect();
      },
      resolve: async (circuit, resolution) => {
        const isLive = this.#open === open;
        if (isLive) this.#answered(open, circuit, resolution);
        const outcome = await connection.resolve(circuit, resolution);
        if (outcome.kind === 'error' && isLive) {
          this.#accuse(`an answer ended the stream: ${outcome.message}`);
          end();
        }
        return outcome;
      },
    };
  }

  #offered(open: Map<string, OpenOffer>, forward: OfferedForward): void {
    this.offers++;
    const key = keyOf(forward.circuit);
    if (this.#seen.has(key)) this.repeated++;
    this.#seen.add(key);
    const { autoFailHeight, incomingExpiry, circuit } = forward;
    const onChain = autoFailHeight === 0 || autoFailHeight === incomingExpiry;
    if (onChain) this.onChainOffers++;
    const atMs = this.#network.clock.now();
    open.set(key, { circuit, atMs, onChain });
  }

  #answered(open: Map<string, OpenOffer>, circuit: HtlcKey, resolution: ForwardResolution): void {
    const key = keyOf(circuit);
    const offer = open.get(key);
    open.delete(key);
    this.answers++;
    if (resolution.kind !== 'resume') this.#accuse(`${key} was answered with ${resolution.kind}`);
    if (offer === undefined) {
      this.#accuse(`${key} was answered twice, or was never offered`);
      return;
    }
    if (offer.onChain) this.#accuse(`${key} was answered, though it was offered from the chain`);
    const waitedMs = this.#network.clock.now() - offer.atMs;
    if (waitedMs > 0) this.waited.add(key);
    this.longestMs = Math.max(this.longestMs, waitedMs);
  }

  /** To be called again and again. */
  look(): void {
    const nowMs = this.#network.clock.now();
    for (const [key, { atMs, onChain }] of this.#open ?? []) {
      if (onChain || nowMs - atMs <= this.#mostMs) continue;
      this.#open?.delete(key);
      this.#accuse(`${key} had no answer after ${nowMs - atMs} ms`);
    }
  }

  #accuse(message: string): void {
    this.violations.push(message);
  }
}

export const keyOf = ({ channelId, index }: HtlcKey): string => `${channelId}/${index}`;
