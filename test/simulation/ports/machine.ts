/** What all ports of a simulated process share: time, chance, the plan of faults, and the books about them. */
import type { SeededRandom } from '../../../src/sim/random.ts';
import type { EventLog } from '../event-log.ts';
import type { FaultKind, FaultTally } from '../faults/fault-kinds.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { KillMoment, KillSwitch } from '../faults/kill-switch.ts';
import type { Scheduler } from '../scheduler.ts';
import type { ProcessLife } from './process-life.ts';

const CALM_LATENCY_MS = 5;

type MachineParts = Pick<
  Machine,
  'scheduler' | 'random' | 'plan' | 'tally' | 'log' | 'kills' | 'onKill'
>;

export class Machine {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly plan: FaultPlan;
  readonly tally: FaultTally;
  readonly log: EventLog;
  readonly kills: KillSwitch;
  /** Tells the driver that the process has been killed. */
  readonly onKill: (life: ProcessLife, kind: FaultKind) => void;
  /** Calls to the node and commits so far. */
  calls = 0;
  commits = 0;
  #stormy = true;

  constructor(parts: MachineParts) {
    this.scheduler = parts.scheduler;
    this.random = parts.random;
    this.plan = parts.plan;
    this.tally = parts.tally;
    this.log = parts.log;
    this.kills = parts.kills;
    this.onKill = parts.onKill;
  }

  /** Whether faults still strike. */
  get stormy(): boolean {
    return this.#stormy;
  }

  calmDown(): void {
    this.#stormy = false;
    this.kills.disarm();
  }

  strikes(rate: number, kind: FaultKind): boolean {
    if (!this.#stormy || rate === 0 || !this.random.chance(rate)) return false;
    this.tally.count(kind);
    return true;
  }

  /** Kills the process if its time has come. */
  killsAt(moment: KillMoment, life: ProcessLife): boolean {
    if (!life.alive || !this.kills.strikes(moment)) return false;
    const kind: FaultKind =
      moment.port === 'node'
        ? `process killed ${moment.phase} a call to the node`
        : `process killed ${moment.phase} a commit is durable`;
    this.log.add(`kill ${moment.phase} ${moment.method}`);
    this.onKill(life, kind);
    return true;
  }

  latencyMs(): number {
    return 1 + this.random.below(this.#stormy ? this.plan.latencyMs : CALM_LATENCY_MS);
  }
}
