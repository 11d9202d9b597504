/** The options of `ballast doctor`. */
import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addNodeAccess } from '../node-access/add-node-access.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';
import type { SetUpOptions } from './set-up.ts';

const EXIT_HELP = `
Exit code: 0 where nothing has failed, warnings or not; otherwise that of a command that comes upon what
has failed first (see ballast --help).`;

export function addDoctor(program: Command, { output, ended }: Shell): void {
  const doctor = addNodeAccess(program.command('doctor'))
    .description(
      'check a set-up from end to end and say what to fix; nothing is sent, nothing is left behind',
    )
    .option('--config <file>', 'check what `ballast run` would use, instead of the options above')
    .option(
      '--store <file>',
      'the journal; it may be in use (default: that of the node, in ~/.local/state/ballast)',
    )
    .option('--json', 'print every check as JSON')
    .action(async (options: SetUpOptions) => {
      const { doctorCommand } = await import('../commands/doctor.ts');
      ended(await stoppable(output, () => doctorCommand(options, output)));
    });
  addExamples(doctor.addHelpText('after', EXIT_HELP), [
    ['ballast doctor --config ballast.toml', 'before the first `ballast run`'],
    [
      'ballast doctor --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon --json',
      'the access of other commands, for a script',
    ],
    [
      'ballast doctor --clnrest https://127.0.0.1:3010 --rune ballast.rune --tls ca.pem --store ballast.db',
      'over clnrest, and a journal at a place of its own',
    ],
  ]);
}
