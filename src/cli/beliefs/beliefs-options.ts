/** The options of `ballast beliefs`. */
import type { Command } from 'commander';
import type { ExchangeOptions, ShowBeliefsOptions } from '../commands/beliefs.ts';
import { addExamples } from '../examples.ts';
import { addJournal, addNodeAccess } from '../node-access/add-node-access.ts';
import { count } from '../option-values.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';

const load = () => import('../commands/beliefs.ts');

export function addBeliefs(program: Command, { output, ended }: Shell): void {
  const beliefs = program
    .command('beliefs')
    .description('what attempts have taught about the balances of others');
  const show = beliefs
    .command('show')
    .description('what is known, the newest first')
    .requiredOption('--store <file>', 'the journal in which it is kept')
    .option('--most <n>', 'most rows to print', count(1, 100_000), 20)
    .option('--json', 'print all of it as JSON')
    .action(async (options: ShowBeliefsOptions) => {
      const { showBeliefs } = await load();
      ended(await stoppable(output, () => showBeliefs(options, output)));
    });
  addExamples(show, [
    ['ballast beliefs show --store ballast.db --most 50', 'the newest fifty'],
    ['ballast beliefs show --store ballast.db --json', 'all of it, for a script'],
  ]);
  const take = addJournal(addNodeAccess(beliefs.command('import')))
    .description(
      "take over what the node's own payments have learnt: lnd's mission control, Core Lightning's xpay, LDK Server's scores",
    )
    .option('--json', 'print the figures as JSON')
    .action(async (options: ExchangeOptions) => {
      const { importBeliefs } = await load();
      ended(await stoppable(output, () => importBeliefs(options, output)));
    });
  addExamples(take, [
    [
      'ballast beliefs import --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon',
      'from mission control into the journal of that node',
    ],
    [
      'ballast beliefs import --cln lightning-rpc --store ballast.db',
      'from xpay into this journal',
    ],
  ]);
  const give = addJournal(addNodeAccess(beliefs.command('export')))
    .description(
      "give it to lnd's mission control, which keeps it until lnd is restarted, or to Core Lightning's xpay",
    )
    .option('--json', 'print the figures as JSON')
    .action(async (options: ExchangeOptions) => {
      const { exportBeliefs } = await load();
      ended(await stoppable(output, () => exportBeliefs(options, output)));
    });
  addExamples(give, [
    [
      'ballast beliefs export --lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon',
      'so that payments of lnd profit from it',
    ],
    ['ballast beliefs export --cln lightning-rpc --json', 'to xpay, with figures for a script'],
  ]);
}
