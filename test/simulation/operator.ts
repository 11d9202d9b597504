/** Runs the process that is under test: starts it, hands it its work, and starts it anew when it has been killed. */
import type { RebalanceRun } from '../../src/engine/index.ts';
import { CallerSignal } from './caller-signal.ts';
import { inOneLine } from './event-log.ts';
import type { FaultKind } from './faults/fault-kinds.ts';
import type { ProcessLife } from './ports/process-life.ts';
import { type ProcessParts, type SimulatedProcess, startProcess } from './simulated-process.ts';
import type { Asked } from './workload.ts';

const SOON_MS = 100;
const LONGEST_DOWN_MS = 20_000;

export class Operator {
  readonly #parts: ProcessParts;
  #process: SimulatedProcess | undefined;
  #starts = 0;
  /** Asked for while there was no process. */
  readonly #backlog: Asked[] = [];
  #unasked: number;
  #startedAnew = false;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
    this.#unasked = parts.workload.asked.length;
  }

  start(): void {
    const { machine, workload } = this.#parts;
    this.#startProcess();
    workload.asked.forEach((asked) => {
      machine.scheduler.after(asked.atMs, 'asked for', () => this.#ask(asked));
    });
    for (const atMs of machine.plan.killTimes) {
      machine.scheduler.after(atMs, 'kill', () => {
        const life = this.#process?.life;
        if (machine.stormy && life !== undefined) this.killed(life, 'process killed at any time');
      });
    }
  }

  breakConnections(reason: string): void {
    this.#process?.breakAll(reason);
  }

  killed(life: ProcessLife, kind: FaultKind): void {
    const { machine, random } = this.#parts;
    if (!life.alive || this.#process?.life !== life) return;
    machine.tally.count(kind);
    if (this.#process.recovery === 'under way') {
      machine.tally.count('process killed while recovering');
    }
    machine.log.add(`process ${life.number} is killed`);
    this.#askAgain(this.#process);
    this.#process = undefined;
    life.kill();
    const downMs = random.chance(0.5) ? SOON_MS : random.below(LONGEST_DOWN_MS);
    machine.scheduler.after(downMs, 'start', () => this.#startProcess());
  }

  /** Callers who never got a report may ask for the same once more. */
  #askAgain({ pending }: SimulatedProcess): void {
    for (const asked of pending.values()) {
      if (asked === null || !this.#parts.random.chance(0.6)) continue;
      this.#backlog.push(asked);
      this.#unasked++;
    }
  }

  /** After the storm: a process whose journal closed itself is started anew. */
  heal(): void {
    const process = this.#process;
    if (process === undefined) return;
    if (process.storeClosed) this.killed(process.life, 'process killed at any time');
    else if (process.recovery === undefined) this.#recover(process);
  }

  /**
   * A journal that lacks an end although nothing goes on, because the disk refused it: the next start finds that. Tells
   * whether there is one.
   */
  startAnewIfUnfinished(): boolean {
    const process = this.#process;
    const { evidence, disk } = this.#parts;
    if (process === undefined || this.#startedAnew || process.pending.size > 0) return false;
    const open = [...evidence.rebalances].filter((id) => !evidence.ends.has(id));
    if (open.length === 0 || !open.every((id) => disk.leftOpen.has(id))) return false;
    this.#startedAnew = true;
    this.killed(process.life, 'process killed at any time');
    return true;
  }

  /** Nothing is left to do, and nothing is under way. */
  isDone(): boolean {
    const process = this.#process;
    const { evidence } = this.#parts;
    if (process === undefined || this.#unasked > 0 || process.pending.size > 0) return false;
    if (process.recovery !== 'done') return false;
    if (evidence.truth.live().length > 0) return false;
    return evidence.ends.size === evidence.rebalances.size;
  }

  /** What should have come, and did not. */
  ended(): void {
    const { evidence } = this.#parts;
    const accuse = (message: string): void => evidence.accuse('nothing forgotten', message);
    const process = this.#process;
    if (process === undefined) {
      accuse('the process is not running');
      return;
    }
    if (process.recovery === 'under way') accuse('resume() never came to an end');
    for (const rebalanceId of process.pending.keys())
      accuse(`rebalance ${rebalanceId} has no result`);
    if (this.#unasked > 0) accuse(`${this.#unasked} requests were never asked for`);
  }

  #startProcess(): void {
    const process = startProcess(this.#parts, {
      number: ++this.#starts,
      onStoreClosed: (life) => this.#storeClosed(life),
    });
    this.#process = process;
    // The first request implies it; a process without any must be told.
    const tell = this.#backlog.length === 0 || this.#parts.random.chance(0.5);
    if (tell) this.#recover(process);
    for (const asked of this.#backlog.splice(0)) this.#ask(asked);
  }

  #storeClosed(life: ProcessLife): void {
    const process = this.#process;
    if (process?.life !== life) return;
    process.storeClosed = true;
    const { machine, random } = this.#parts;
    machine.scheduler.after(random.below(LONGEST_DOWN_MS), 'start anew', () => {
      this.killed(life, 'process killed at any time');
    });
  }

  #recover(process: SimulatedProcess): void {
    const { machine } = this.#parts;
    process.recovery = 'under way';
    process.rebalancer.resume().then(
      (runs) => {
        if (!process.life.alive) return;
        machine.log.add(`resumed ${runs.length}`);
        process.recovery = 'done';
        for (const run of runs) this.#follow(process, run, null);
      },
      (error: unknown) => {
        if (!process.life.alive) return;
        machine.log.add(`resume failed: ${error}`);
        machine.scheduler.after(1000, 'resume again', () => {
          if (process.life.alive) this.#recover(process);
        });
      },
    );
  }

  #ask(asked: Asked): void {
    const { machine, evidence, mutation } = this.#parts;
    const process = this.#process;
    if (process === undefined) {
      this.#backlog.push(asked);
      return;
    }
    this.#unasked--;
    const { purpose, abortAfterMs } = asked;
    const request = mutation.request?.(asked.request) ?? asked.request;
    const signal = new CallerSignal();
    const run = process.rebalancer[purpose]({
      ...request,
      ...(abortAfterMs === null ? {} : { signal: signal as unknown as AbortSignal }),
    });
    evidence.asked.set(run.rebalanceId, asked);
    machine.log.add(`${purpose} ${run.rebalanceId} ${inOneLine(request)}`);
    this.#follow(process, run, asked);
    if (abortAfterMs === null) return;
    machine.scheduler.after(abortAfterMs, 'abort', () => {
      if (!process.life.alive || !process.pending.has(run.rebalanceId)) return;
      machine.tally.count('aborted by the caller');
      evidence.aborted.add(run.rebalanceId);
      signal.abort();
    });
  }

  #follow(process: SimulatedProcess, run: RebalanceRun, asked: Asked | null): void {
    const { machine, evidence, jury } = this.#parts;
    const { rebalanceId } = run;
    process.pending.set(rebalanceId, asked);
    run.result.then(
      (report) => {
        if (!process.life.alive) return;
        process.pending.delete(rebalanceId);
        machine.log.add(`report ${inOneLine({ rebalanceId, outcome: report.outcome.kind })}`);
        evidence.reports.push(report);
        jury.reported(report);
      },
      (error: unknown) => {
        if (!process.life.alive) return;
        process.pending.delete(rebalanceId);
        evidence.accuse(
          'nothing forgotten',
          `rebalance ${rebalanceId} broke off: ${textOf(error)}`,
        );
      },
    );
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
