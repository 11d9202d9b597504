/**
 * One simulation of a node that keeps forwards waiting while its surroundings fail: streams are cut, the process is
 * killed, forwards are offered again. Then all heals, and everything has to have come to its end exactly once.
 */
import { Rebalancer } from '../../../src/engine/index.ts';
import {
  type JustInTimeEvent,
  resolvedJustInTime,
} from '../../../src/engine/just-in-time-options.ts';
import type { Store } from '../../../src/ports.ts';
import { inProcessNode } from '../../../src/sim/in-process-node.ts';
import { SeededRandom } from '../../../src/sim/random.ts';
import { Traffic } from '../../../src/sim/traffic.ts';
import { VirtualClock } from '../../../src/sim/virtual-clock.ts';
import { memoryStore } from '../../../src/store/index.ts';
import { makeDigestDeterministic } from '../deterministic-digest.ts';
import { Attacker } from './attacker.ts';
import { Chaos, type Disturbance, HOLD_MS } from './chaos.ts';
import { Life } from './mortal.ts';
import { type PlantedBug, plant } from './planted.ts';
import { GateWitness, keyOf } from './witness.ts';
import { type JustInTimeWorld, makeJustInTimeWorld } from './world.ts';

export interface JustInTimeResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly disturbances: ReadonlyMap<Disturbance, number>;
  readonly offers: number;
  readonly repeated: number;
  readonly onChainOffers: number;
  readonly connections: number;
  /** Payments that were never to arrive. */
  readonly attacks: number;
  readonly held: number;
  readonly saved: number;
  readonly lost: number;
  readonly spentMsat: bigint;
  readonly earnedMsat: bigint;
  readonly longestMs: number;
}

const STORM_MS = 10 * 60_000;
const BUSY_GAP_MS = 1500;
const CALM_MS = 5 * 60_000;
const { earnedShare } = resolvedJustInTime({});
const STAKES_MSAT = [0n, 5_000n, 20_000n, 100_000n, 1_000_000n] as const;

export async function simulateJustInTime(options: {
  readonly seed: number;
  readonly bug?: PlantedBug;
}): Promise<JustInTimeResult> {
  const restore = makeDigestDeterministic();
  try {
    return await new Simulation(options.seed, options.bug).run();
  } finally {
    restore();
  }
}

class Simulation {
  readonly #seed: number;
  readonly #bug: PlantedBug | undefined;
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #world: JustInTimeWorld;
  readonly #witness: GateWitness;
  readonly #store: Store = memoryStore();
  readonly #chaos: Chaos;
  readonly #attacker: Attacker;
  readonly #violations: string[] = [];
  readonly #counts = { held: 0, saved: 0, lost: 0 };
  readonly #stakeMsat: bigint;
  #life: Life | undefined;
  #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #processes = 0;

  constructor(seed: number, bug: PlantedBug | undefined) {
    this.#seed = seed;
    this.#bug = bug;
    this.#random = new SeededRandom(`just in time ${seed}`);
    this.#stakeMsat = this.#random.fork('stake').pick(STAKES_MSAT);
    this.#world = makeJustInTimeWorld(this.#random.fork('world'), this.#clock);
    const { network, self } = this.#world;
    this.#witness = new GateWitness(network, self, { holdMs: HOLD_MS });
    if (bug !== undefined) plant(bug, network.node(self));
    this.#attacker = new Attacker(this.#world, this.#random.fork('attacker'));
    this.#chaos = new Chaos(this.#world, this.#random.fork('chaos'), () => this.#kill());
  }

  async run(): Promise<JustInTimeResult> {
    const { network, self, flows } = this.#world;
    const totalMsat = network.totalMsat();
    const ownMsat = this.#ownMsat();
    const over = new AbortController();
    const traffic = new Traffic(network, {
      seed: this.#seed,
      paymentsPerDay: 0,
      flows,
      medianSat: 40_000,
      spread: 1,
      mostSat: 1_500_000,
      bystanders: [self],
    });
    void traffic.run(over.signal);
    this.#start();
    await this.#storm();
    this.#chaos.heal();
    if (this.#life === undefined) this.#start();
    await this.#pass(CALM_MS);
    over.abort();
    await this.#pass(30_000);
    this.#stop.abort();
    await this.#pass(60_000);
    await this.#ended;
    // What went on chain goes back when it expires.
    network.mineBlocks(2500);
    await this.#pass(60_000);
    if (network.totalMsat() !== totalMsat) this.#violations.push('money was made or lost');
    const pending = network.pendingHtlcs().length;
    if (pending > 0) this.#violations.push(`${pending} HTLCs never ended`);
    return this.#result(ownMsat);
  }

  async #storm(): Promise<void> {
    const random = this.#random.fork('storm');
    const gapMs = random.pick([2000, 10_000, 30_000]);
    const attacked = random.chance(0.4);
    const endMs = this.#clock.now() + STORM_MS;
    while (this.#clock.now() < endMs) {
      // Most of it happens while something is under way, where it matters.
      await this.#pass(random.below(this.#isBusy() ? BUSY_GAP_MS : gapMs));
      if (attacked && random.chance(0.5)) this.#attacker.strike();
      if (this.#life === undefined) {
        if (random.chance(0.6)) this.#start();
      } else if (random.chance(0.8)) this.#chaos.strike();
    }
  }

  #isBusy(): boolean {
    const { network, self } = this.#world;
    const isIncoming = (htlc: { readonly incoming: boolean }): boolean => htlc.incoming;
    return network
      .node(self)
      .listChannels()
      .some((one) => one.pendingHtlcs.some(isIncoming));
  }

  /** Looks at the offers several times within the time that they may wait. */
  async #pass(milliseconds: number): Promise<void> {
    for (let leftMs = milliseconds; leftMs > 0; leftMs -= 1000) {
      await this.#clock.advance(Math.min(1000, leftMs));
      this.#witness.look();
    }
  }

  // ---- the process

  #start(): void {
    const { network, self } = this.#world;
    const life = new Life();
    const bytes = this.#random.fork(`entropy ${++this.#processes}`);
    this.#life = life;
    this.#stop = new AbortController();
    const rebalancer = new Rebalancer({
      node: life.node(inProcessNode(network, self)),
      store: life.store(this.#store),
      clock: life.clock(this.#clock),
      entropy: { bytes: (length) => bytes.bytes(length) },
    });
    const stakeMsat = this.#bug === 'ignores the cap' ? 10n ** 9n : this.#stakeMsat;
    const justInTime = rebalancer.justInTime({ stakeMsat });
    void this.#read(justInTime.events, life);
    this.#ended = justInTime.run(this.#stop.signal).catch((error: unknown) => {
      if (!life.isOver) this.#violations.push(`the loop broke off: ${String(error)}`);
    });
  }

  #kill(): void {
    const { network, self } = this.#world;
    // The connection breaks with the process; nothing is said at the end.
    network.cutInterceptor(self);
    this.#life?.end();
    this.#life = undefined;
  }

  async #read(events: AsyncIterable<JustInTimeEvent>, life: Life): Promise<void> {
    for await (const { kind } of events) {
      if (life.isOver) return;
      if (kind === 'forward_held') this.#counts.held++;
      if (kind === 'forward_saved') this.#counts.saved++;
      if (kind === 'forward_lost') this.#counts.lost++;
    }
  }

  // ---- the reckoning

  #ownMsat(): bigint {
    const { network, self, ownChannels } = this.#world;
    return ownChannels.reduce((sum, channelId) => {
      const { node1, balance1Msat, balance2Msat } = network.balances(channelId);
      return sum + (node1 === self ? balance1Msat : balance2Msat);
    }, 0n);
  }

  /** What is missing from our channels beside what forwards brought is what rebalances have cost. */
  async #result(beforeMsat: bigint): Promise<JustInTimeResult> {
    const { network, self } = this.#world;
    const forwards = network.node(self).forwardingHistory();
    const feesMsat = forwards.reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
    const spentMsat = beforeMsat + feesMsat - this.#ownMsat();
    const journaledMsat = (await this.#store.feesPaid()).reduce(
      (sum, { feeMsat }) => sum + feeMsat,
      0n,
    );
    if (spentMsat !== journaledMsat) {
      this.#violations.push(`rebalances cost ${spentMsat} msat, the journal says ${journaledMsat}`);
    }
    // Those that were helped on are among those that waited.
    const earnedMsat = forwards
      .filter(({ channelIn, incomingHtlcId }) =>
        this.#witness.waited.has(keyOf({ channelId: channelIn, index: incomingHtlcId })),
      )
      .reduce((sum, { feeMsat }) => sum + feeMsat, 0n);
    const mostMsat = this.#stakeMsat + BigInt(Math.ceil(Number(earnedMsat) * earnedShare));
    if (spentMsat > mostMsat) {
      this.#violations.push(`rebalances cost ${spentMsat} msat, and ${mostMsat} were allowed`);
    }
    const { offers, repeated, onChainOffers, connections, longestMs } = this.#witness;
    return {
      seed: this.#seed,
      violations: [...this.#witness.violations, ...this.#violations],
      disturbances: this.#chaos.counts,
      offers,
      repeated,
      onChainOffers,
      connections,
      attacks: this.#attacker.payments,
      ...this.#counts,
      spentMsat,
      earnedMsat,
      longestMs,
    };
  }
}
