/** The options of `ballast plan`, besides how to reach the node. */
import { type Command, Option } from 'commander';
import { collect, count, positiveSats, probability, rate, sats } from '../option-values.ts';

const DAYS_OF_A_YEAR = 365;

export function addPlanOptions(command: Command): Command {
  return command
    .description('rank what is worth moving between your channels; nothing is sent')
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
    .option('--exclude <channel or peer>', 'leave these as they are: likewise', collect)
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
      'in which it is to earn its cost (default: 7)',
      count(1, DAYS_OF_A_YEAR),
    )
    .option('--history <days>', 'forwards to learn from (default: 30)', count(1, DAYS_OF_A_YEAR))
    .option('--min-amount <sat>', 'smallest move (default: 50,000)', positiveSats)
    .option('--min-benefit <sat>', 'least that a move gains after all costs (default: 2)', sats)
    .option('--attempt-cost <sat>', 'what an attempt costs, besides 5 ppm (default: 2)', sats)
    .option('--max-moves <n>', 'most moves (default: 20)', count(1, 1000))
    .option(
      '--quotes',
      'ask the peers of these moves what they take for swaps (PeerSwap) and channels (LSPS1); nothing is bought',
    )
    .option('--json', 'print the plan as JSON');
}
