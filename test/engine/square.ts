/**
 * A simulated network to rebalance in. We have a full channel to Ann and two empty ones to Bob; Ann reaches Bob
 * directly (100 ppm), by Cleo (200 ppm) and by Dan (400 ppm).
 */
import {
  type RebalanceRequest,
  Rebalancer,
  type RebalancerOptions,
} from '../../src/engine/index.ts';
import type { RebalanceRun } from '../../src/engine/rebalancer.ts';
import type { RebalanceEvent } from '../../src/executor/rebalance-report.ts';
import type { ChannelPolicy, LightningNode, Store } from '../../src/ports.ts';
import { inProcessNode } from '../../src/sim/in-process-node.ts';
import { SimulatedNetwork } from '../../src/sim/network.ts';
import { memoryStore } from '../../src/store/index.ts';
import type { ChannelId, NodeId } from '../../src/units/ids.ts';
import { ManualClock, settleMicrotasks } from '../sim/circle.ts';

export const AMOUNT_MSAT = 1_000_000_000n;
const CAPACITY_SAT = 10_000_000n;
const FULL_MSAT = 9_000_000_000n;
const EMPTY_MSAT = 1_000_000_000n;
const HALF_MSAT = 5_000_000_000n;

export class Square {
  readonly clock: ManualClock = new ManualClock();
  readonly network: SimulatedNetwork;
  readonly store: Store = memoryStore();
  readonly self: NodeId;
  readonly ann: NodeId;
  readonly bob: NodeId;
  readonly cleo: NodeId;
  readonly dan: NodeId;
  readonly out: ChannelId;
  readonly in: ChannelId;
  /** Bob's other channel to us. */
  readonly sibling: ChannelId;
  readonly annBob: ChannelId;
  readonly annCleo: ChannelId;
  readonly cleoBob: ChannelId;
  readonly annDan: ChannelId;
  readonly danBob: ChannelId;
  node: LightningNode;

  constructor(
    options: {
      readonly seed?: number;
      readonly sibling?: boolean;
      /** What we have towards Ann; nearly all of the channel unless given. */
      readonly outMsat?: bigint;
      /** What Ann has towards Bob and Cleo; half of the channel unless given. */
      readonly annBobMsat?: bigint;
      readonly annCleoMsat?: bigint;
      readonly annDanMsat?: bigint;
    } = {},
  ) {
    this.network = new SimulatedNetwork({ seed: options.seed ?? 1, clock: this.clock });
    const name = (alias: string): NodeId => this.network.addNode({ alias });
    [this.self, this.ann, this.bob, this.cleo, this.dan] = [
      name('us'),
      name('ann'),
      name('bob'),
      name('cleo'),
      name('dan'),
    ];
    this.out = this.#open(this.self, this.ann, { balance1Msat: options.outMsat ?? FULL_MSAT });
    this.in = this.#open(this.self, this.bob, { balance1Msat: EMPTY_MSAT });
    const sibling = options.sibling === true ? { balance1Msat: EMPTY_MSAT } : { up: false };
    this.sibling = this.#open(this.self, this.bob, sibling);
    this.annBob = this.#open(this.ann, this.bob, { ppm: 100, balance1Msat: options.annBobMsat });
    this.annCleo = this.#open(this.ann, this.cleo, { ppm: 100, balance1Msat: options.annCleoMsat });
    this.cleoBob = this.#open(this.cleo, this.bob, { ppm: 100 });
    this.annDan = this.#open(this.ann, this.dan, { ppm: 200, balance1Msat: options.annDanMsat });
    this.danBob = this.#open(this.dan, this.bob, { ppm: 200 });
    this.node = inProcessNode(this.network, this.self);
  }

  #open(
    node1: NodeId,
    node2: NodeId,
    more: {
      readonly balance1Msat?: bigint | undefined;
      readonly ppm?: number;
      readonly up?: boolean;
    },
  ): ChannelId {
    const policy: Partial<ChannelPolicy> = {
      feeBaseMsat: 0n,
      feeRatePpm: more.ppm ?? 0,
      timeLockDelta: 40,
    };
    return this.network.openChannel({
      node1,
      node2,
      capacitySat: CAPACITY_SAT,
      balance1Msat: more.balance1Msat ?? HALF_MSAT,
      policy1: policy,
      policy2: policy,
      up: more.up ?? true,
    });
  }

  rebalancer(options: Partial<RebalancerOptions> = {}): Rebalancer {
    const { node, store, clock } = this;
    return new Rebalancer({ node, store, clock, ...options });
  }

  rebalance(
    request: Partial<RebalanceRequest> = {},
    options: Partial<RebalancerOptions> = {},
  ): RebalanceRun {
    return this.rebalancer(options).rebalance({
      from: this.out,
      to: this.in,
      amountMsat: AMOUNT_MSAT,
      maxFeePpm: 1000,
      ...request,
    });
  }

  ownTotalMsat(): bigint {
    let total = 0n;
    for (const channelId of [this.out, this.in, this.sibling]) {
      const { node1, balance1Msat, balance2Msat } = this.network.balances(channelId);
      total += node1 === this.self ? balance1Msat : balance2Msat;
    }
    return total;
  }

  ourSideMsat(channelId: ChannelId): bigint {
    const { node1, balance1Msat, balance2Msat } = this.network.balances(channelId);
    return node1 === this.self ? balance1Msat : balance2Msat;
  }
}

/** Waits for what comes by itself, however slow the machine is; each turn may bring it about. */
export async function until(
  condition: () => boolean,
  eachTurn: () => Promise<void> = settleMicrotasks,
): Promise<void> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (condition()) return;
    await eachTurn();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`waited in vain until ${String(condition)}`);
}

/** Reads on until such an event comes; fails if the run ends first. */
export async function eventOf<K extends RebalanceEvent['kind']>(
  run: RebalanceRun,
  kind: K,
): Promise<Extract<RebalanceEvent, { kind: K }>> {
  for await (const event of run) {
    if (event.kind === kind) return event as Extract<RebalanceEvent, { kind: K }>;
  }
  throw new Error(`the run ended without "${kind}"`);
}

export async function eventKinds(run: RebalanceRun): Promise<string[]> {
  const kinds: string[] = [];
  for await (const event of run) kinds.push(event.kind);
  return kinds;
}
