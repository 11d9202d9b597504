/** One runner and the watch over it: it is ended by its own handle, whatever it does, and replaced. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseInputs } from '../input/case-input.ts';
import { minimal } from '../input/minimal.ts';
import {
  type Finding,
  type FromRunner,
  NO_CASES,
  type Tally,
  type ToRunner,
  together,
} from './messages.ts';
import { type Progress, ProgressFile } from './progress-file.ts';

export interface WardenLimits {
  /** A runner that is at one case for so long hangs, in ms. Far above what any case takes, for the machine may be busy. */
  readonly hangMs: number;
  /** Most heap, in MiB. */
  readonly heapMib: number;
  /** Most private memory of the process, heap and buffers and threads, in MiB, where the system can limit it. */
  readonly dataMib: number;
  /** Most processor time of one runner, in s: should this process be killed, its runners do not stay for ever. */
  readonly processorSeconds: number;
}

export const WARDEN_LIMITS: WardenLimits = {
  hangMs: 30_000,
  heapMib: 512,
  dataMib: 1536,
  processorSeconds: 3600,
};

export interface CaseOrder {
  readonly module: string;
  readonly inputs: CaseInputs;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  readonly mostMs: number | null;
}

/** How an order ended: done, or with the end of the runner. */
type End =
  | { readonly kind: 'done'; readonly tally: Tally }
  | { readonly kind: 'survived' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'death'; readonly how: string };

const LOOKS = 20;
/** For the runner to start and load what it needs, ms. */
const START_MS = 60_000;
/** Inputs to try for a smaller one that hangs as well; each takes as long as a hang. */
const MOST_TRIES = 8;
/** A door that ends its runner so often is given up for this time. */
const MOST_ENDS = 3;

export class Warden {
  readonly #limits: WardenLimits;
  readonly #folder: string;
  readonly #onFinding: (finding: Finding) => void;
  #runner: ChildProcess | undefined;
  #progress: ProgressFile | undefined;
  /** Of the runner that was ended last. */
  #lastSeen: Progress | undefined;
  /** Targets and kinds of ends of which a small input was looked for. */
  readonly #minimised = new Set<string>();
  #heard: (message: FromRunner) => void = () => {};

  constructor(limits: WardenLimits, onFinding: (finding: Finding) => void) {
    this.#limits = limits;
    this.#onFinding = onFinding;
    this.#folder = mkdtempSync(join(tmpdir(), 'ballast-fuzz-'));
  }

  /** Runs the cases, past those that the runner does not survive. */
  async run(order: CaseOrder): Promise<Tally> {
    let tally = NO_CASES;
    const end = order.from + order.count;
    const startedMs = performance.now();
    let ends = 0;
    for (let from = order.from; from < end && ends < MOST_ENDS; ends++) {
      const spentMs = performance.now() - startedMs;
      const mostMs = order.mostMs === null ? null : order.mostMs - spentMs;
      if (mostMs !== null && mostMs <= 0) break;
      const { module, seed } = order;
      const findings: Finding[] = [];
      const ended = await this.#order(
        { kind: 'cases', module, seed, from, count: end - from, mostMs },
        findings,
      );
      if (ended.kind === 'done') return together(tally, ended.tally);
      const { index, accepted } = this.#lastProgress(from);
      tally = together(tally, { ...NO_CASES, cases: index - from + 1, accepted });
      if (ended.kind === 'hang') await this.#tellEnd(order, index, 'hang');
      // A runner that has told what nobody caught ends as well.
      else if (ended.kind === 'death' && !findings.some((told) => told.index === index)) {
        await this.#tellEnd(order, index, 'death', ended.how);
      }
      from = index + 1;
    }
    return tally;
  }

  close(): void {
    this.#endRunner();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #tellEnd(
    { module, inputs, seed }: CaseOrder,
    index: number,
    kind: 'hang' | 'death',
    how = '',
  ): Promise<void> {
    const same = async (input: Uint8Array): Promise<boolean> => {
      const hex = Buffer.from(input).toString('hex');
      return (await this.#order({ kind: 'input', module, hex })).kind === kind;
    };
    const isFirst = !this.#minimised.has(`${module} ${kind}`);
    this.#minimised.add(`${module} ${kind}`);
    const mostTries = isFirst ? MOST_TRIES : 0;
    const smallest = await minimal(inputs.of({ seed, index }), { same, mostTries });
    const what =
      kind === 'hang'
        ? `not done after ${this.#limits.hangMs} ms`
        : `the process ended (${how}): it takes more memory than is allowed, or broke off`;
    const hex = Buffer.from(smallest).toString('hex');
    this.#onFinding({ kind, what, signature: kind, index, hex });
  }

  #lastProgress(from: number): Progress {
    const last = this.#lastSeen;
    return last === undefined || last.index < from ? { index: from, accepted: 0, runs: 0 } : last;
  }

  /** Looks at the progress are counted, and not time: while this process does not run, nothing is said of the other. */
  async #order(order: ToRunner, findings: Finding[] = []): Promise<End> {
    const runner = this.#runner ?? this.#start();
    const ended = Promise.withResolvers<End>();
    this.#heard = (message) => {
      if (message.kind !== 'finding') ended.resolve(message);
      else if (order.kind === 'cases') {
        findings.push(message.finding);
        this.#onFinding(message.finding);
      }
    };
    const onExit = (code: number | null, signal: string | null): void => {
      ended.resolve({ kind: 'death', how: signal ?? `code ${code}` });
    };
    runner.once('exit', onExit);
    const { hangMs } = this.#limits;
    const lookMs = hangMs / LOOKS;
    const before = this.#progress?.read().runs;
    let [lastSeen, still] = [before, 0];
    const watch = setInterval(() => {
      const seen = this.#progress?.read().runs;
      still = seen === lastSeen ? still + 1 : 0;
      lastSeen = seen;
      const patienceMs = seen === before ? START_MS : hangMs;
      if (still * lookMs >= patienceMs) ended.resolve({ kind: 'hang' });
    }, lookMs);
    runner.send(order, () => {});
    const end = await ended.promise;
    clearInterval(watch);
    runner.removeListener('exit', onExit);
    if (end.kind === 'hang' || end.kind === 'death') {
      this.#lastSeen = this.#progress?.read();
      this.#endRunner();
    }
    return end;
  }

  #start(): ChildProcess {
    const { heapMib, dataMib, processorSeconds } = this.#limits;
    const path = join(this.#folder, 'progress');
    this.#progress = new ProgressFile(path);
    this.#progress.write({ index: 0, accepted: 0, runs: 0 });
    const runner = fileURLToPath(new URL('./runner.ts', import.meta.url));
    const limits = `ulimit -d ${dataMib * 1024}; ulimit -t ${processorSeconds}; exec "$0" "$@"`;
    const options = ['--expose-gc', '--no-warnings', `--max-old-space-size=${heapMib}`];
    // What it says when it dies of want of memory is not for people.
    this.#runner = spawn('sh', ['-c', limits, process.execPath, ...options, runner, path], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // Whatever targets leave behind when they are ended goes with the folder.
      env: { ...process.env, TMPDIR: this.#folder },
    });
    this.#runner.on('message', (message: FromRunner) => this.#heard(message));
    // It has an exit as well.
    this.#runner.on('error', () => {});
    process.once('exit', this.#onExit);
    return this.#runner;
  }

  readonly #onExit = (): void => {
    this.#runner?.kill('SIGKILL');
  };

  #endRunner(): void {
    process.removeListener('exit', this.#onExit);
    this.#runner?.kill('SIGKILL');
    this.#runner = undefined;
    this.#progress?.close();
    this.#progress = undefined;
  }
}
