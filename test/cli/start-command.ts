/** The command as a process of its own, with real signals and pipes. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { TestContext } from 'vitest';

const MAIN: string = new URL('../../src/cli/main.ts', import.meta.url).pathname;

export class StartedCommand {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  out = '';
  err = '';
  readonly #ended: Promise<unknown[]>;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>) {
    this.process = child;
    this.#ended = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.err += text;
    });
  }

  /** Resolves with the match once standard output or standard error has it. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.out) ?? pattern.exec(this.err);
      if (found !== null) return found;
      const { process } = this;
      if (process.exitCode !== null || process.signalCode !== null) {
        throw new Error(`it ended without saying ${pattern}: ${this.out}${this.err}`);
      }
      const heard = new AbortController();
      const more = [process.stdout, process.stderr].map((stream) =>
        once(stream, 'data', { signal: heard.signal }).catch(() => undefined),
      );
      await Promise.race([...more, this.#ended]);
      // What was not heard is not waited for any more.
      heard.abort();
    }
  }

  /** Its exit code, or the signal that killed it. */
  async exit(): Promise<number | string> {
    await this.#ended;
    return this.process.exitCode ?? this.process.signalCode!;
  }
}

/** Ends with the test, if not before. */
export function startCommand(
  { onTestFinished }: TestContext,
  args: readonly string[],
  options: { readonly nodeArgs?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): StartedCommand {
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new StartedCommand(child);
}
