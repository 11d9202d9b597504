/** Runs a command line in this process and keeps what it prints. */
import type { Streams } from '../../src/cli/output.ts';
import { runCli } from '../../src/cli/program.ts';

export interface CommandResult {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Streams that keep what is written to them, and never break. */
export class KeptStreams implements Streams {
  readonly out: Streams['out'];
  readonly err: Streams['err'];
  readonly broken: AbortSignal = new AbortController().signal;
  readonly #texts: Record<'out' | 'err', string[]> = { out: [], err: [] };

  constructor(heard: (text: string) => void = () => {}) {
    const into = (texts: string[]) => ({
      write: (text: string): void => {
        texts.push(text);
        heard(text);
      },
    });
    this.out = into(this.#texts.out);
    this.err = into(this.#texts.err);
  }

  get written(): { readonly out: string; readonly err: string } {
    return { out: this.#texts.out.join(''), err: this.#texts.err.join('') };
  }
}

export function runCommand(...args: readonly string[]): Promise<CommandResult> {
  return runWatched(args, () => {});
}

/** The same with a spy that hears each text when it is written. */
export async function runWatched(
  args: readonly string[],
  heard: (text: string) => void,
): Promise<CommandResult> {
  const streams = new KeptStreams(heard);
  const exit = await runCli(args, streams);
  return { exit, ...streams.written };
}
