/** The options of `ballast plan`, besides how to reach the node. */
import { type Command, Option } from 'commander';
import type { PlanOptions } from '../commands/plan.ts';
import { addExamples } from '../examples.ts';
import { addJournal, addNodeAccess, OTHER_GROUP } from '../node-access/add-node-access.ts';
import {
  collect,
  count,
  fractionalSats,
  positiveSats,
  probability,
  rate,
  sats,
} from '../option-values.ts';
import type { Shell } from '../shell.ts';
import { stoppable } from '../stoppable.ts';

const DAYS_OF_A_YEAR = 365;

export function addPlan(program: Command, { output, ended }: Shell): void {
  const plan = addJournal(addNodeAccess(addWorth(addChoice(program.command('plan')))))
    .description('rank what is worth moving between your channels; nothing is sent')
    .optionsGroup(OTHER_GROUP)
    .option(
      '--quotes',
      'ask the peers of these moves what they take for swaps (PeerSwap) and channels (LSPS1); nothing is bought',
    )
    .option('--json', 'print the plan as JSON')
    .action(async (options: PlanOptions) => {
      const { planCommand } = await import('../commands/plan.ts');
      ended(await stoppable(output, () => planCommand(options, output)));
    });
  const lnd = '--lnd 127.0.0.1:10009 --tls tls.cert --macaroon ballast.macaroon';
  addExamples(plan, [
    [`ballast plan ${lnd}`, 'by what channels are expected to earn'],
    [
      `ballast plan ${lnd} --strategy balance --target-ratio 0.5 --max-fee-ppm 200`,
      'towards the middle, for at most 200 ppm',
    ],
    [
      'ballast plan --cln lightning-rpc --strategy explicit --source 812345x678x1 --target some-peer --json',
      'between channels that you name, for a script',
    ],
  ]);
}

/** Which channels, and to what end. */
function addChoice(command: Command): Command {
  return command
    .optionsGroup('Which channels:')
    .addOption(
      new Option(
        '--strategy <which>',
        'by what channels are expected to earn, towards a ratio, or from --source to --target (default: economic)',
      ).choices(['economic', 'balance', 'explicit']),
    )
    .option(
      '--source <channel or peer>',
      'take from these alone: channel id, key or alias; may be given more than once',
      collect,
    )
    .option('--target <channel or peer>', 'bring to these alone: likewise', collect)
    .option('--include <channel or peer>', 'plan with these alone: likewise', collect)
    .option('--exclude <channel or peer>', 'leave these as they are: likewise', collect);
}

/** What a move must be worth, and may cost. */
function addWorth(command: Command): Command {
  return command
    .optionsGroup('What is worth moving:')
    .option('--target-ratio <0..1>', 'your part that balance aims at (default: 0.5)', probability)
    .option(
      '--min-ratio <0..1>',
      'never leave yourself less of a channel (default: 0)',
      probability,
    )
    .option('--max-ratio <0..1>', 'never take more of a channel (default: 1)', probability)
    .option('--max-fee-ppm <n>', 'most to pay, in parts per million of the amount', rate)
    .option(
      '--earned-share <0..1>',
      'most to pay, as a part of what the target has earned',
      probability,
    )
    .option(
      '--cool-down <hours>',
      'do not move back what was moved within this time (default: 24)',
      count(0, 24 * DAYS_OF_A_YEAR),
    )
    .option(
      '--horizon <days>',
      'over which what is taken from a channel is missed there (default: 7)',
      count(1, DAYS_OF_A_YEAR),
    )
    .option(
      '--fill-ahead <hours>',
      'for which channels are filled (default: 24, until the next plan)',
      count(1, 24 * DAYS_OF_A_YEAR),
    )
    .option('--history <days>', 'forwards to learn from (default: 30)', count(1, DAYS_OF_A_YEAR))
    .option('--min-amount <sat>', 'smallest move (default: 50,000)', positiveSats)
    .option('--min-benefit <sat>', 'least that a move gains after all costs (default: 2)', sats)
    .option(
      '--attempt-cost <sat>',
      'what an attempt costs, besides 1 ppm (default: 0.3)',
      fractionalSats,
    )
    .option('--max-moves <n>', 'most moves (default: 20)', count(1, 1000));
}
