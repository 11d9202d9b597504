/** Runs a command line in this process and keeps what it prints. */
import { runCli } from '../../src/cli/program.ts';

export interface CommandResult {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export async function runCommand(...args: readonly string[]): Promise<CommandResult> {
  const [out, err]: [string[], string[]] = [[], []];
  const exit = await runCli(args, {
    out: { write: (text) => out.push(text) },
    err: { write: (text) => err.push(text) },
  });
  return { exit, out: out.join(''), err: err.join('') };
}
