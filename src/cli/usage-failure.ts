/** What becomes of a command line that cannot be parsed, or that asked for help. */
import type { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

/** People have been told what is wrong by the option parser already. */
export function refusedCommandLine(
  error: CommanderError,
  { program, args, output }: { program: Command; args: readonly string[]; output: Output },
): ExitCode {
  if (error.exitCode === 0) return EXIT.success;
  const help = `see \`${helpFor(program, args)}\``;
  // Without a command the whole help was shown.
  const isShown = error.code === 'commander.help';
  if (!isShown) output.warn(help);
  const message = isShown ? 'no command was given' : error.message.replace(/^error: /, '');
  output.answer({ error: { code: 'usage', message: `${message}; ${help}` } });
  return EXIT.usage;
}

/** Of the command that the line begins with, as far as it is one. */
function helpFor(program: Command, args: readonly string[]): string {
  const names = [program.name()];
  let command = program;
  for (const word of args) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    names.push(word);
    command = next;
  }
  return [...names, '--help'].join(' ');
}
