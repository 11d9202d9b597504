/**
 * The way from a process of ours to lnd and back: requests and answers take time, and either may get lost. What lnd
 * does for a request that it got, it does whether or not anybody still waits for the answer.
 */
import { NodeError } from '../../../src/node/node-error.ts';
import { inOneLine } from '../event-log.ts';
import type { FaultKind } from '../faults/fault-kinds.ts';
import type { CallFate } from '../faults/fault-plan.ts';
import type { Machine } from './machine.ts';
import { never, type ProcessLife } from './process-life.ts';

/**
 * The calls that a dead or impatient process may leave behind, to be carried out later. An invoice that is made late
 * would do no harm: nobody knows its payment address, and it expires.
 */
const MAY_COME_LATE: ReadonlySet<string> = new Set(['sendToRoute', 'settleInvoice']);
/** Where one of these fails nothing is at stake yet, and a rebalance that cannot begin shows nothing. */
const SHARES: ReadonlyMap<string, number> = new Map([
  ['info', 0.05],
  ['ownChannels', 0.05],
  ['describeGraph', 0.05],
  ['addInvoice', 0.2],
  ['addHoldInvoice', 0.2],
]);
const LATEST_MS = 40_000;
/** The longest that a call goes on before its connection is lost in the middle of it. */
const LOST_AFTER_MS = 3_000;

export interface NodeCall<T> {
  readonly method: string;
  readonly detail?: unknown;
  readonly perform: () => Promise<T>;
  /** What the port answers when contact is lost; `null`: it rejects. */
  readonly lost: ((reason: string) => T) | null;
}

const FAULT_OF: Record<CallFate, FaultKind | null> = {
  answered: null,
  lost_before: 'connection lost before a call',
  lost_during: 'connection lost during a call',
  lost_after: 'connection lost after a call',
  late: 'request arrives late',
};

export class NodeCalls {
  readonly #machine: Machine;
  readonly #life: ProcessLife;
  readonly #isUp: () => boolean;
  /** Of every call and stream under way: ends it as lost. */
  readonly breakers: Set<(reason: string) => void> = new Set();

  constructor(machine: Machine, life: ProcessLife, isUp: () => boolean) {
    this.#machine = machine;
    this.#life = life;
    this.#isUp = isUp;
  }

  breakAll(reason: string): void {
    for (const lose of [...this.breakers]) lose(reason);
  }

  call<T>(call: NodeCall<T>): Promise<T> {
    const { method, detail, lost } = call;
    const life = this.#life;
    const { scheduler, log } = this.#machine;
    if (!life.alive) return never();
    if (this.#machine.killsAt({ port: 'node', method, phase: 'before' }, life)) return never();
    log.add(`call ${method} ${inOneLine(detail ?? null)}`);
    return new Promise<T>((resolve, reject) => {
      let over = false;
      const end = (line: string, give: () => void): void => {
        if (over || !life.alive) return;
        over = true;
        this.breakers.delete(lose);
        log.add(`${method} ${line}`);
        give();
      };
      const lose = (reason: string): void =>
        end(`lost: ${reason}`, () => {
          if (lost === null) reject(new NodeError('unreachable', reason));
          else resolve(lost(reason));
        });
      this.breakers.add(lose);
      this.#dispatch(call, {
        lose,
        answer: (value) => end('answered', () => resolve(value)),
        refuse: (error) => end('refused', () => reject(error)),
        isOver: () => over || !life.alive,
        scheduler,
      });
    });
  }

  #dispatch<T>(call: NodeCall<T>, caller: Caller<T>): void {
    const { method } = call;
    const { scheduler } = caller;
    const machine = this.#machine;
    const fate = this.#fateOf(method);
    const travelMs = machine.latencyMs();
    if (fate === 'lost_before') {
      scheduler.after(travelMs, `${method} lost`, () => caller.lose('connection refused'));
      return;
    }
    if (fate === 'late') {
      scheduler.after(travelMs, `${method} lost`, () => caller.lose('connection lost'));
      const lateMs = travelMs + machine.random.below(LATEST_MS);
      scheduler.after(lateMs, `${method} arrives late`, () => this.#arrive(call, caller, fate));
      return;
    }
    if (fate === 'lost_during') {
      const lostMs = travelMs + machine.random.below(LOST_AFTER_MS);
      scheduler.after(lostMs, `${method} lost`, () => caller.lose('connection lost'));
    }
    scheduler.after(travelMs, `${method} arrives`, () => this.#arriveNow(call, caller, fate));
  }

  #fateOf(method: string): CallFate {
    const machine = this.#machine;
    const number = machine.calls++;
    const { exactly } = machine.plan;
    if (exactly?.port === 'node' && exactly.number === number) {
      const canBe = exactly.fate !== 'late' || MAY_COME_LATE.has(method);
      const fate = canBe ? exactly.fate : 'lost_before';
      const kind = FAULT_OF[fate];
      if (kind !== null) machine.tally.count(kind);
      return fate;
    }
    const share = SHARES.get(method) ?? 1;
    const { late } = machine.plan.calls;
    const lostBefore = machine.plan.calls.lostBefore * share;
    const lostDuring = machine.plan.calls.lostDuring * share;
    const lostAfter = machine.plan.calls.lostAfter * share;
    if (machine.strikes(lostBefore, 'connection lost before a call')) return 'lost_before';
    if (machine.strikes(lostDuring, 'connection lost during a call')) return 'lost_during';
    if (machine.strikes(lostAfter, 'connection lost after a call')) return 'lost_after';
    if (MAY_COME_LATE.has(method) && machine.strikes(late, 'request arrives late')) return 'late';
    return 'answered';
  }

  /** What a process sent before it was killed or lost contact may arrive still: now, later, or never. */
  #arriveNow<T>(call: NodeCall<T>, caller: Caller<T>, fate: CallFate): void {
    if (!caller.isOver()) {
      this.#arrive(call, caller, fate);
      return;
    }
    const { random, tally, scheduler } = this.#machine;
    if (!MAY_COME_LATE.has(call.method) || random.chance(0.5)) return;
    tally.count('request arrives late');
    const lateMs = random.chance(0.5) ? 0 : random.below(LATEST_MS);
    scheduler.after(lateMs, `${call.method} arrives late`, () => this.#arrive(call, caller, fate));
  }

  #arrive<T>(call: NodeCall<T>, caller: Caller<T>, fate: CallFate): void {
    const { method, perform } = call;
    const machine = this.#machine;
    if (!this.#isUp()) {
      caller.lose('lnd is not running');
      return;
    }
    machine.log.add(`lnd ${method}`);
    const performed = perform();
    machine.killsAt({ port: 'node', method, phase: 'after' }, this.#life);
    const back = (give: () => void): void => {
      if (caller.isOver()) return;
      machine.scheduler.after(machine.latencyMs(), `${method} answers`, () => {
        if (fate === 'lost_after') caller.lose('connection lost');
        else give();
      });
    };
    performed.then(
      (value) => back(() => caller.answer(value)),
      (error: unknown) => back(() => caller.refuse(error)),
    );
  }
}

interface Caller<T> {
  readonly lose: (reason: string) => void;
  readonly answer: (value: T) => void;
  readonly refuse: (error: unknown) => void;
  readonly isOver: () => boolean;
  readonly scheduler: Machine['scheduler'];
}
