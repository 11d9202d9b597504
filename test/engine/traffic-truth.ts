/** Others' payments through a node of ours, with what really became of each, which no node could know. */
import { createHash } from 'node:crypto';
import type { Failure } from '../../src/generated/messages/failure.ts';
import type { ChannelPolicy } from '../../src/ports.ts';
import { generateNetwork } from '../../src/sim/generator.ts';
import type { SimulatedNetwork } from '../../src/sim/network.ts';
import { SeededRandom } from '../../src/sim/random.ts';
import { addRoutingNode } from '../../src/sim/routing-node.ts';
import { Traffic } from '../../src/sim/traffic.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { forwardingFeeMsat } from '../../src/units/fee.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';

export const HOUR_MS = 3_600_000;
const TEMPORARY_CHANNEL_FAILURE = 15;
const OUR_POLICY = { feeBaseMsat: 0n, feeRatePpm: 50, timeLockDelta: 40, minHtlcMsat: 1n };
const NO_INBOUND_FEE = { inboundFeeBaseMsat: 0n, inboundFeeRatePpm: 0 };

/** A payment of which our node refused at least one attempt. */
interface RefusedPayment {
  readonly outChannelId: ChannelId;
  readonly amountOutMsat: number;
  readonly atMs: number;
  readonly isProbe: boolean;
  servedByUs: boolean;
}

interface TrafficWorldOptions {
  readonly seed: number;
  readonly paymentsPerDay: number;
  /** Of balances, each search with several probes. @defaultValue 0 */
  readonly probesPerDay?: number;
  /** Our part of our channels. @defaultValue 0.5 */
  readonly share?: number;
  /** Brings our channels back to the middle every ten minutes, so that nothing is refused. */
  readonly refills?: boolean;
}

export class TrafficWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly us: NodeId;
  readonly #options: TrafficWorldOptions;
  readonly #refused = new Map<string, RefusedPayment>();
  readonly #random: SeededRandom;
  #probes = 0;

  constructor(options: TrafficWorldOptions) {
    const { seed } = options;
    this.#options = options;
    this.#random = new SeededRandom(seed).fork('probes');
    this.network = generateNetwork({ nodes: 100, seed, clock: this.clock });
    this.us = addRoutingNode(this.network, {
      seed,
      channels: 15,
      capacitySat: 8_000_000n,
      policy: OUR_POLICY,
      peerPolicy: OUR_POLICY,
      share: options.share ?? 0.5,
    });
    const send = this.network.sendUnrecorded.bind(this.network);
    this.network.sendUnrecorded = (payment) => {
      const { done, preimage, route } = payment;
      const place = route.hops.findIndex(({ nodeId }) => nodeId === this.us);
      if (place < 0 || place === route.hops.length - 1) return send(payment);
      const name = Buffer.from(preimage).toString('hex');
      send({
        ...payment,
        done: (outcome) => {
          if (outcome.kind === 'settled') {
            const refused = this.#refused.get(name);
            if (refused !== undefined) refused.servedByUs = true;
          } else if (refusedAt(outcome.failure, place + 1)) {
            this.#note(name, route.hops[place + 1]!);
          }
          done(outcome);
        },
      });
    };
  }

  /** Payments that our node refused for want of balance, and that found no other way through it. */
  get missed(): readonly RefusedPayment[] {
    return [...this.#refused.values()].filter(
      ({ servedByUs, isProbe, amountOutMsat }) =>
        !servedByUs && !isProbe && amountOutMsat >= 1_000_000,
    );
  }

  /** What probers were refused. */
  get probedMsat(): number {
    return [...this.#refused.values()].reduce(
      (sum, { isProbe, amountOutMsat }) => sum + (isProbe ? amountOutMsat : 0),
      0,
    );
  }

  async run(days: number): Promise<void> {
    const { seed, paymentsPerDay, probesPerDay = 0, refills = false } = this.#options;
    const stop = new AbortController();
    const traffic = new Traffic(this.network, { seed, paymentsPerDay, bystanders: [this.us] });
    const running = traffic.run(stop.signal);
    const probing = probesPerDay > 0 ? this.#probe(probesPerDay, stop.signal) : undefined;
    const refilling = refills ? this.#refill(stop.signal) : undefined;
    await this.clock.advance(days * 24 * HOUR_MS);
    stop.abort();
    await Promise.all([running, probing, refilling]);
  }

  #note(name: string, hop: { readonly channelId: ChannelId; readonly amountMsat: bigint }): void {
    if (this.#refused.has(name)) return;
    this.#refused.set(name, {
      outChannelId: hop.channelId,
      amountOutMsat: Number(hop.amountMsat),
      atMs: this.clock.now(),
      isProbe: this.#isProbing,
      servedByUs: false,
    });
  }

  #isProbing = false;

  /** Looks for the balance of one of our channels after another, from another one, by bisection. */
  async #probe(perDay: number, signal: AbortSignal): Promise<void> {
    const random = this.#random;
    while (!signal.aborted) {
      await this.clock.sleep((-Math.log(1 - random.unit()) * 24 * HOUR_MS) / perDay, signal);
      const channels = this.network.node(this.us).listChannels();
      const [from, to] = [random.pick(channels), random.pick(channels)];
      if (from === to) continue;
      let [low, high] = [0, Number(to.capacitySat) * 1000];
      for (let step = 0; step < 10 && !signal.aborted; step++) {
        const amountMsat = BigInt(Math.round((low + high) / 2));
        const passed = this.#passes(from, to, amountMsat);
        if (passed === undefined) break;
        if (passed) low = Number(amountMsat);
        else high = Number(amountMsat);
        await this.clock.sleep(500 + random.below(3000), signal);
      }
    }
  }

  /** `undefined` where it did not get as far as our node. */
  #passes(
    from: { readonly channelId: ChannelId; readonly peer: NodeId },
    to: { readonly channelId: ChannelId; readonly peer: NodeId },
    amountMsat: bigint,
  ): boolean | undefined {
    const outbound = this.#policyOf(to.channelId);
    const sentMsat =
      amountMsat +
      forwardingFeeMsat({ outbound, inbound: NO_INBOUND_FEE, amountOutMsat: amountMsat });
    const expiry = this.network.blockHeight + 100;
    let passed: boolean | undefined;
    this.#isProbing = true;
    this.network.sendUnrecorded({
      from: from.peer,
      route: {
        amountMsat: sentMsat,
        expiry: expiry + outbound.timeLockDelta,
        hops: [
          {
            channelId: from.channelId,
            nodeId: this.us,
            amountMsat,
            expiry,
          },
          // No payee takes less than it is to be paid.
          { channelId: to.channelId, nodeId: to.peer, amountMsat: amountMsat + 1n, expiry },
        ],
        mpp: null,
        receiverAmountMsat: amountMsat,
      },
      preimage: new Uint8Array(
        createHash('sha256')
          .update(`probe ${this.#probes++}`)
          .digest(),
      ),
      done: (outcome) => {
        if (outcome.kind === 'failed' && outcome.failure.failureSourceIndex > 0) {
          passed = outcome.failure.failureSourceIndex === 2;
        }
      },
    });
    this.#isProbing = false;
    return passed;
  }

  #policyOf(channelId: ChannelId): ChannelPolicy {
    const { node1, policy1, policy2 } = this.network
      .description()
      .channels.find((channel) => channel.channelId === channelId)!;
    return (node1 === this.us ? policy1 : policy2)!;
  }

  async #refill(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clock.sleep(HOUR_MS / 6, signal);
      for (const { channelId, peer } of this.network.node(this.us).listChannels()) {
        const { node1, balance1Msat, balance2Msat } = this.network.balances(channelId);
        const ours = node1 === this.us ? balance1Msat : balance2Msat;
        const theirs = node1 === this.us ? balance2Msat : balance1Msat;
        const from = ours > theirs ? this.us : peer;
        const amountMsat = (ours > theirs ? ours - theirs : theirs - ours) / 2n;
        if (amountMsat <= this.network.bandwidthMsat(channelId, from)) {
          this.network.shiftBalance({ channelId, from, amountMsat });
        }
      }
    }
  }
}

const refusedAt = (failure: Failure, source: number): boolean =>
  failure.failureSourceIndex === source && failure.code === TEMPORARY_CHANNEL_FAILURE;
