/** Commands and their options. */
import { Command, Option } from 'commander';
import { exportBeliefs, importBeliefs, showBeliefs } from './commands/beliefs.ts';
import { demoCommand } from './commands/demo.ts';
import { graphCommand } from './commands/graph.ts';
import { type PlanOptions, planCommand } from './commands/plan.ts';
import { rebalanceCommand } from './commands/rebalance.ts';
import { reportCommand } from './commands/report.ts';
import { resumeCommand } from './commands/resume.ts';
import { runCommand } from './commands/run.ts';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { addLevers } from './levers/levers-options.ts';
import { addNodeAccess } from './node-access/add-node-access.ts';
import { collect, count, positiveSats, probability, rate, sats } from './option-values.ts';
import { Output, type Streams } from './output.ts';
import { addPlanOptions } from './plan/plan-options.ts';
import { plainText } from './render/plain-text.ts';
import { addReportOptions, type ReportOptions } from './report/report-options.ts';

/** Runs one command line; never throws. The streams get everything that is printed. */
export async function runCli(args: readonly string[], streams: Streams): Promise<ExitCode> {
  let exit: ExitCode = EXIT.success;
  // Looked for in the text, since a command line that cannot be parsed has to be answered in JSON as well.
  const output = new Output(streams, { json: args.includes('--json') });
  const program = buildProgram(streams, output, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return reportFailure(error, output);
  }
}

function buildProgram(streams: Streams, output: Output, ended: (code: ExitCode) => void): Command {
  const program = new Command('ballast')
    .description('Rebalancing and route building for the Lightning Network')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text.split('\n').map(plainText).join('\n')),
    })
    .addHelpText('after', EXIT_CODES_HELP);

  program
    .command('demo')
    .description('rebalance a node of a simulated network, over real gRPC on this machine')
    .addOption(
      new Option('--nodes <n>', 'size of the generated network')
        .argParser(count(20, 20_000))
        .default(300)
        .conflicts('graph'),
    )
    .option('--graph <file>', 'use this graph (lncli describegraph JSON, plain or gzip) instead')
    .option('--seed <n>', 'decides the network, its balances and the node', count(0, 2 ** 31), 1)
    .option('--json', 'print the result as JSON, progress on standard error')
    .action(async (options) => ended(await demoCommand(options, output)));

  program
    .command('graph')
    .description('statistics of a graph file (lncli describegraph JSON, plain or gzip)')
    .argument('<file>')
    .option('--node <key or alias>', 'look at one node as well')
    .option('--json', 'print the figures as JSON')
    .action(async (file, options) => ended(await graphCommand(file, options, output)));

  addRebalance(program).action(async (options) => ended(await rebalanceCommand(options, output)));
  addPlanOptions(addAccess(program.command('plan'))).action(async (options) =>
    ended(await planCommand(options as PlanOptions, output)),
  );
  addAccess(program.command('resume'))
    .description('follow to its end what rebalances that were broken off have left under way')
    .option('--json', 'print the reports as JSON, progress on standard error')
    .action(async (options) => ended(await resumeCommand(options, output)));
  addReportOptions(program.command('report')).action(async (options) =>
    ended(await reportCommand(options as ReportOptions, output)),
  );
  program
    .command('run')
    .description('plan and rebalance by itself, by a configuration, until it is told to stop')
    .requiredOption(
      '--config <file>',
      'the configuration (TOML); examples/ballast.toml explains it',
    )
    .option('--dry-run', 'do all but send: plan and price, and write nothing')
    .option('--once', 'make one round, and end')
    .option('--json', 'print the summary as JSON, progress on standard error')
    .action(async (options) => ended(await runCommand(options, output)));
  addBeliefs(program, output, ended);
  addLevers(program, output, ended);
  return program;
}

function addBeliefs(program: Command, output: Output, ended: (code: ExitCode) => void): void {
  const beliefs = program
    .command('beliefs')
    .description('what attempts have taught about the balances of others');
  beliefs
    .command('show')
    .description('what is known, the newest first')
    .requiredOption('--store <file>', 'the journal in which it is kept')
    .option('--most <n>', 'most rows to print', count(1, 100_000), 20)
    .option('--json', 'print all of it as JSON')
    .action(async (options) => ended(await showBeliefs(options, output)));
  addAccess(beliefs.command('import'))
    .description(
      "take over what the node's own payments have learnt: lnd's mission control, Core Lightning's xpay, LDK Server's scores",
    )
    .option('--json', 'print the figures as JSON')
    .action(async (options) => ended(await importBeliefs(options, output)));
  addAccess(beliefs.command('export'))
    .description(
      "give it to lnd's mission control, which keeps it until lnd is restarted, or to Core Lightning's xpay",
    )
    .option('--json', 'print the figures as JSON')
    .action(async (options) => ended(await exportBeliefs(options, output)));
}

function addRebalance(program: Command) {
  return addAccess(program.command('rebalance'))
    .description('move liquidity from one of your channels to another, by paying yourself')
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
    .requiredOption('--max-fee-ppm <n>', 'most to pay, in parts per million of the amount', rate)
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
    .option('--exclude <node or channel>', 'never pass it; may be given more than once', collect)
    .addOption(
      new Option(
        '--arrival <how>',
        'what comes back over another channel than asked for: give it back, or take and report it (default: strict where the peer has other channels with you and the node can hold payments, as lnd can)',
      ).choices(['strict', 'report']),
    )
    .option('--dry-run', 'find and price a route, send nothing')
    .option('--json', 'print the report as JSON, progress on standard error');
}

/** How to reach the node, and where the journal is. */
function addAccess(command: Command): Command {
  return addNodeAccess(command).option(
    '--store <file>',
    'the journal of what was sent (default: one for each node, in ~/.local/state/ballast)',
  );
}
