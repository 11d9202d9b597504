/** The options of `ballast run`. */
import type { Command } from 'commander';
import type { RunCommandOptions } from '../commands/run.ts';
import { addExamples } from '../examples.ts';
import type { Shell } from '../shell.ts';

export function addRun(program: Command, { output, ended }: Shell): void {
  const run = program
    .command('run')
    .description('plan and rebalance by itself, by a configuration, until it is told to stop')
    .requiredOption(
      '--config <file>',
      'the configuration (TOML): `ballast init` writes one that explains itself',
    )
    .option('--dry-run', 'do all but send: plan and price, and keep nothing of it')
    .option('--once', 'make one round, and end')
    .option('--json', 'print the summary as JSON, progress on standard error')
    .action(async (options: RunCommandOptions) => {
      const { runCommand } = await import('../commands/run.ts');
      ended(await runCommand(options, output));
    });
  addExamples(run, [
    ['ballast run --config ballast.toml --dry-run --once', 'what it would do now'],
    ['ballast run --config ballast.toml', 'until Ctrl-C or SIGTERM; SIGHUP reads the file anew'],
  ]);
}
