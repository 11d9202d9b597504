/**
 * One simulation. The seed chooses network, workload and faults; faults strike for a while, then all heals, and then
 * everything has to come to its end. After every step the checkers look at it.
 */
import { SeededRandom } from '../../src/sim/random.ts';
import { Evidence, type Violation } from './checkers/evidence.ts';
import { Jury } from './checkers/jury.ts';
import { makeDigestDeterministic } from './deterministic-digest.ts';
import { EventLog, inOneLine } from './event-log.ts';
import { FaultTally } from './faults/fault-kinds.ts';
import { drawFaultPlan, type FaultPlan } from './faults/fault-plan.ts';
import { KillSwitch } from './faults/kill-switch.ts';
import { heal, type Surroundings, unleash } from './faults/network-faults.ts';
import { Operator } from './operator.ts';
import type { Mutation } from './planted/mutation.ts';
import { JournalDisk } from './ports/journal-disk.ts';
import { LndProcess } from './ports/lnd-process.ts';
import { Machine } from './ports/machine.ts';
import { openSystem, planFor, type SystemName, workloadFor } from './ports/node-system.ts';
import { networkClock, WallTime } from './ports/process-clock.ts';
import { Scheduler, settleMicrotasks } from './scheduler.ts';
import { Truth } from './truth.ts';
import { drawWorkload, type Workload } from './workload.ts';
import { makeWorld } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  /** Go on after the first violation, to see what follows from it. */
  readonly patient?: boolean;
  /** Keep the lines of the event log. */
  readonly keepLines?: boolean;
  /** In place of what the seed would draw. */
  readonly plan?: Partial<FaultPlan>;
  readonly workload?: Partial<Workload>;
  /** What our node is. Default `lnd`. */
  readonly system?: SystemName;
}

export interface SimulationResult {
  readonly seed: number;
  /** Of the first step that had any, or of all. */
  readonly violations: readonly Violation[];
  readonly tally: FaultTally;
  readonly steps: number;
  readonly virtualMs: number;
  readonly rebalances: number;
  /** HTLCs that left us, and of these the settled ones. */
  readonly attempts: number;
  readonly settled: number;
  /** Rebalances of which more than one settled. */
  readonly repeated: number;
  /** Records that clean-up took from the node. */
  readonly removed: number;
  /** How rebalances ended, by the journal. */
  readonly ends: readonly string[];
  /** How they ended, by Ballast's reports. */
  readonly reports: readonly string[];
  /** Moments at which the process could have been killed. */
  readonly moments: number;
  /** Calls to the node, and commits. */
  readonly calls: number;
  readonly commits: number;
  /** SHA-256 over everything that happened. */
  readonly digest: string;
  readonly lines: readonly string[];
}

/** Two in three simulations begin shortly before midnight, UTC. */
const MIDNIGHT_MS = Date.UTC(2026, 0, 10);
/** What there is to do after the storm takes no longer than this, whatever pauses and deadlines there are. */
const CALM_MS = 8 * 3_600_000;
const MOST_STEPS = 400_000;

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const restore = makeDigestDeterministic();
  try {
    return await new Simulation(options).run();
  } finally {
    restore();
  }
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #scheduler: Scheduler;
  readonly #log: EventLog;
  readonly #tally = new FaultTally();
  readonly #surroundings: Surroundings;
  readonly #operator: Operator;
  readonly #evidence: Evidence;
  readonly #jury: Jury;
  #steps = 0;
  #removed = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    const random = new SeededRandom(`simulation ${options.seed}`);
    const systemName = options.system ?? 'lnd';
    const plan = { ...planFor(systemName, drawFaultPlan(random.fork('plan'))), ...options.plan };
    this.#scheduler = new Scheduler(random.fork('order'));
    this.#log = new EventLog(() => this.#scheduler.nowMs, options.keepLines ?? false);
    const time = new WallTime(this.#scheduler, drawStart(random.fork('start')));
    // lnd may run on the same machine, or on another one whose clock is right.
    const lndTime = random.fork('machines').chance(0.5)
      ? time
      : new WallTime(this.#scheduler, time.now());
    const clock = networkClock(this.#scheduler, lndTime);
    const world = makeWorld(random.fork('world'), { clock, plan, tally: this.#tally });
    const workload = {
      ...workloadFor(systemName, drawWorkload(random.fork('workload'), world, plan)),
      ...options.workload,
    };
    const machine = new Machine({
      scheduler: this.#scheduler,
      random: random.fork('machine'),
      plan,
      tally: this.#tally,
      log: this.#log,
      kills: new KillSwitch(plan.kills),
      onKill: (life, kind) => this.#operator.killed(life, kind),
    });
    const { network, self } = world;
    const system = openSystem(systemName, network, self);
    const lnd = new LndProcess({
      network,
      self,
      inner: system.node,
      registering: () =>
        machine.strikes(plan.calls.slowBegin, 'lnd slow to register an attempt')
          ? clock.sleep(machine.random.below(20_000))
          : undefined,
      failsToRegister: () =>
        machine.strikes(plan.calls.stillborn, 'payment left without an attempt'),
      onRemoved: (paymentHash) => {
        this.#removed++;
        this.#jury.removed(paymentHash);
      },
    });
    const disk = new JournalDisk();
    const truth = new Truth(network, self, (event) => {
      this.#log.add(`htlc ${inOneLine(event)}`);
      this.#jury.flown(event);
    });
    const { ownChannels, foreignChannels } = world;
    const { budget } = workload;
    this.#evidence = new Evidence({
      network,
      self,
      ownChannels,
      truth,
      disk,
      system,
      budget,
      nowMs: () => time.now(),
    });
    this.#jury = new Jury(
      this.#evidence,
      [...ownChannels, ...foreignChannels].map(({ channelId }) => channelId),
    );
    this.#operator = new Operator({
      machine,
      random: random.fork('operator'),
      world,
      workload,
      lnd,
      disk,
      time,
      evidence: this.#evidence,
      jury: this.#jury,
      mutation: options.mutation ?? {},
    });
    this.#surroundings = {
      machine,
      random: random.fork('surroundings'),
      world,
      lnd,
      time,
      breakConnections: (reason) => this.#operator.breakConnections(reason),
    };
    this.#log.add(inOneLine({ seed: options.seed, plan, workload }));
  }

  async run(): Promise<SimulationResult> {
    const { machine } = this.#surroundings;
    const { untilMs } = machine.plan;
    unleash(this.#surroundings);
    this.#operator.start();
    await this.#runUntil(untilMs);
    this.#log.add('all heals');
    heal(this.#surroundings);
    this.#operator.heal();
    const endMs = this.#scheduler.nowMs + CALM_MS;
    await this.#runUntil(endMs);
    if (!this.#isOver() && this.#operator.startAnewIfUnfinished()) await this.#runUntil(endMs);
    if (!this.#isOver()) {
      this.#operator.ended();
      this.#jury.ended();
    }
    return this.#result();
  }

  #isOver(): boolean {
    return this.#options.patient !== true && this.#evidence.violations.length > 0;
  }

  /** Until nothing goes on any more, or a checker objects. */
  async #runUntil(atMs: number): Promise<void> {
    await settleMicrotasks();
    while (!this.#isOver() && !this.#operator.isDone()) {
      if (this.#scheduler.runNext(atMs) === undefined) return;
      await settleMicrotasks();
      this.#jury.stepped();
      if (++this.#steps < MOST_STEPS) continue;
      this.#evidence.accuse('nothing forgotten', `no end after ${MOST_STEPS} steps`);
    }
  }

  #result(): SimulationResult {
    const { machine } = this.#surroundings;
    const { violations, truth, ends, rebalances, reports } = this.#evidence;
    for (const { promise, message } of violations) this.#log.add(`${promise}: ${message}`);
    return {
      seed: this.#options.seed,
      violations,
      tally: this.#tally,
      steps: this.#steps,
      virtualMs: this.#scheduler.nowMs,
      rebalances: rebalances.size,
      attempts: truth.flights.length,
      settled: truth.flights.filter(({ state }) => state === 'settled').length,
      repeated: [...rebalances].filter(
        (id) => this.#evidence.flightsOf(id).filter(({ state }) => state === 'settled').length > 1,
      ).length,
      removed: this.#removed,
      ends: [...ends.values()].map(({ reason }) => reason),
      reports: reports.map(({ outcome }) => outcome.kind),
      moments: machine.kills.moments,
      calls: machine.calls,
      commits: machine.commits,
      digest: this.#log.digest(),
      lines: this.#log.lines,
    };
  }
}

function drawStart(random: SeededRandom): number {
  return MIDNIGHT_MS - random.pick([random.below(30_000), random.below(600_000), 40_000_000]);
}
