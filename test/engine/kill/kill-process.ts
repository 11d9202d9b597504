/** Runs `kill-child.ts`, and kills it when told to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { KillTerms, KillWord } from './kill-terms.ts';

const CHILD = new URL('./kill-child.ts', import.meta.url).pathname;

export interface KillProcess {
  /** By SIGKILL: no handler of the process runs. */
  kill(): void;
  /** Once it has ended, and all that it said is heard. */
  readonly ended: Promise<{ readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
}

/** @param cacheFolder Where what Node compiled is kept: a start then takes a third of the time. */
export function startKillProcess(
  terms: KillTerms,
  cacheFolder: string,
  onWord: (word: KillWord) => void,
): KillProcess {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(terms)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: cacheFolder },
  });
  return { kill: () => void child.kill('SIGKILL'), ended: endOf(child, onWord) };
}

async function endOf(
  child: ChildProcess,
  onWord: (word: KillWord) => void,
): Promise<Awaited<KillProcess['ended']>> {
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  createInterface(child.stdout!).on('line', (line) => onWord(JSON.parse(line) as KillWord));
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { signal, stderr };
}
