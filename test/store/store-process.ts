/** Runs `store-child.ts`, and reads what it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const CHILD = new URL('./store-child.ts', import.meta.url).pathname;

export interface ChildEnd {
  readonly lines: readonly string[];
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface ChildOptions {
  /** Sees every line as it comes, with a way to kill the process: at once, unless another signal is named. */
  readonly onLine?: (line: string, kill: (signal?: NodeJS.Signals) => void) => void;
  /** Commands before the child's own, in the language of `sh`; "$@" is the child. */
  readonly shell?: string;
  readonly uid?: number;
}

/** Resolves when the process has ended and everything it printed is read. */
export async function runStoreChild(
  args: readonly string[],
  { onLine, shell, uid }: ChildOptions = {},
): Promise<ChildEnd> {
  const node = [process.execPath, CHILD, ...args];
  const [command = '', ...rest] =
    shell === undefined ? node : ['/bin/sh', '-c', shell, 'sh', ...node];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const lines: string[] = [];
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface(child.stdout).on('line', (line) => {
    lines.push(line);
    onLine?.(line, (name = 'SIGKILL') => child.kill(name));
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { lines, signal, stderr };
}
