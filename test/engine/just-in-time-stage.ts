/**
 * Pat pays Rae through Sam, us and Tia. We have little towards Tia; Ross, to whom we have much, sends on to her cheaply.
 *
 *     Pat - Sam - US - Tia - Rae
 *                  \   /
 *                  Ross
 */
import { Rebalancer, type RebalancerOptions } from '../../src/engine/index.ts';
import type { JustInTime } from '../../src/engine/just-in-time.ts';
import type { JustInTimeEvent, JustInTimeOptions } from '../../src/engine/just-in-time-options.ts';
import type { ChannelPolicy, LightningNode, Store } from '../../src/ports.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import type { SimulatedAttempt } from '../../src/sim/records.ts';
import { VirtualClock } from '../../src/sim/virtual-clock.ts';
import { memoryStore } from '../../src/store/index.ts';
import { type ChannelId, type NodeId, parsePaymentHash } from '../../src/units/ids.ts';
import { attemptOf, invoiceOf, routeAlong } from '../sim/circle.ts';

const AMOUNT_MSAT = 500_000_000n;
/** Towards Tia, less the reserve. */
const SHORT_MSAT = 200_000_000n;
const CAPACITY_SAT = 10_000_000n;

export class JustInTimeStage {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: SimulatedNetwork = new SimulatedNetwork({ seed: 1, clock: this.clock });
  readonly store: Store = memoryStore();
  readonly self: NodeId = this.#name('us');
  readonly pat: NodeId = this.#name('pat');
  readonly sam: NodeId = this.#name('sam');
  readonly tia: NodeId = this.#name('tia');
  readonly rae: NodeId = this.#name('rae');
  readonly ross: NodeId = this.#name('ross');
  readonly patSam: ChannelId = this.#open(this.pat, this.sam, { ourMsat: 9_000_000_000n });
  readonly incoming: ChannelId = this.#open(this.self, this.sam, { ourMsat: 500_000_000n });
  readonly target: ChannelId = this.#open(this.self, this.tia, { ourMsat: SHORT_MSAT, ppm: 1000 });
  readonly source: ChannelId = this.#open(this.self, this.ross, { ourMsat: 9_000_000_000n });
  readonly rossTia: ChannelId = this.#open(this.ross, this.tia, {
    ourMsat: 9_000_000_000n,
    ppm: 20,
  });
  readonly tiaRae: ChannelId = this.#open(this.tia, this.rae, { ourMsat: 9_000_000_000n });
  node: LightningNode = inProcessNode(this.network, this.self);
  readonly events: JustInTimeEvent[] = [];
  readonly stop: AbortController = new AbortController();

  /** @param delayMs Of each node, for each message. */
  constructor(delayMs = 100) {
    for (const nodeId of this.network.nodeIds()) this.network.setDelay(nodeId, delayMs);
  }

  #name(alias: string): NodeId {
    return this.network.addNode({ alias });
  }

  #open(
    node1: NodeId,
    node2: NodeId,
    terms: { readonly ourMsat: bigint; readonly ppm?: number },
  ): ChannelId {
    const policy: Partial<ChannelPolicy> = { feeBaseMsat: 0n, timeLockDelta: 40 };
    return this.network.openChannel({
      node1,
      node2,
      capacitySat: CAPACITY_SAT,
      balance1Msat: terms.ourMsat,
      policy1: { ...policy, feeRatePpm: terms.ppm ?? 10 },
      policy2: { ...policy, feeRatePpm: 10 },
    });
  }

  /** Runs, and is heard. `ended` resolves or rejects as the run does. */
  async start(
    options: JustInTimeOptions = {},
    rebalancing: Partial<RebalancerOptions> = {},
  ): Promise<{
    readonly rebalancer: Rebalancer;
    readonly justInTime: JustInTime;
    readonly ended: Promise<void>;
  }> {
    const { node, store, clock } = this;
    const rebalancer = new Rebalancer({ node, store, clock, ...rebalancing });
    const justInTime = rebalancer.justInTime(options);
    void (async () => {
      for await (const event of justInTime.events) this.events.push(event);
    })();
    const ended = justInTime.run(this.stop.signal);
    ended.catch(() => {});
    await this.clock.advance(100);
    return { rebalancer, justInTime, ended };
  }

  /** From Pat to Rae; with `unknown` Rae has no invoice for it. */
  pay(
    payment: {
      readonly amountMsat?: bigint;
      readonly unknown?: boolean;
      /** Paid to us above what we ask. */
      readonly tipMsat?: bigint;
    } = {},
  ): Promise<SimulatedAttempt> {
    const { network, pat } = this;
    const { amountMsat = AMOUNT_MSAT, tipMsat = 0n } = payment;
    const { paymentHash, paymentAddr } = invoiceOf(network.node(this.rae));
    const channels = [this.patSam, this.incoming, this.target, this.tiaRae];
    const route = routeAlong({ network, from: pat, channels, amountMsat, paymentAddr });
    // Sam keeps his fee on it.
    route.totalAmtMsat += tipMsat + tipMsat / 1000n;
    route.hops[0]!.amtToForwardMsat += tipMsat;
    const hash = payment.unknown === true ? parsePaymentHash('7e'.repeat(32)) : paymentHash;
    return attemptOf(
      network.node(pat).sendToRoute({ paymentHash: hash, route, skipTempErr: false }),
    );
  }

  ourMsat(channelId: ChannelId): bigint {
    const { node1, balance1Msat, balance2Msat } = this.network.balances(channelId);
    return node1 === this.self ? balance1Msat : balance2Msat;
  }

  of<K extends JustInTimeEvent['kind']>(kind: K): Extract<JustInTimeEvent, { kind: K }>[] {
    return this.events.filter(
      (event): event is Extract<JustInTimeEvent, { kind: K }> => event.kind === kind,
    );
  }
}
