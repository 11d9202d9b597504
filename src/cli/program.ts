/** Commands, their options, and what becomes of errors. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { GraphFormatError } from '../graph/parse-describe-graph.ts';
import { NodeError } from '../node/node-error.ts';
import { demoCommand } from './commands/demo.ts';
import { graphCommand } from './commands/graph.ts';
import { rebalanceCommand } from './commands/rebalance.ts';
import { EXIT, type ExitCode, UsageError } from './exit-codes.ts';
import { Output, type Streams } from './output.ts';

const EXIT_CODES = `
Exit codes:
  0  done (settled; with --dry-run, a route was found)
  1  internal fault
  2  wrong command line or input file
  3  no route within the limits
  4  attempts were made and none settled; nothing is in flight
  5  a payment is unresolved and may still move money: follow it, do not pay again
  6  the node cannot be used`;

/** Runs one command line; never throws. The streams get everything that is printed. */
export async function runCli(args: readonly string[], streams: Streams): Promise<ExitCode> {
  let exit: ExitCode = EXIT.success;
  const program = buildProgram(streams, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exit;
  } catch (error) {
    return failure(error, streams);
  }
}

function failure(error: unknown, streams: Streams): ExitCode {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.success : EXIT.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  streams.err.write(`ballast: ${message}\n`);
  if (error instanceof UsageError || error instanceof GraphFormatError) return EXIT.usage;
  if (error instanceof NodeError) return EXIT.node;
  if (error instanceof Error && error.stack !== undefined) streams.err.write(`${error.stack}\n`);
  return EXIT.internal;
}

function buildProgram(streams: Streams, ended: (code: ExitCode) => void): Command {
  const program = new Command('ballast')
    .description('Rebalancing and route building for the Lightning Network')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: (text) => streams.err.write(text),
    })
    .addHelpText('after', EXIT_CODES);
  const outputOf = ({ json }: { json?: boolean }): Output =>
    new Output(streams, { json: json === true });

  program
    .command('demo')
    .description('rebalance a node of a simulated network, over real gRPC on this machine')
    .option('--nodes <n>', 'size of the generated network', count(20, 20_000), 300)
    .option('--graph <file>', 'use this graph (lncli describegraph JSON, plain or gzip) instead')
    .option('--seed <n>', 'decides the network, its balances and the node', count(0, 2 ** 31), 1)
    .option('--json', 'print the result as JSON, progress on standard error')
    .action(async (options) => ended(await demoCommand(options, outputOf(options))));

  program
    .command('graph')
    .description('statistics of a graph file (lncli describegraph JSON, plain or gzip)')
    .argument('<file>')
    .option('--node <key or alias>', 'look at one node as well')
    .option('--json', 'print the figures as JSON')
    .action(async (file, options) => ended(await graphCommand(file, options, outputOf(options))));

  addRebalance(program).action(async (options) =>
    ended(await rebalanceCommand(options, outputOf(options))),
  );
  return program;
}

function addRebalance(program: Command) {
  return program
    .command('rebalance')
    .description('move liquidity from one of your channels to another, by paying yourself')
    .requiredOption('--lnd <host:port>', "lnd's gRPC address, usually port 10009")
    .requiredOption('--tls <file>', "lnd's tls.cert")
    .requiredOption('--macaroon <file>', 'a macaroon; the README has the smallest that works')
    .requiredOption(
      '--from <channel or peer>',
      'send out over: channel id, key or alias; may be given more than once',
      collect,
    )
    .requiredOption('--to <channel or peer>', 'bring back over: likewise', collect)
    .requiredOption('--amount <sat>', 'amount to move', sats)
    .option('--min-amount <sat>', 'let the amount shrink to this where paths lack liquidity', sats)
    .requiredOption('--max-fee-ppm <n>', 'most to pay, in parts per million of the amount', rate)
    .option('--max-fee-sat <sat>', 'most to pay in all', sats)
    .option('--max-attempts <n>', 'most payments to try', count(1, 10_000))
    .option('--timeout <seconds>', 'stop trying after this time', count(1, 7 * 86_400))
    .option('--exclude <node or channel>', 'never pass it; may be given more than once', collect)
    .option('--dry-run', 'find and price a route, send nothing')
    .option('--json', 'print the report as JSON, progress on standard error');
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** A whole number within bounds. */
function count(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function sats(text: string): bigint {
  const digits = text.replaceAll(/[_,]/g, '');
  if (/^[0-9]{1,16}$/.test(digits) && BigInt(digits) > 0n) return BigInt(digits);
  throw new InvalidArgumentError('It must be a positive number of whole satoshis.');
}

function rate(text: string): number {
  const value = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1000000.');
}
