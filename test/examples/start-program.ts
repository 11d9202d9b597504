/** A program of a user's, as a process of its own, with `ballast/...` meaning our sources. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

const FROM_SOURCE: string = new URL('./from-source.mjs', import.meta.url).pathname;

export interface ProgramEnd {
  readonly exit: number | NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export class StartedProgram {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly end: Promise<ProgramEnd>;
  #out = '';
  #err = '';

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.process = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
    });
    this.end = once(child, 'close').then(() => ({
      exit: child.exitCode ?? child.signalCode,
      out: this.#out,
      err: this.#err,
    }));
  }

  /** Resolves once standard output has it. @throws Error where the program ends without. */
  async says(text: string): Promise<void> {
    let ended = false;
    const end = this.end.then(() => {
      ended = true;
    });
    while (!this.#out.includes(text)) {
      if (ended) throw new Error(`it ended without saying "${text}": ${this.#out}${this.#err}`);
      await Promise.race([once(this.process.stdout, 'data'), end]);
    }
  }
}

/** Ends with the test, if not before. */
export function startProgram(
  file: string,
  options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): StartedProgram {
  const { args = [], env = {}, cwd } = options;
  const child = spawn(process.execPath, ['--import', FROM_SOURCE, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new StartedProgram(child);
}
