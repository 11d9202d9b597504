/** What becomes of a command line that cannot be parsed, or that asked for help. */
import type { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';

/** People have been told by the option parser already. */
export function refusedCommandLine(error: CommanderError, output: Output): ExitCode {
  if (error.exitCode === 0) return EXIT.success;
  const message =
    error.code === 'commander.help'
      ? 'no command was given; see ballast --help'
      : error.message.replace(/^error: /, '');
  output.answer({ error: { code: 'usage', message } });
  return EXIT.usage;
}
