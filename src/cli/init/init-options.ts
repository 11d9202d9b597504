/** The options of `ballast init`. */
import type { Command } from 'commander';
import type { InitOptions } from '../commands/init.ts';
import { addExamples } from '../examples.ts';
import { addNodeAccess } from '../node-access/add-node-access.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';

export function addInit(program: Command, { output, ended }: Shell): void {
  const init = addNodeAccess(program.command('init'))
    .description('write a configuration for `ballast run`, with every key explained')
    .option('--output <file>', 'where to, or - for standard output', 'ballast.toml')
    .option('--store <file>', 'the journal that it names (default: the usual one of the node)')
    .option('--force', 'replace a file that is there')
    .option('--json', 'print the next steps as JSON')
    .action(async (options: InitOptions) => {
      const { initCommand } = await import('../commands/init.ts');
      ended(await stoppable(output, () => initCommand(options, output)));
    });
  addExamples(init, [
    [
      'ballast init --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon',
      'for lnd, as ballast.toml',
    ],
    [
      'ballast init --cln lightning-rpc --store ballast.db --output cln.toml',
      'for Core Lightning, with a journal at a place of its own',
    ],
    ['ballast init --output -', 'to standard output, with placeholders'],
  ]);
}
