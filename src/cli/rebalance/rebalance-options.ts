/** The options of `ballast rebalance`. */
import { type Command, Option } from 'commander';
import type { RebalanceOptions } from '../commands/rebalance.ts';
import { addExamples } from '../examples.ts';
import { addJournal, addNodeAccess, OTHER_GROUP } from '../node-access/add-node-access.ts';
import { collect, count, positiveSats, probability, rate, sats } from '../option-values.ts';
import type { Shell } from '../shell.ts';

export function addRebalance(program: Command, { output, ended }: Shell): void {
  const command = addLimits(addTerms(program.command('rebalance')))
    .description('move liquidity from one of your channels to another, by paying yourself')
    .action(async (options: RebalanceOptions) => {
      const { rebalanceCommand } = await import('../commands/rebalance.ts');
      ended(await rebalanceCommand(options, output));
    });
  const lnd = '--lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon';
  const ends = '--from 812345x678x1 --to 812346x12x0';
  addExamples(command, [
    [
      `ballast rebalance ${lnd} ${ends} --amount 500,000 --max-fee-ppm 300 --dry-run`,
      'find and price a route; without --dry-run it is paid',
    ],
    [
      `ballast rebalance ${lnd} --from some-peer --to 812346x12x0 --amount 1000000 --min-amount 100000 --max-fee-ppm 250 --max-fee-sat 200`,
      'from all channels with a peer, and less of it where paths lack liquidity',
    ],
    [
      `ballast rebalance --cln lightning-rpc ${ends} --amount 200000 --total 2000000 --max-fee-ppm 300 --json`,
      'ten payments, one after another, and a report for a script',
    ],
  ]);
}

function addTerms(command: Command): Command {
  return command
    .optionsGroup('What to move:')
    .requiredOption(
      '--from <channel or peer>',
      'send out over: channel id, key or alias; may be given more than once',
      collect,
    )
    .requiredOption('--to <channel or peer>', 'bring back over: likewise', collect)
    .requiredOption('--amount <sat>', 'amount to move', positiveSats)
    .option(
      '--min-amount <sat>',
      'let the amount shrink to this where paths lack liquidity',
      positiveSats,
    )
    .option(
      '--total <sat>',
      'go on with payments of --amount until this much is moved',
      positiveSats,
    )
    .addOption(
      new Option(
        '--arrival <how>',
        'what comes back over another channel than asked for: give it back, or take and report it (default: strict where the peer has other channels with you and the node can hold payments, as lnd can)',
      ).choices(['strict', 'report']),
    );
}

function addLimits(command: Command): Command {
  command
    .optionsGroup('Limits:')
    .option(
      '--max-fee-ppm <n>',
      'most to pay, in parts per million of the amount; this or --max-fee-sat, or both',
      rate,
    )
    .option('--max-fee-sat <sat>', 'most to pay in all', sats)
    .option('--max-attempts <n>', 'most payments to try (default: 20)', count(1, 10_000))
    .option(
      '--min-probability <share>',
      'do not try what is believed to succeed less often (default: 0.01)',
      probability,
    )
    .option(
      '--timeout <seconds>',
      'stop trying after this time (default: 600)',
      count(1, 7 * 86_400),
    )
    .option('--exclude <node or channel>', 'never pass it; may be given more than once', collect);
  return addJournal(addNodeAccess(command))
    .optionsGroup(OTHER_GROUP)
    .option('--dry-run', 'find and price a route, send nothing')
    .option('--json', 'print the report as JSON, progress on standard error');
}
